package omendb.engine.vector;

import omendb.memory.Checksum;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Entry of a slot in `slots-k.map`, little-endian, 16 bytes at 16 * slot:
///
///     offset size field
///     0      8    row id
///     8      4    crc32c of the slot number (8 bytes), the row id (8 bytes) and the vector
///     12     4    state: [#LIVE] or [#DEAD]
///
/// All zero = never written. Valid if live and the crc matches the vector in `vectors-k.vec`; anything
/// else below the limit of a column is a slot that no row refers to.
///
/// The states differ in all bits of the entry's last byte and in no other: a mark is one byte, which neither a
/// short write nor a power cut can leave half done, and no single flipped bit makes one state the other. An entry
/// written over a dead one is dead until its last byte is there. Version 2 of the file had [#DEAD_2] for dead.
final class SlotFormat {
    static final int BYTES = 16;
    static final int ROW_ID = 0;
    static final int CRC = 8;
    static final int STATE = 12;
    static final int LIVE = 0x5c3a_a5e1;
    static final int DEAD = 0xa33a_a5e1;
    static final int DEAD_2 = 0xa3c5_1d78;
    static final int STATE_MARK = STATE + 3;
    static final byte DEAD_MARK = (byte) (DEAD >>> 24);

    private static final MemoryTag TAG = MemoryTag.of("vectors");
    private static final int PREFIX_BYTES = 16;

    private SlotFormat() {}

    static boolean isDead(int state) {
        return state == DEAD || state == DEAD_2;
    }

    /// Owned memory in which a slot's checksum is computed: a CRC must not run over a mapped page (see [Checksum]).
    static final class Scratch implements AutoCloseable {
        private final long bytes;
        private final long address;

        /// @param vectorBytes of the longest vector
        Scratch(long vectorBytes) {
            this.bytes = PREFIX_BYTES + vectorBytes;
            this.address = MemoryAccount.allocate(TAG, bytes);
        }

        /// Copies a slot's content in and returns its checksum.
        int crc(long slot, long rowId, long vectorAddress, long vectorBytes) {
            NativeMemory.putLong(address, slot);
            NativeMemory.putLong(address + 8, rowId);
            NativeMemory.copy(vectorAddress, address + PREFIX_BYTES, vectorBytes);
            return Checksum.crc32c(address, PREFIX_BYTES + vectorBytes);
        }

        @Override
        public void close() {
            MemoryAccount.free(TAG, address, bytes);
        }
    }
}
