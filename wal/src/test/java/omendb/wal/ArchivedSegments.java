package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import omendb.memory.CrashableFileStore;
import omendb.memory.FileStore;
import omendb.memory.StoreFile;

/// An archive in memory, which insists on getting the same bytes when a segment comes again.
final class ArchivedSegments {
    private final Map<Long, byte[]> segments = new TreeMap<>();
    private final List<Long> order = new ArrayList<>();

    LogArchive from(FileStore store) {
        return segment -> {
            byte[] bytes = content(store, segment.path());
            synchronized (this) {
                byte[] before = segments.put(segment.id(), bytes);
                if (before != null) {
                    assertArrayEquals(before, bytes, "segment " + segment.id() + " has changed");
                }
                order.add(segment.id());
            }
        };
    }

    synchronized Map<Long, byte[]> segments() {
        return Map.copyOf(segments);
    }

    /// Ids as they came.
    synchronized List<Long> order() {
        return List.copyOf(order);
    }

    /// Everything that archive and log hold together, as a restore would read it.
    List<Seen> replayWith(FileStore log, WalOptions options) {
        try (CrashableFileStore restored = CrashableFileStore.create()) {
            restored.createDirectories(options.directory());
            for (String name : log.list(options.directory())) {
                copy(content(log, options.directory() + "/" + name), restored, options.directory() + "/" + name);
            }
            segments()
                    .forEach((id, bytes) ->
                            copy(bytes, restored, options.directory() + "/" + WalSegmentFormat.fileName(id)));
            return Seen.replay(restored, options, 0);
        }
    }

    private static byte[] content(FileStore store, String name) {
        try (StoreFile file = store.open(name);
                Arena arena = Arena.ofConfined()) {
            MemorySegment content = arena.allocate(file.size());
            file.read(content, 0);
            return content.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static void copy(byte[] bytes, FileStore target, String name) {
        if (target.exists(name)) {
            target.delete(name);
        }
        try (StoreFile file = target.create(name);
                Arena arena = Arena.ofConfined()) {
            file.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), 0);
        }
    }
}
