package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import omendb.memory.Epochs;
import omendb.memory.FileStore;

/// What must hold for any data, any order of changes and any options.
class HnswPropertyTest {
    record Case(long seed, int dimensions, int count, Distance distance, int m, int bits, int built) {}

    @Provide
    Arbitrary<Case> cases() {
        return Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.of(1, 2, 3, 8, 17, 64, 100),
                        Arbitraries.of(0, 1, 2, 5, 40, 300, 1_200),
                        Arbitraries.of(Distance.L2, Distance.INNER_PRODUCT, Distance.COSINE, Distance.L1),
                        Arbitraries.of(2, 5, 16),
                        Arbitraries.of(-1, 0, 1, 3),
                        Arbitraries.integers().between(0, 100))
                .as(Case::new);
    }

    /// An index over clustered vectors, a part built, the rest inserted in random order.
    private final class Setup implements AutoCloseable {
        final Case given;
        final FloatVectors vectors;
        final Epochs epochs = new Epochs();
        final Path directory;
        final FileStore store;
        final HnswIndex index;
        final Random random;

        Setup(Case given) {
            this.given = given;
            this.random = new Random(given.seed);
            this.vectors = FloatVectors.clustered(given.dimensions, given.count + 1, given.seed);
            try {
                this.directory = Files.createTempDirectory("ann-property");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            this.store = FileStore.open(directory);
            Quantization codes = given.bits < 0
                    ? Quantization.none()
                    : given.bits == 0 ? Quantization.auto() : Quantization.rabitq(given.bits, 0);
            this.index = HnswIndex.create(
                    HnswOptions.of(given.dimensions, given.distance)
                            .with(given.m, 40)
                            .with(codes),
                    vectors,
                    store,
                    "idx",
                    epochs);
        }

        void fill() {
            int built = given.count * given.built / 100;
            index.build(built, slot -> true, 2, BuildProgress.SILENT);
            random.ints(0, Math.max(1, given.count)).limit(given.count).forEach(slot -> {
                if (slot < given.count) {
                    index.insert(slot);
                }
            });
            for (int slot = 0; slot < given.count; slot++) {
                index.insert(slot);
            }
        }

        long query() {
            return vectors.address(given.count);
        }

        @Override
        public void close() {
            index.close();
            epochs.advance();
            epochs.close();
            store.close();
            vectors.close();
            try {
                Files.deleteIfExists(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Property(tries = 60)
    void search_that_goes_on_returns_every_live_slot_once_and_no_other(@ForAll("cases") Case given) {
        try (var setup = new Setup(given)) {
            setup.fill();
            assertEquals(given.count, setup.index.indexedLimit());
            var live = new BitSet();
            for (int slot = 0; slot < given.count; slot++) {
                if (setup.random.nextInt(5) == 0) {
                    setup.index.markDead(slot);
                } else {
                    live.set(slot);
                }
            }
            Set<Long> seen = new HashSet<>();
            try (HnswSearch search = setup.index.search(setup.query(), 1, 10, given.count, null)) {
                int beam = -1;
                double last = Double.NEGATIVE_INFINITY;
                while (search.next()) {
                    assertTrue(live.get((int) search.slot()), "slot " + search.slot() + " is dead");
                    assertTrue(seen.add(search.slot()), "slot " + search.slot() + " twice");
                    assertTrue(search.beam() > beam || search.distance() >= last, "distances fall within a beam");
                    beam = search.beam();
                    last = search.distance();
                    double exact = DistanceKernels.distance(
                            given.distance, setup.query(), setup.vectors.address(search.slot()), given.dimensions);
                    assertEquals(exact, search.distance(), "distance of the operator");
                }
                assertFalse(search.next(), "ended search begins again");
            }
            assertEquals(live.cardinality(), seen.size());
        }
    }

    @Property(tries = 40)
    void beam_as_wide_as_the_index_finds_what_a_scan_finds(@ForAll("cases") Case given) {
        try (var setup = new Setup(given)) {
            setup.fill();
            int k = Math.min(10, given.count);
            if (k == 0) {
                return;
            }
            Neighbours truth =
                    ExactSearch.search(setup.vectors, given.distance, setup.query(), k, 0, given.count, null);
            try (HnswSearch search = setup.index.search(setup.query(), k, given.count, given.count, null)) {
                int hits = 0;
                for (int i = 0; i < truth.count() && search.next(); i++) {
                    hits += search.distance() <= truth.distance(truth.count() - 1) ? 1 : 0;
                }
                assertEquals(truth.count(), hits);
            }
        }
    }

    @Property(tries = 40)
    void every_slot_is_found_whatever_part_of_it_is_tail(
            @ForAll("cases") Case given, @ForAll("percent") int linkedPercent) {
        try (var setup = new Setup(given)) {
            int linked = given.count * linkedPercent / 100;
            setup.index.build(linked, slot -> true, 1, BuildProgress.SILENT);
            // out of order, above a hole
            if (linked + 2 < given.count) {
                setup.index.insert(linked + 1);
                setup.index.markDead(linked + 2);
            }
            Set<Long> seen = new HashSet<>();
            SlotFilter odd = slot -> slot % 2 == 1;
            try (HnswSearch search = setup.index.search(setup.query(), 3, 3, given.count, odd)) {
                while (search.next()) {
                    assertTrue(search.slot() % 2 == 1 && seen.add(search.slot()), "slot " + search.slot());
                }
            }
            boolean deadIsOdd = linked + 2 < given.count && (linked + 2) % 2 == 1;
            assertEquals(given.count / 2 - (deadIsOdd ? 1 : 0), seen.size());
        }
    }

    @Provide
    Arbitrary<Integer> percent() {
        return Arbitraries.of(0, 1, 50, 99, 100);
    }
}
