package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omendb.memory.CorruptFileException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriteBatchTest {
    @AfterEach
    void no_off_heap_memory_is_left() {
        LsmFixture.assertNoLiveMemory();
    }

    private static List<String> read(WriteBatch batch) {
        var seen = new ArrayList<String>();
        WriteBatch.Ops ops = batch.ops();
        while (ops.next()) {
            String key = LsmFixture.text(ops.keyAddress(), ops.keyLength());
            String value = LsmFixture.text(ops.valueAddress(), ops.valueLength());
            String what = ops.isDelete() ? " deleted" : ops.isRangeDelete() ? " to " + value + " deleted" : "=" + value;
            seen.add(ops.relationId() + ":" + key + what);
        }
        return seen;
    }

    @Test
    void operations_come_back_in_order_from_the_batch_and_from_its_bytes() {
        try (var batch = new WriteBatch();
                var arena = Arena.ofConfined()) {
            assertTrue(batch.isEmpty());
            assertEquals(0, batch.byteSize());
            batch.put(1, LsmFixture.bytes("a"), LsmFixture.bytes("one"));
            batch.delete(1L << 40, LsmFixture.bytes("b"));
            batch.put(2, LsmFixture.bytes(""), LsmFixture.bytes(""));
            batch.put(2, LsmFixture.bytes("k".repeat(60_000)), LsmFixture.bytes("v".repeat(100_000)));
            var expected = List.of(
                    "1:a=one", (1L << 40) + ":b deleted", "2:=", "2:" + "k".repeat(60_000) + "=" + "v".repeat(100_000));
            assertEquals(expected, read(batch));
            MemorySegment logged = arena.allocate(batch.byteSize()).copyFrom(batch.segment());
            WriteBatch replayed = WriteBatch.wrap(logged);
            assertEquals(4, replayed.count());
            assertEquals(expected, read(replayed));
            assertThrows(IllegalStateException.class, () -> replayed.delete(1, LsmFixture.bytes("a")));
        }
    }

    @Test
    void range_delete_comes_back_and_needs_a_range() {
        try (var batch = new WriteBatch();
                var arena = Arena.ofConfined()) {
            batch.deleteRange(1, LsmFixture.bytes("a"), LsmFixture.bytes("ab"));
            batch.deleteRange(2, LsmFixture.bytes(""), LsmFixture.bytes("\uffff"));
            var expected = List.of("1:a to ab deleted", "2: to \uffff deleted");
            assertEquals(expected, read(batch));
            MemorySegment logged = arena.allocate(batch.byteSize()).copyFrom(batch.segment());
            assertEquals(expected, read(WriteBatch.wrap(logged)));
            for (String to : List.of("", "a", "aa")) {
                MemorySegment end = LsmFixture.bytes(to);
                assertThrows(
                        IllegalArgumentException.class, () -> batch.deleteRange(1, LsmFixture.bytes("aa"), end), to);
            }
            MemorySegment end = LsmFixture.bytes("k".repeat(Keys.MAX_BYTES + 1));
            assertThrows(IllegalArgumentException.class, () -> batch.deleteRange(1, LsmFixture.bytes("a"), end));
            assertEquals(2, batch.count());
        }
    }

    @Test
    void batch_of_version_1_is_read_and_has_no_range_deletes() {
        try (var batch = new WriteBatch();
                var arena = Arena.ofConfined()) {
            batch.put(1, LsmFixture.bytes("a"), LsmFixture.bytes("b"));
            MemorySegment logged = arena.allocate(batch.byteSize()).copyFrom(batch.segment());
            logged.set(ValueLayout.JAVA_INT, 0, 1);
            assertEquals(List.of("1:a=b"), read(WriteBatch.wrap(logged)));
            logged.set(ValueLayout.JAVA_BYTE, 8, (byte) 3);
            assertThrows(CorruptFileException.class, () -> WriteBatch.wrap(logged));
            logged.set(ValueLayout.JAVA_INT, 0, 2);
            assertEquals(List.of("1:a to b deleted"), read(WriteBatch.wrap(logged)));
            logged.set(ValueLayout.JAVA_BYTE, logged.byteSize() - 1, (byte) 'a');
            assertThrows(CorruptFileException.class, () -> WriteBatch.wrap(logged));
        }
    }

    @Test
    void rollback_to_a_mark_forgets_what_came_after() {
        try (var batch = new WriteBatch()) {
            WriteBatch.Mark empty = batch.mark();
            batch.put(1, LsmFixture.bytes("a"), LsmFixture.bytes("1"));
            WriteBatch.Mark one = batch.mark();
            batch.put(1, LsmFixture.bytes("b"), LsmFixture.bytes("2"));
            batch.rollbackTo(one);
            assertEquals(List.of("1:a=1"), read(batch));
            assertEquals(1, WriteBatch.wrap(batch.segment()).count());
            batch.rollbackTo(empty);
            assertTrue(batch.isEmpty());
            batch.delete(3, LsmFixture.bytes("c"));
            assertEquals(List.of("3:c deleted"), read(batch));
            batch.clear();
            assertEquals(List.of(), read(batch));
        }
    }

    @Test
    void seek_finds_an_operation_by_its_offset() {
        try (var batch = new WriteBatch()) {
            batch.put(1, LsmFixture.bytes("a"), LsmFixture.bytes("1"));
            long offset = batch.nextOffset();
            batch.put(1, LsmFixture.bytes("b"), LsmFixture.bytes("2"));
            batch.delete(1, LsmFixture.bytes("a"));
            WriteBatch.Ops ops = batch.ops();
            ops.seek(offset);
            assertTrue(ops.next());
            assertEquals("b", LsmFixture.text(ops.keyAddress(), ops.keyLength()));
            ops.rewind();
            assertTrue(ops.next());
            assertEquals("a", LsmFixture.text(ops.keyAddress(), ops.keyLength()));
        }
    }

    @Test
    void key_that_is_too_long_is_refused() {
        try (var batch = new WriteBatch()) {
            MemorySegment key = LsmFixture.bytes("k".repeat(Keys.MAX_BYTES + 1));
            assertThrows(IllegalArgumentException.class, () -> batch.delete(1, key));
            assertTrue(batch.isEmpty());
        }
    }

    @Property(tries = 300)
    void cut_or_altered_bytes_are_refused_or_read_within_their_bounds(@ForAll long seed) {
        var random = new Random(seed);
        try (var batch = new WriteBatch();
                var arena = Arena.ofConfined()) {
            for (int i = 0; i <= random.nextInt(5); i++) {
                batch.put(
                        random.nextInt(300),
                        LsmFixture.bytes("key" + i),
                        LsmFixture.bytes("v".repeat(random.nextInt(200))));
                batch.delete(7, LsmFixture.bytes("k".repeat(random.nextInt(200))));
                batch.deleteRange(8, LsmFixture.bytes("k".repeat(random.nextInt(200))), LsmFixture.bytes("l"));
            }
            byte[] bytes = batch.segment().toArray(ValueLayout.JAVA_BYTE);
            int size = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length);
            MemorySegment damaged = arena.allocate(Math.max(1, size)).asSlice(0, size);
            MemorySegment.copy(bytes, 0, damaged, ValueLayout.JAVA_BYTE, 0, size);
            for (int i = 0; i < 2 && size > 0; i++) {
                damaged.set(ValueLayout.JAVA_BYTE, random.nextInt(size), (byte) random.nextInt());
            }
            try {
                WriteBatch.Ops ops = WriteBatch.wrap(damaged).ops();
                long end = damaged.address() + size;
                while (ops.next()) {
                    assertTrue(ops.keyAddress() + ops.keyLength() + ops.valueLength() <= end);
                    assertFalse(ops.keyLength() < 0 || ops.valueLength() < 0);
                }
            } catch (CorruptFileException e) {
                assertTrue(e.position() >= 0);
            }
        }
    }
}
