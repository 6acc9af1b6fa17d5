package omendb.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import omendb.ann.Distance;
import omendb.ann.DistanceKernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does one float distance cost, the data in cache?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DistanceBenchmark {
    @Param({"384", "784", "1536"})
    int dimensions;

    @Param({"L2", "INNER_PRODUCT", "COSINE", "L1"})
    Distance distance;

    private Arena arena;
    private long a;
    private long b;

    @Setup(Level.Trial)
    public void fill() {
        arena = Arena.ofConfined();
        Random random = new Random(1);
        MemorySegment first = arena.allocate(dimensions * 4L, 64);
        MemorySegment second = arena.allocate(dimensions * 4L, 64);
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            float x = random.nextFloat();
            float y = random.nextFloat();
            first.setAtIndex(ValueLayout.JAVA_FLOAT, i, x);
            second.setAtIndex(ValueLayout.JAVA_FLOAT, i, y);
            squares += (double) (x - y) * (x - y);
        }
        a = first.address();
        b = second.address();
        double found = DistanceKernels.distance(Distance.L2, a, b, dimensions);
        if (Math.abs(found - Math.sqrt(squares)) > 1e-3) {
            throw new AssertionError("L2 " + found + ", expected " + Math.sqrt(squares));
        }
    }

    @TearDown(Level.Trial)
    public void free() {
        arena.close();
    }

    @Benchmark
    public double distance() {
        return DistanceKernels.distance(distance, a, b, dimensions);
    }
}
