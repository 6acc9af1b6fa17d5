package omendb.wal;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Codecs for the appending threads: a few slots, found by thread, so that an append makes no object. (Not a
/// thread local: sessions run on virtual threads, of which there may be many.)
final class CodecPool {
    private static final int SLOTS = 32;

    private final AtomicReferenceArray<@Nullable RecordCodec> slots = new AtomicReferenceArray<>(SLOTS);

    RecordCodec take() {
        RecordCodec codec = slots.getAndSet(slot(), null);
        return codec == null ? new RecordCodec() : codec;
    }

    void giveBack(RecordCodec codec) {
        slots.lazySet(slot(), codec);
    }

    private static int slot() {
        return (int) Thread.currentThread().threadId() & (SLOTS - 1);
    }
}
