package omendb.engine.vector;

import omendb.ann.ElementType;
import omendb.memory.CorruptFileException;

/// The first parameter in the headers of a column's files: dimensions in the lower half, and in the upper
/// half what the vectors consist of: 0 float32, 1 float16, 2 bits, 3 sparse.
final class SlotElements {
    private SlotElements() {}

    static long parameter(ElementType element, int dimensions) {
        return id(element) << 32 | dimensions;
    }

    private static long id(ElementType element) {
        return switch (element) {
            case FLOAT32 -> 0;
            case FLOAT16 -> 1;
            case BIT -> 2;
            case SPARSE -> 3;
        };
    }

    static int dimensions(long parameter) {
        return (int) parameter;
    }

    static ElementType element(String directory, long parameter) {
        for (ElementType element : ElementType.values()) {
            if (id(element) == parameter >>> 32) {
                return element;
            }
        }
        throw new CorruptFileException(directory, 0, "vectors of unknown elements: " + (parameter >>> 32));
    }
}
