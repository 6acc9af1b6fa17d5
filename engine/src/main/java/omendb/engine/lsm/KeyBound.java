package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// One end of a key range, copied off-heap; may be absent.
final class KeyBound implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("lsm-cursor");

    private final GrowableBuffer bytes;
    private final boolean set;
    private final long prefix;

    KeyBound(@Nullable MemorySegment key, CursorScratch scratch) {
        set = key != null;
        bytes = key == null ? new GrowableBuffer(TAG) : new GrowableBuffer(TAG, scratch);
        if (key != null) {
            int length = Math.toIntExact(key.byteSize());
            NativeMemory.copy(key, bytes.reserve(Math.max(length, Long.BYTES)));
            bytes.advance(length);
            prefix = Keys.prefix(bytes.address(), length);
        } else {
            prefix = 0;
        }
    }

    boolean isSet() {
        return set;
    }

    long address() {
        return bytes.address();
    }

    int length() {
        return (int) bytes.size();
    }

    long prefix() {
        return prefix;
    }

    @Override
    public void close() {
        bytes.close();
    }
}
