package omendb.engine;

import static omendb.engine.Fixture.committed;
import static omendb.engine.Fixture.statement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import omendb.engine.Fixture.Item;
import omendb.engine.error.OmenException;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.memory.CrashableFileStore;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/// Sessions, indexer, vacuum and a checkpointer that never rests, all at once; then the power goes.
@Timeout(120)
class BackgroundWorkTest {
    private static final int SESSIONS = 4;

    private static DatabaseOptions restless() {
        return DatabaseOptions.forTests()
                .withBackgroundWork(true)
                .withBulkBytes(4_000)
                .withCheckpoints(1 << 14, 1);
    }

    @RepeatedTest(3)
    void what_was_acknowledged_before_the_power_went_is_there_and_found() throws Exception {
        long seed = System.nanoTime();
        CrashableFileStore disk = CrashableFileStore.create();
        Database database = Database.open(disk, restless());
        Fixture.createItems(database);
        Fixture.createVectorIndex(database, Fixture.items(database));
        Map<Integer, Item> acknowledged = new ConcurrentHashMap<>();
        Map<Integer, List<Item>> doubtful = new ConcurrentHashMap<>();
        AtomicBoolean stop = new AtomicBoolean();
        List<Future<?>> sessions = new ArrayList<>();
        CrashableFileStore survivor;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int s = 0; s < SESSIONS; s++) {
                int session = s;
                sessions.add(threads.submit(
                        () -> work(database, session, new Random(seed + session), acknowledged, doubtful, stop)));
            }
            while (acknowledged.size() < 600 && sessions.stream().noneMatch(Future::isDone)) {
                checkReaders(database, seed);
            }
            survivor = disk.crash(seed);
            stop.set(true);
        }
        database.closeAbruptly();
        for (Future<?> session : sessions) {
            session.get();
        }
        try (Database recovered = Database.open(survivor, restless())) {
            Map<Integer, Item> found = Fixture.scan(recovered);
            acknowledged.forEach((id, item) -> {
                List<Item> alternatives = doubtful.getOrDefault(id, List.of());
                assertTrue(
                        item.equals(found.get(id)) || alternatives.contains(found.getOrDefault(id, GONE)),
                        "seed " + seed + ": " + item + " became " + found.get(id));
            });
            recovered.indexTails();
            committed(recovered, t -> {
                assertEquals(
                        found.size(),
                        Fixture.nearest(recovered, t, Item.vector(0), Integer.MAX_VALUE)
                                .size(),
                        "seed " + seed);
                return null;
            });
        }
        survivor.close();
    }

    private static final Item GONE = new Item(-1, "gone", null);

    private static void checkReaders(Database database, long seed) {
        Transaction reader = database.begin(Isolation.REPEATABLE_READ, true);
        try {
            int rows = statement(reader, t -> Fixture.scan(database, t)).size();
            int found = statement(reader, t -> Fixture.nearest(database, t, Item.vector(0), Integer.MAX_VALUE))
                    .size();
            assertEquals(rows, found, "seed " + seed);
        } finally {
            reader.rollback();
        }
    }

    /// Writes rows of its own ids until the power goes.
    private static void work(
            Database database,
            int session,
            Random random,
            Map<Integer, Item> acknowledged,
            Map<Integer, List<Item>> doubtful,
            AtomicBoolean stop) {
        int next = session;
        while (!stop.get()) {
            Map<Integer, Item> writes = new java.util.HashMap<>();
            List<Integer> deleted = new ArrayList<>();
            try {
                Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
                int rows = random.nextInt(10) == 0 ? 60 : 1 + random.nextInt(3);
                for (int i = 0; i < rows; i++) {
                    int id = next;
                    next += SESSIONS;
                    Item item = Item.of(id, "s" + session);
                    statement(transaction, t -> Fixture.insert(database, t, item));
                    writes.put(id, item);
                }
                int old = session + SESSIONS * random.nextInt(Math.max(1, next / SESSIONS));
                if (acknowledged.containsKey(old)) {
                    if (random.nextBoolean()) {
                        List<Float> moved = Item.vector(random.nextInt(100_000));
                        writes.put(old, new Item(old, acknowledged.get(old).name(), moved));
                        statement(transaction, t -> Fixture.move(database, t, old, moved));
                    } else {
                        deleted.add(old);
                        statement(transaction, t -> Fixture.delete(database, t, old));
                    }
                }
                writes.forEach((id, item) -> doubtful.put(id, List.of(item)));
                deleted.forEach(id -> doubtful.put(id, List.of(GONE)));
                transaction.commit(true);
            } catch (OmenException | IllegalStateException powerWent) {
                return;
            }
            acknowledged.putAll(writes);
            deleted.forEach(acknowledged::remove);
            writes.keySet().forEach(doubtful::remove);
            deleted.forEach(doubtful::remove);
        }
    }
}
