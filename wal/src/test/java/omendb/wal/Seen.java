package omendb.wal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import omendb.memory.FileStore;

/// A record as appended or replayed; the payload by length and checksum, since some are large.
record Seen(long endLsn, int type, long transactionId, long bytes, long crc) {
    static Seen of(long endLsn, int type, long transactionId, MemorySegment payload) {
        var crc = new CRC32C();
        crc.update(payload.toArray(ValueLayout.JAVA_BYTE));
        return new Seen(endLsn, type, transactionId, payload.byteSize(), crc.getValue());
    }

    /// Appends a record and returns what replay should show.
    static Seen append(Wal wal, int type, long transactionId, MemorySegment payload) {
        return of(wal.append(type, transactionId, payload), type, transactionId, payload);
    }

    static RecordVisitor into(List<Seen> target) {
        return (lsn, type, transactionId, payload) -> target.add(of(lsn, type, transactionId, payload));
    }

    /// For a log that should have nothing to replay.
    static RecordVisitor nothing() {
        return (lsn, type, transactionId, payload) -> {
            throw new AssertionError("unexpected record at " + lsn);
        };
    }

    /// Opens, replays and closes.
    static List<Seen> replay(FileStore store, WalOptions options, long from) {
        List<Seen> found = new ArrayList<>();
        try (Wal wal = Wal.open(store, options)) {
            wal.replay(from, into(found));
        }
        return found;
    }

    static MemorySegment payload(Arena arena, int bytes, long seed) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        MemorySegment segment = arena.allocate(Math.max(1, bytes)).asSlice(0, bytes);
        segment.copyFrom(MemorySegment.ofArray(content));
        return segment;
    }
}
