package omendb.engine.vector;

import omendb.memory.Checksum;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Entry of a slot in `slots-k.map`, little-endian, 16 bytes at 16 * slot:
///
///     offset size field
///     0      8    row id
///     8      4    crc32c of the slot number (8 bytes), the row id (8 bytes) and the floats
///     12     4    state: [#LIVE] or [#DEAD], which differ in many bits
///
/// All zero = never written. Valid if live and the crc matches the floats in `vectors-k.vec`; anything
/// else below
/// the limit of a column is a slot of a transaction that a crash cut short. An entry never crosses a sector.
final class SlotFormat {
    static final int BYTES = 16;
    static final int ROW_ID = 0;
    static final int CRC = 8;
    static final int STATE = 12;
    static final int LIVE = 0x5c3a_a5e1;
    static final int DEAD = 0xa3c5_1d78;

    private static final MemoryTag TAG = MemoryTag.of("vectors");
    private static final int PREFIX_BYTES = 16;

    private SlotFormat() {}

    /// Owned memory in which a slot's checksum is computed: a CRC must not run over a mapped page (see [Checksum]).
    static final class Scratch implements AutoCloseable {
        private final long bytes;
        private final long address;

        Scratch(long vectorBytes) {
            this.bytes = PREFIX_BYTES + vectorBytes;
            this.address = MemoryAccount.allocate(TAG, bytes);
        }

        /// Copies a slot's content in and returns its checksum.
        int crc(long slot, long rowId, long vectorAddress) {
            NativeMemory.putLong(address, slot);
            NativeMemory.putLong(address + 8, rowId);
            NativeMemory.copy(vectorAddress, address + PREFIX_BYTES, bytes - PREFIX_BYTES);
            return Checksum.crc32c(address, bytes);
        }

        @Override
        public void close() {
            MemoryAccount.free(TAG, address, bytes);
        }
    }
}
