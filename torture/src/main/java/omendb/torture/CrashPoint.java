package omendb.torture;

import java.util.List;
import java.util.Random;
import omendb.memory.CrashableFileStore.Operation;

/// A place in the life of the files where a process can die: what the engine does there, as its file store sees it.
record CrashPoint(String name, Operation operation, String namePart, int most) {
    static final List<CrashPoint> ALL = List.of(
            new CrashPoint("log-write", Operation.WRITE, "wal/", 200),
            new CrashPoint("log-sync", Operation.SYNC, "wal/", 200),
            new CrashPoint("log-segment-made", Operation.RENAME, "wal/", 6),
            new CrashPoint("log-segment-named", Operation.SYNC_DIRECTORY, "wal", 6),
            new CrashPoint("table-write", Operation.WRITE, "rel/", 60),
            new CrashPoint("table-sync", Operation.SYNC, "rel/", 30),
            new CrashPoint("table-named", Operation.SYNC_DIRECTORY, "rel/", 30),
            new CrashPoint("table-dropped", Operation.DELETE, "rel/", 10),
            new CrashPoint("manifest-write", Operation.WRITE, "manifest-", 40),
            new CrashPoint("manifest-sync", Operation.SYNC, "manifest-", 30),
            new CrashPoint("current-renamed", Operation.RENAME, "CURRENT", 1),
            new CrashPoint("vector-write", Operation.WRITE, "vec/", 400),
            new CrashPoint("vector-sync", Operation.SYNC, "vec/", 20),
            new CrashPoint("vector-file-made", Operation.RENAME, "vec/", 4),
            new CrashPoint("index-write", Operation.WRITE, "idx/", 20),
            new CrashPoint("index-sync", Operation.SYNC, "idx/", 8),
            new CrashPoint("index-renamed", Operation.RENAME, "idx/", 6),
            new CrashPoint("index-dropped", Operation.DELETE, "idx/", 4));

    static CrashPoint any(Random random) {
        return ALL.get(random.nextInt(ALL.size()));
    }
}
