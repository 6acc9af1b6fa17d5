package omendb.engine;

import static omendb.engine.Fixture.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.table.Sequences;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Types;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequenceTest {
    @TempDir
    Path directory;

    private final LiveMemory memory = LiveMemory.now();
    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
    }

    @AfterEach
    void close() {
        database.close();
        memory.assertUnchanged();
    }

    private SequenceDef create(String name, long start, long increment, long minimum, long maximum, boolean cycle) {
        return committed(
                database,
                t -> database.schema(t)
                        .createSequence(
                                Catalog.PUBLIC_OID,
                                new SchemaEditor.NewSequence(
                                        name, Types.INT8, start, increment, minimum, maximum, 1, cycle)));
    }

    private long next(SequenceDef sequence) {
        return committed(database, t -> database.nextval(t, sequence.oid()));
    }

    @Test
    void values_rise_by_the_increment_and_end_with_2200H() {
        SequenceDef sequence = create("s", 5, 10, 1, 30, false);
        assertEquals(5, next(sequence));
        assertEquals(15, next(sequence));
        assertEquals(25, next(sequence));
        OmenException end = assertThrows(OmenException.class, () -> next(sequence));
        assertEquals(SqlState.SEQUENCE_GENERATOR_LIMIT_EXCEEDED, end.sqlState());
        assertEquals("nextval: reached maximum value of sequence \"s\" (30)", end.text());
    }

    @Test
    void a_descending_sequence_cycles_to_its_maximum() {
        SequenceDef sequence = create("s", -1, -1, -3, -1, true);
        assertEquals(-1, next(sequence));
        assertEquals(-2, next(sequence));
        assertEquals(-3, next(sequence));
        assertEquals(-1, next(sequence));
    }

    @Test
    void rollback_does_not_take_values_back() {
        SequenceDef sequence = create("s", 1, 1, 1, 100, false);
        Transaction undone = database.begin(Isolation.READ_COMMITTED, false);
        assertEquals(1, Fixture.<Long>statement(undone, t -> database.nextval(t, sequence.oid())));
        undone.rollback();
        assertEquals(2, next(sequence));
    }

    @Test
    void setval_decides_what_comes_next() {
        SequenceDef sequence = create("s", 1, 1, 1, 100, false);
        committed(database, t -> {
            database.setval(t, sequence.oid(), 40, true);
            return null;
        });
        assertEquals(
                new Sequences.Value(40, true), committed(database, t -> database.sequenceValue(t, sequence.oid())));
        assertEquals(41, next(sequence));
        committed(database, t -> {
            database.setval(t, sequence.oid(), 50, false);
            return null;
        });
        assertEquals(50, next(sequence));
        OmenException outside = assertThrows(
                OmenException.class,
                () -> committed(database, t -> {
                    database.setval(t, sequence.oid(), 101, true);
                    return null;
                }));
        assertEquals("setval: value 101 is out of bounds for sequence \"s\" (1..100)", outside.text());
    }

    @Test
    void concurrent_sessions_never_get_the_same_value() throws Exception {
        SequenceDef sequence = create("s", 1, 1, 1, Long.MAX_VALUE, false);
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        List<Future<?>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int session = 0; session < 8; session++) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        assertTrue(seen.add(next(sequence)));
                    }
                }));
            }
            for (Future<?> future : all) {
                future.get(30, TimeUnit.SECONDS);
            }
        }
        assertEquals(800, seen.size());
    }

    @Test
    void a_dropped_sequence_does_not_leave_its_value_to_a_new_one() {
        SequenceDef sequence = create("s", 1, 1, 1, 100, false);
        next(sequence);
        committed(database, t -> {
            database.schema(t).dropSequence(sequence.oid());
            return null;
        });
        assertThrows(OmenException.class, () -> next(sequence));
        assertEquals(1, next(create("s", 1, 1, 1, 100, false)));
    }
}
