package omendb.engine.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import omendb.ann.ElementType;
import omendb.memory.CrashableFileStore;
import omendb.memory.DiskFullException;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.StorageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VectorColumnTest {
    private static final BitSet NONE = new BitSet();
    private static final MemoryTag TAG = MemoryTag.of("test");
    private static final String DIRECTORY = "vec/17.3";
    private static final int DIMENSIONS = 784;
    private static final long RESERVED = 1L << 30;

    private final CrashableFileStore disk = CrashableFileStore.create();
    private final long vector = MemoryAccount.allocate(TAG, DIMENSIONS * 4L);
    private VectorColumn column;

    @BeforeEach
    void create() {
        column = VectorColumn.create(disk, DIRECTORY, 17, ElementType.FLOAT32, DIMENSIONS, RESERVED);
    }

    @AfterEach
    void close() {
        column.close();
        MemoryAccount.free(TAG, vector, DIMENSIONS * 4L);
        disk.close();
    }

    private void fill(long seed) {
        for (int i = 0; i < DIMENSIONS; i++) {
            NativeMemory.putFloat(vector + 4L * i, seed * 1000 + i);
        }
    }

    private long append(long rowId) {
        fill(rowId);
        return column.append(rowId, vector);
    }

    private void assertHolds(long slot, long rowId) {
        assertEquals(rowId, column.rowId(slot));
        for (int i = 0; i < DIMENSIONS; i++) {
            assertEquals(rowId * 1000 + i, NativeMemory.getFloat(column.address(slot) + 4L * i));
        }
    }

    @Test
    void chunks_join_without_gaps() {
        for (int chunk = 0; chunk < 40; chunk++) {
            assertEquals(ChunkedFile.start(chunk) + ChunkedFile.chunkBytes(chunk), ChunkedFile.start(chunk + 1));
        }
    }

    @Test
    void vectors_lie_contiguously_across_chunk_files() {
        // 1,000 vectors of 3,136 bytes: several chunks, with vectors that straddle their edges
        for (long row = 0; row < 1_000; row++) {
            assertEquals(row, append(row));
        }
        assertTrue(disk.exists(DIRECTORY + "/vectors-3.vec"));
        for (long slot = 0; slot < 1_000; slot++) {
            assertHolds(slot, slot);
        }
        assertEquals(1_000, column.publishedLimit());
    }

    @Test
    void slots_are_resolved_in_any_order_and_the_limit_follows() {
        for (long row = 0; row < 4; row++) {
            append(row);
        }
        assertEquals(0, column.resolvedLimit());
        column.resolve(1);
        column.markDead(2);
        assertEquals(0, column.resolvedLimit());
        column.resolve(0);
        assertEquals(3, column.resolvedLimit());
        assertTrue(column.isDead(2));
        assertFalse(column.isDead(1));
    }

    @Test
    void recovery_keeps_what_rows_refer_to_and_declares_the_rest_dead() {
        Map<Long, Long> owners = new HashMap<>();
        for (long row = 0; row < 10; row++) {
            long slot = append(row);
            if (row % 3 != 0) {
                owners.put(row, slot);
            }
        }
        column.sync();
        column.close();
        column = VectorColumn.open(disk, DIRECTORY, 17, RESERVED);
        VectorColumn.Recovery found =
                column.recover(0, 0, (rowId, slot, _) -> owners.getOrDefault(rowId, -1L) == slot, NONE, NONE);
        assertEquals(new VectorColumn.Recovery(6, 4, 0), found);
        assertEquals(10, column.publishedLimit());
        for (long slot = 0; slot < 10; slot++) {
            assertEquals(slot % 3 == 0, column.isDead(slot));
            assertHolds(slot, slot);
        }
        assertEquals(10, append(10));
    }

    @Test
    void a_mark_is_whole_or_absent_after_a_short_write_and_can_be_made_again() {
        append(1);
        disk.failAt(CrashableFileStore.Operation.WRITE, "slots-0", 1, CrashableFileStore.Fault.SHORT_WRITE);
        assertThrows(StorageException.class, () -> column.markDead(0));
        assertNull(column.problem(0, 1));
        column.markDead(0);
        assertTrue(column.isDead(0));
    }

    @Test
    void a_mark_is_whole_or_absent_after_a_power_cut() {
        for (long row = 0; row < 50; row++) {
            append(row);
            column.resolve(row);
        }
        column.sync();
        for (long slot = 0; slot < 50; slot += 3) {
            column.markDead(slot);
        }
        int dead = 0;
        for (long seed = 0; seed < 40; seed++) {
            CrashableFileStore whole = disk.copy();
            column.close();
            column = VectorColumn.open(whole, DIRECTORY, 17, RESERVED);
            column.recover(50, 0, (_, _, _) -> true, NONE, NONE);
            for (long slot = 0; slot < 50; slot += 2) {
                column.markDead(slot);
            }
            try (CrashableFileStore kept = whole.crash(seed);
                    VectorColumn found = VectorColumn.open(kept, DIRECTORY, 17, RESERVED)) {
                found.inspect(50, 0);
                for (long slot = 0; slot < 50; slot++) {
                    boolean isDead = found.isDead(slot);
                    dead += isDead ? 1 : 0;
                    assertTrue(
                            isDead ? slot % 3 == 0 || slot % 2 == 0 : found.problem(slot, slot) == null,
                            "seed " + seed);
                }
            }
        }
        assertTrue(dead > 40 * 17 && dead < 40 * 34, dead + " dead: some marks are to be lost, some kept");
    }

    @Test
    void a_damaged_vector_is_noticed() {
        append(1);
        append(2);
        column.sync();
        column.close();
        try (var file = disk.open(DIRECTORY + "/vectors-0.vec")) {
            fill(99);
            file.write(NativeMemory.segment(vector, 8), 4096 + 100);
        }
        column = VectorColumn.open(disk, DIRECTORY, 17, RESERVED);
        VectorColumn.Recovery found = column.recover(0, 0, (_, _, _) -> true, NONE, NONE);
        assertEquals(new VectorColumn.Recovery(2, 0, 1), found);
        assertFalse(column.copyChecked(0, NativeMemory.segment(vector, DIMENSIONS * 4L)));
        assertTrue(column.copyChecked(1, NativeMemory.segment(vector, DIMENSIONS * 4L)));
    }

    @Test
    void a_full_disk_leaves_the_column_usable() {
        disk.failAt(CrashableFileStore.Operation.PREALLOCATE, 1, CrashableFileStore.Fault.DISK_FULL);
        long[] next = {0};
        assertThrows(DiskFullException.class, () -> {
            while (true) {
                append(next[0]);
                next[0]++;
            }
        });
        assertEquals(next[0], column.publishedLimit());
        assertEquals(next[0], append(next[0]));
        assertHolds(next[0], next[0]);
    }

    @Test
    void after_a_failed_sync_none_succeeds() {
        append(1);
        disk.failAt(CrashableFileStore.Operation.SYNC, 1, CrashableFileStore.Fault.IO_ERROR);
        assertThrows(StorageException.class, () -> column.sync());
        assertThrows(StorageException.class, () -> column.sync());
    }

    @Test
    void files_of_another_column_are_refused() {
        column.close();
        column = VectorColumn.create(disk, "vec/18.1", 18, ElementType.FLOAT32, 5, RESERVED);
        disk.delete("vec/18.1/slots-0.map");
        try (var file = disk.create("vec/18.1/slots-0.map");
                var other = disk.open(DIRECTORY + "/slots-0.map")) {
            var copy = NativeMemory.segment(vector, 2048);
            for (long at = 0; at < other.size(); at += 2048) {
                other.read(copy, at);
                file.write(copy, at);
            }
        }
        assertThrows(StorageException.class, () -> VectorColumn.open(disk, "vec/18.1", 18, RESERVED));
    }
}
