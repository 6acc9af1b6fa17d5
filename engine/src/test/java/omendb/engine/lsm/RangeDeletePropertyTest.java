package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omendb.memory.CrashableFileStore;

/// Many range deletes over few keys, in tables so small that they are cut all the time, read at every snapshot
/// that is still held.
class RangeDeletePropertyTest {
    private static final long REL = 1;
    private static final int KEYS = 30;

    private final TreeMap<String, TreeMap<Long, String>> model = new TreeMap<>();
    private long clock;
    private long oldest;

    private static String key(int ordinal) {
        return "key".substring(0, ordinal % 4) + (char) ('a' + ordinal % 5) + "x".repeat(ordinal % 11) + ordinal;
    }

    @Property(tries = 120)
    void every_snapshot_sees_what_the_model_says(@ForAll long seed) {
        var random = new Random(seed);
        model.clear();
        clock = 0;
        oldest = 0;
        LsmOptions options = LsmFixture.SMALL
                .withRowCacheBytes(random.nextBoolean() ? 0 : 64 << 10)
                .withLevels(1 + random.nextInt(3), 12 << 10, 2, 4096)
                .withOldestSnapshot(() -> oldest);
        try (var lsm = LsmFixture.open(CrashableFileStore.create(), options)) {
            lsm.store().createTree(REL);
            int steps = 20 + random.nextInt(80);
            for (int i = 0; i < steps; i++) {
                step(lsm, random);
                if (random.nextInt(6) == 0) {
                    check(lsm, oldest + random.nextLong(clock - oldest + 1));
                }
            }
            for (long snapshot = oldest; snapshot <= clock; snapshot++) {
                check(lsm, snapshot);
            }
            lsm.store().compact(REL);
            check(lsm, oldest);
            check(lsm, clock);
            assertEquals(List.of(), LsmFixture.problems(lsm.store()));
            oldest = clock;
            lsm.store().compact(REL);
            check(lsm, clock);
            LsmStats.Level all = lsm.store().stats().trees().getFirst().total();
            assertEquals(0, all.rangeDeletes(), "range deletes in the lowest level that everybody sees");
            assertEquals(visible(clock).size(), all.entries());
        }
        LsmFixture.assertNoLiveMemory();
    }

    private void step(LsmFixture lsm, Random random) {
        switch (random.nextInt(12)) {
            case 0 -> lsm.store().flush(clock);
            case 1 -> lsm.store().compactPending();
            case 2 -> oldest += random.nextLong(clock - oldest + 1);
            case 3 -> {
                if (random.nextInt(4) == 0) {
                    lsm.store().compact(REL);
                } else if (random.nextInt(3) == 0) {
                    lsm.store().flush(clock);
                    lsm.crash(random.nextLong());
                }
            }
            default -> commit(lsm, random);
        }
    }

    private void commit(LsmFixture lsm, Random random) {
        clock++;
        try (var batch = new WriteBatch()) {
            for (int i = 0; i <= random.nextInt(6); i++) {
                if (random.nextInt(4) == 0) {
                    deleteRange(batch, random);
                } else {
                    String key = key(random.nextInt(KEYS));
                    String value =
                            random.nextInt(5) == 0 ? "" : "v" + clock + "." + i + "z".repeat(random.nextInt(600));
                    if (value.isEmpty()) {
                        batch.delete(REL, LsmFixture.bytes(key));
                    } else {
                        batch.put(REL, LsmFixture.bytes(key), LsmFixture.bytes(value));
                    }
                    model.computeIfAbsent(key, _ -> new TreeMap<>()).put(clock, value);
                }
            }
            lsm.store().apply(batch, clock, clock);
        }
    }

    private void deleteRange(WriteBatch batch, Random random) {
        String a = key(random.nextInt(KEYS));
        String b = random.nextInt(3) == 0 ? a + "0" : key(random.nextInt(KEYS));
        if (a.compareTo(b) >= 0) {
            String greater = a;
            a = random.nextInt(3) == 0 ? "" : b;
            b = a.equals(greater) ? greater + "!" : greater;
        }
        batch.deleteRange(REL, LsmFixture.bytes(a), LsmFixture.bytes(b));
        model.subMap(a, b).values().forEach(versions -> versions.put(clock, ""));
    }

    private List<String> visible(long snapshot) {
        var rows = new ArrayList<String>();
        model.forEach((key, versions) -> {
            var version = versions.floorEntry(snapshot);
            if (version != null && !version.getValue().isEmpty()) {
                rows.add(key + "=" + version.getValue());
            }
        });
        return rows;
    }

    private void check(LsmFixture lsm, long snapshot) {
        List<String> expected = visible(snapshot);
        assertEquals(expected, lsm.scan(REL, null, null, snapshot, false));
        assertEquals(expected.reversed(), lsm.scan(REL, null, null, snapshot, true));
        var found = new ArrayList<String>();
        for (String key : model.keySet()) {
            String value = lsm.get(REL, key, snapshot);
            if (value != null) {
                found.add(key + "=" + value);
            }
        }
        assertEquals(expected, found);
    }
}
