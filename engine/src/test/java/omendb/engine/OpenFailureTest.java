package omendb.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import omendb.engine.Fixture.Item;
import omendb.engine.error.OmenException;
import omendb.memory.CrashableFileStore;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.Test;

/// Calls of the file store fail while a database opens, one after the other: an opening that fails holds on to no
/// memory and no thread, and the next one finds everything.
class OpenFailureTest {
    private static final int ROWS = 40;
    private static final int MOST_CALLS = 60;
    private static final List<String> OURS = List.of("wal-", "lsm-", "omendb-");

    @Test
    void an_opening_that_fails_gives_back_what_it_had() {
        EnumSet<Operation> refused = EnumSet.noneOf(Operation.class);
        for (Operation operation : Operation.values()) {
            int passed = 0;
            for (int nth = 1; nth <= MOST_CALLS && passed < 3; nth++) {
                passed = opens(operation, nth) ? passed + 1 : 0;
                if (passed == 0) {
                    refused.add(operation);
                }
            }
        }
        assertTrue(refused.containsAll(Set.of(Operation.OPEN, Operation.READ)), refused::toString);
    }

    private static boolean opens(Operation operation, int nth) {
        LiveMemory memory = LiveMemory.now();
        CrashableFileStore disk = diskToReplay();
        disk.failAt(operation, nth, Fault.IO_ERROR);
        boolean opened = false;
        Set<String> threads = ourThreads();
        try {
            Database.open(disk, DatabaseOptions.forTests()).closeAbruptly();
            opened = true;
        } catch (OmenException refused) {
            assertEquals(threads, ourThreads(), operation + " " + nth);
            memory.assertUnchanged();
        }
        try (Database database = Database.open(disk.crash(nth), DatabaseOptions.forTests())) {
            assertEquals(ROWS, Fixture.scan(database).size(), operation + " " + nth);
        }
        return opened;
    }

    /// As a killed process leaves it: tables, an index checkpoint, vectors, and a log to replay.
    private static CrashableFileStore diskToReplay() {
        CrashableFileStore disk = CrashableFileStore.create();
        Database database = Database.open(disk, DatabaseOptions.forTests());
        Fixture.createItems(database);
        Fixture.createVectorIndex(database, Fixture.items(database));
        for (int id = 0; id < ROWS; id++) {
            Fixture.insert(database, Item.of(id, "n" + id));
            if (id == ROWS / 2) {
                database.indexTails();
                database.checkpoint();
            }
        }
        database.closeAbruptly();
        return disk;
    }

    private static Set<String> ourThreads() {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (OURS.stream().anyMatch(thread.getName()::startsWith)) {
                names.add(thread.getName() + " " + thread.threadId());
            }
        }
        return names;
    }
}
