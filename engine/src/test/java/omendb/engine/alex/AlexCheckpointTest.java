package omendb.engine.alex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import omendb.memory.CorruptFileException;
import omendb.memory.CrashableFileStore;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.LiveMemory;
import omendb.memory.MissingFileException;
import omendb.memory.StorageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlexCheckpointTest {
    private static final String PLACE = "idx/9";
    private static final int ENTRIES = 60_000;

    private final LiveMemory live = LiveMemory.now();
    private final TreeSet<Pair> model = new TreeSet<>();
    private final Random random = new Random(Long.getLong("omendb.seed", 5));
    private CrashableFileStore store;
    private Epochs epochs;

    @BeforeEach
    void begin() {
        store = CrashableFileStore.create();
        epochs = new Epochs();
        for (int i = 0; i < ENTRIES; i++) {
            model.add(new Pair(random.nextLong(), i));
        }
    }

    @AfterEach
    void end() {
        epochs.close();
        store.close();
        live.assertUnchanged();
    }

    private AlexIndex loaded() {
        AlexIndex index = AlexIndex.create(store, PLACE, epochs);
        index.bulkLoad(new PairStream(model));
        return index;
    }

    private void addSome(AlexIndex index, int count) {
        for (int i = 0; i < count; i++) {
            var pair = new Pair(random.nextLong(), i);
            model.add(pair);
            index.add(pair.key(), pair.payload());
        }
    }

    private static void assertHolds(TreeSet<Pair> expected, AlexIndex index) {
        assertEquals(new ArrayList<>(expected), contents(index));
        StructureCheck.check(index);
    }

    static List<Pair> contents(AlexIndex index) {
        List<Pair> pairs = new ArrayList<>();
        AlexCursor cursor = index.cursor();
        cursor.seekFirst();
        while (cursor.next()) {
            pairs.add(new Pair(cursor.key(), cursor.payload()));
        }
        return pairs;
    }

    @Test
    void opened_index_has_what_was_there_and_goes_on() {
        try (AlexIndex index = loaded()) {
            assertEquals(-1, index.checkpointLsn());
            index.checkpoint(100);
            assertEquals(100, index.checkpointLsn());
            assertEquals(List.of("gen-1.alex"), store.list(PLACE));
        }
        assertTrue(AlexIndex.exists(store, PLACE));
        try (AlexIndex index = AlexIndex.open(store, PLACE, epochs)) {
            assertEquals(100, index.checkpointLsn());
            assertHolds(model, index);
            addSome(index, 5);
            index.checkpoint(200);
            assertEquals(List.of("gen-1.alex", "gen-1.delta"), store.list(PLACE));
            addSome(index, 5);
            index.checkpoint(300);
            assertEquals(List.of("gen-1.alex", "gen-1.delta"), store.list(PLACE));
            AlexIndex.verify(store, PLACE);
        }
        try (AlexIndex index = AlexIndex.open(store, PLACE, epochs)) {
            assertEquals(300, index.checkpointLsn());
            assertHolds(model, index);
            addSome(index, 20_000);
            index.checkpoint(400);
            assertEquals(List.of("gen-2.alex"), store.list(PLACE), "a quarter of the base is passed");
            assertHolds(model, index);
        }
        try (AlexIndex index = AlexIndex.open(store, PLACE, epochs)) {
            assertEquals(400, index.checkpointLsn());
            assertHolds(model, index);
        }
    }

    @Test
    void empty_index_and_checkpoint_without_changes() {
        model.clear();
        try (AlexIndex index = loaded()) {
            index.checkpoint(1);
            index.checkpoint(2);
        }
        try (AlexIndex index = AlexIndex.open(store, PLACE, epochs)) {
            assertEquals(2, index.checkpointLsn());
            assertEquals(0, index.size());
            addSome(index, 3);
            assertHolds(model, index);
        }
    }

    @Test
    void nothing_there_is_named_and_an_index_in_memory_has_no_checkpoint() {
        assertFalse(AlexIndex.exists(store, PLACE));
        assertThrows(MissingFileException.class, () -> AlexIndex.open(store, PLACE, epochs));
        try (AlexIndex index = AlexIndex.create(epochs)) {
            assertThrows(IllegalStateException.class, () -> index.checkpoint(1));
        }
    }

    @Test
    void new_index_replaces_the_files_of_an_older_one() {
        try (AlexIndex index = loaded()) {
            index.checkpoint(1);
            addSome(index, 5);
            index.checkpoint(2);
        }
        model.clear();
        model.add(new Pair(7, 7));
        try (AlexIndex index = loaded()) {
            index.checkpoint(3);
        }
        assertEquals(List.of("gen-2.alex"), store.list(PLACE));
        try (AlexIndex index = AlexIndex.open(store, PLACE, epochs)) {
            assertHolds(model, index);
        }
    }

    @Test
    void nodes_in_which_nothing_changes_are_packed_again() {
        try (AlexIndex index = loaded()) {
            addSome(index, 30_000);
            long before = index.stats().dataBytes();
            assertTrue(index.stats().gappedNodes() > 50);
            for (int lsn = 1; lsn <= 4; lsn++) {
                index.checkpoint(lsn);
            }
            assertEquals(0, index.stats().gappedNodes());
            assertTrue(index.stats().dataBytes() < before);
            assertHolds(model, index);
        }
        try (AlexIndex index = AlexIndex.open(store, PLACE, epochs)) {
            assertHolds(model, index);
        }
    }

    /// The writer goes on while a checkpoint copies: what is opened is the index at one moment of that
    /// time, a prefix of the writer's history.
    @Test
    void checkpoint_beside_a_writer_is_of_one_moment() throws Exception {
        try (AlexIndex index = loaded()) {
            index.checkpoint(0);
            for (int round = 1; round <= 8; round++) {
                var history = new ArrayList<Pair>();
                var before = contents(index);
                int lsn = round;
                Thread checkpoint = Thread.ofPlatform().start(() -> index.checkpoint(lsn));
                while (checkpoint.isAlive()) {
                    var pair = new Pair(random.nextLong(), history.size());
                    if (index.add(pair.key(), pair.payload())) {
                        history.add(pair);
                    }
                }
                checkpoint.join();
                try (AlexIndex opened = AlexIndex.open(store.copy(), PLACE, epochs)) {
                    int prefix = (int) (opened.size() - before.size());
                    var expected = new TreeSet<>(before);
                    expected.addAll(history.subList(0, prefix));
                    assertHolds(expected, opened);
                }
                for (int i = 0; i < 100; i++) {
                    Pair victim = before.get(random.nextInt(before.size()));
                    index.remove(victim.key(), victim.payload());
                }
            }
        }
    }

    @Test
    void failed_checkpoint_leaves_the_older_one_and_the_next_is_whole() {
        for (Operation operation : new Operation[] {
            Operation.CREATE,
            Operation.WRITE,
            Operation.PREALLOCATE,
            Operation.SYNC,
            Operation.RENAME,
            Operation.SYNC_DIRECTORY
        }) {
            for (int changes : new int[] {5, 20_000}) {
                model.clear();
                addSomeTo(model, 40_000);
                try (AlexIndex index = loaded()) {
                    index.checkpoint(1);
                    var before = new TreeSet<>(model);
                    addSome(index, changes);
                    store.failAt(operation, 1, Fault.IO_ERROR);
                    try {
                        index.checkpoint(2);
                    } catch (StorageException e) {
                        assertEquals(1, index.checkpointLsn());
                        store.clearFaults();
                        try (AlexIndex opened = AlexIndex.open(store.copy(), PLACE, epochs)) {
                            // the new one may be whole although its last step was not acknowledged
                            assertHolds(opened.checkpointLsn() == 1 ? before : model, opened);
                        }
                    }
                    store.clearFaults();
                    addSome(index, 10);
                    index.checkpoint(3);
                    try (AlexIndex opened = AlexIndex.open(store.copy(), PLACE, epochs)) {
                        assertEquals(3, opened.checkpointLsn());
                        assertHolds(model, opened);
                    }
                }
            }
        }
    }

    private void addSomeTo(TreeSet<Pair> pairs, int count) {
        for (int i = 0; i < count; i++) {
            pairs.add(new Pair(random.nextLong(), i));
        }
    }

    // ---- damage ----

    @Test
    void flipped_bits_are_found_and_named_by_file_and_position() {
        try (AlexIndex index = loaded()) {
            index.checkpoint(1);
            addSome(index, 5);
            index.checkpoint(2);
            addSome(index, 5);
            index.checkpoint(3);
        }
        for (String name : new String[] {"gen-1.alex", "gen-1.delta"}) {
            long size = store.size(PLACE + "/" + name);
            for (int i = 0; i < 40; i++) {
                FileStore damaged = store.copy();
                long position = i == 0 ? size - 1 : random.nextLong(name.endsWith("delta") ? size / 2 : size);
                int bit = random.nextInt(8);
                ((CrashableFileStore) damaged).flip(PLACE + "/" + name, position, bit);
                try {
                    AlexIndex.verify(damaged, PLACE);
                    // what no checksum covers: padding of a header page, and the last batch, which looks torn
                    try (AlexIndex index = AlexIndex.open(damaged, PLACE, epochs)) {
                        assertTrue(
                                name.endsWith("delta") && (index.checkpointLsn() < 3 || isPadding(position)),
                                "flip at " + position + " of " + name + " went unseen");
                    }
                } catch (CorruptFileException e) {
                    assertTrue(e.getMessage().contains(name), e.getMessage());
                }
                damaged.close();
            }
        }
    }

    private static boolean isPadding(long position) {
        return position % PageStates.PAGE_BYTES > AlexFileFormat.BATCH_HEADER_BYTES;
    }

    @Test
    void every_power_cut_leaves_the_older_checkpoint_or_the_new_one() {
        for (int changes : new int[] {5, 12_000}) { // a delta batch; a new generation
            model.clear();
            addSomeTo(model, 20_000);
            try (AlexIndex index = loaded()) {
                index.checkpoint(1);
                addSome(index, 5);
                index.checkpoint(2);
                assertTrue(store.list(PLACE).stream().anyMatch(name -> name.endsWith(".delta")));
                var before = new TreeSet<>(model);
                addSome(index, changes);
                CrashableFileStore start = store;
                int calls = 0;
                for (boolean done = false; !done; calls++) {
                    for (int seed = 0; seed < 3; seed++) {
                        done = cutDuringCheckpoint(start.copy(), calls, seed, before);
                    }
                }
                assertTrue(calls > 4, "only " + calls + " places to cut at");
            }
        }
    }

    /// Repeats the model's changes on a disk whose power goes after so many calls of the checkpoint; true
    /// if it had none to go at.
    private boolean cutDuringCheckpoint(CrashableFileStore disk, int calls, long seed, TreeSet<Pair> before) {
        boolean finished = false;
        try (AlexIndex index = AlexIndex.open(disk, PLACE, epochs)) {
            for (Pair pair : model) {
                index.add(pair.key(), pair.payload());
            }
            disk.cutAfter(calls);
            try {
                index.checkpoint(3);
                finished = !disk.isCut();
            } catch (StorageException | IllegalStateException e) {
                assertTrue(disk.isCut(), e.toString());
            }
        }
        try (CrashableFileStore after = disk.crash(31L * calls + seed);
                AlexIndex index = AlexIndex.open(after, PLACE, epochs)) {
            AlexIndex.verify(after, PLACE);
            assertTrue(index.checkpointLsn() == 3 || (index.checkpointLsn() == 2 && !finished));
            assertHolds(index.checkpointLsn() == 3 ? model : before, index);
            // and it goes on from there
            index.add(1, 1);
            index.checkpoint(4);
            try (AlexIndex again = AlexIndex.open(after, PLACE, epochs)) {
                assertEquals(4, again.checkpointLsn());
                assertEquals(index.size(), again.size());
            }
        }
        return finished;
    }
}
