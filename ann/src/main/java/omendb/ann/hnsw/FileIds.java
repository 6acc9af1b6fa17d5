package omendb.ann.hnsw;

import omendb.ann.Distance;
import omendb.ann.ElementType;
import omendb.ann.Quantization;

/// Numbers that enumerations have in files: they never change, whatever happens to the order in the source.
final class FileIds {
    private FileIds() {}

    static long of(Distance distance) {
        return switch (distance) {
            case L2 -> 0;
            case INNER_PRODUCT -> 1;
            case COSINE -> 2;
            case L1 -> 3;
            case HAMMING -> 4;
            case JACCARD -> 5;
        };
    }

    /// @throws IllegalArgumentException if none has that number
    static Distance distance(long id) {
        for (Distance distance : Distance.values()) {
            if (of(distance) == id) {
                return distance;
            }
        }
        throw new IllegalArgumentException("no distance " + id);
    }

    static long of(ElementType element) {
        return switch (element) {
            case FLOAT32 -> 0;
            case FLOAT16 -> 1;
            case BIT -> 2;
            case SPARSE -> 3;
        };
    }

    /// @throws IllegalArgumentException if none has that number
    static ElementType element(long id) {
        for (ElementType element : ElementType.values()) {
            if (of(element) == id) {
                return element;
            }
        }
        throw new IllegalArgumentException("no element type " + id);
    }

    static long of(Quantization.Kind kind) {
        return switch (kind) {
            case AUTO -> 0;
            case NONE -> 1;
            case RABITQ -> 2;
        };
    }

    /// @throws IllegalArgumentException if none has that number
    static Quantization.Kind quantization(long id) {
        for (Quantization.Kind kind : Quantization.Kind.values()) {
            if (of(kind) == id) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no quantization " + id);
    }
}
