package omendb.wal;

import java.util.HashMap;
import java.util.Map;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Puts payloads that were appended in parts together again. A payload without its LAST part, whose appender
/// failed or died, is forgotten at the end.
///
/// Threading: one thread.
final class PayloadAssembler implements AutoCloseable {
    static final MemoryTag TAG = MemoryTag.of("wal-replay");

    /// A payload on its way; whole when `filled == bytes`.
    static final class Assembly {
        final long address;
        final long bytes;
        long filled;

        private Assembly(long address, long bytes) {
            this.address = address;
            this.bytes = bytes;
        }
    }

    private final Map<Long, Assembly> byFirstLsn = new HashMap<>();

    /// Starts the payload whose FIRST part lies at `firstLsn`. Returns false if its size is impossible.
    boolean begin(long firstLsn, long bytes) {
        if (bytes <= 0 || bytes > Wal.MAX_PAYLOAD_BYTES) {
            return false;
        }
        byFirstLsn.put(firstLsn, new Assembly(MemoryAccount.allocate(TAG, bytes), bytes));
        return true;
    }

    /// Adds the next piece. Returns null if it fits no payload that was begun.
    @Nullable
    Assembly add(long firstLsn, long pieceAddress, long pieceBytes) {
        Assembly assembly = byFirstLsn.get(firstLsn);
        if (assembly == null || pieceBytes < 0 || pieceBytes > assembly.bytes - assembly.filled) {
            return null;
        }
        NativeMemory.copy(pieceAddress, assembly.address + assembly.filled, pieceBytes);
        assembly.filled += pieceBytes;
        return assembly;
    }

    /// Forgets a payload that was delivered.
    void end(long firstLsn) {
        Assembly assembly = byFirstLsn.remove(firstLsn);
        if (assembly != null) {
            MemoryAccount.free(TAG, assembly.address, assembly.bytes);
        }
    }

    @Override
    public void close() {
        for (Assembly assembly : byFirstLsn.values()) {
            MemoryAccount.free(TAG, assembly.address, assembly.bytes);
        }
        byFirstLsn.clear();
    }
}
