package omendb.engine.type;

import omendb.memory.NativeMemory;

/// jsonb: object > array > boolean > number > string > null; containers by count, then element by element; an empty
/// array at the top sorts before every scalar (as PostgreSQL has it).
///
/// Key: a rank byte (top-level empty array 0, null 1, string 2, number 3, false 4, true 5, array 6, object 7), then the
/// escaped string, the numeric's key, or the count (4 bytes) and the members' keys.
final class JsonbOrder implements ValueOrder {
    private static final NumericOrder NUMBERS = new NumericOrder();

    @Override
    public int compare(long a, int lengthA, long b, int lengthB) {
        boolean emptyA = isEmptyArray(a);
        boolean emptyB = isEmptyArray(b);
        if (emptyA != emptyB && (isScalar(a) || isScalar(b))) {
            return emptyA ? -1 : 1;
        }
        return compareNodes(a, lengthA, b, lengthB);
    }

    private static boolean isScalar(long node) {
        return JsonbValue.tag(node) < JsonbValue.ARRAY;
    }

    private static boolean isEmptyArray(long node) {
        return JsonbValue.tag(node) == JsonbValue.ARRAY && JsonbValue.count(node) == 0;
    }

    private static int rank(long node) {
        return switch (JsonbValue.tag(node)) {
            case JsonbValue.NULL -> 1;
            case JsonbValue.STRING -> 2;
            case JsonbValue.NUMBER -> 3;
            case JsonbValue.FALSE -> 4;
            case JsonbValue.TRUE -> 5;
            case JsonbValue.ARRAY -> 6;
            default -> 7;
        };
    }

    private static int compareNodes(long a, int lengthA, long b, int lengthB) {
        int rankA = rank(a);
        int rankB = rank(b);
        if (rankA != rankB) {
            return Integer.compare(rankA, rankB);
        }
        return switch (JsonbValue.tag(a)) {
            case JsonbValue.STRING -> NativeMemory.compare(a + 1, lengthA - 1L, b + 1, lengthB - 1L);
            case JsonbValue.NUMBER -> NUMBERS.compare(a + 1, lengthA - 1, b + 1, lengthB - 1);
            case JsonbValue.ARRAY -> compareArrays(a, b);
            case JsonbValue.OBJECT -> compareObjects(a, b);
            default -> 0;
        };
    }

    private static int compareArrays(long a, long b) {
        int count = JsonbValue.count(a);
        if (count != JsonbValue.count(b)) {
            return Integer.compare(count, JsonbValue.count(b));
        }
        for (int i = 0; i < count; i++) {
            int order = compareNodes(
                    JsonbValue.elementAddress(a, i),
                    JsonbValue.elementLength(a, i),
                    JsonbValue.elementAddress(b, i),
                    JsonbValue.elementLength(b, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compareObjects(long a, long b) {
        int count = JsonbValue.count(a);
        if (count != JsonbValue.count(b)) {
            return Integer.compare(count, JsonbValue.count(b));
        }
        for (int i = 0; i < count; i++) {
            int order = NativeMemory.compare(
                    JsonbValue.keyAddress(a, i),
                    JsonbValue.keyLength(a, i),
                    JsonbValue.keyAddress(b, i),
                    JsonbValue.keyLength(b, i));
            if (order == 0) {
                order = compareNodes(
                        JsonbValue.valueAddress(a, i),
                        JsonbValue.valueLength(a, i),
                        JsonbValue.valueAddress(b, i),
                        JsonbValue.valueLength(b, i));
            }
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    @Override
    public long hash(long a, int length) {
        return switch (JsonbValue.tag(a)) {
            case JsonbValue.STRING -> Hash.bytes(a + 1, length - 1);
            case JsonbValue.NUMBER -> NUMBERS.hash(a + 1, length - 1);
            case JsonbValue.ARRAY -> hashArray(a);
            case JsonbValue.OBJECT -> hashObject(a);
            default -> Hash.mix(JsonbValue.tag(a));
        };
    }

    private long hashArray(long a) {
        long hash = JsonbValue.ARRAY;
        for (int i = 0; i < JsonbValue.count(a); i++) {
            hash = Hash.combine(hash, hash(JsonbValue.elementAddress(a, i), JsonbValue.elementLength(a, i)));
        }
        return hash;
    }

    private long hashObject(long a) {
        long hash = JsonbValue.OBJECT;
        for (int i = 0; i < JsonbValue.count(a); i++) {
            hash = Hash.combine(hash, Hash.bytes(JsonbValue.keyAddress(a, i), JsonbValue.keyLength(a, i)));
            hash = Hash.combine(hash, hash(JsonbValue.valueAddress(a, i), JsonbValue.valueLength(a, i)));
        }
        return hash;
    }

    @Override
    public void encodeKey(long a, int length, BytesWriter out) {
        if (isEmptyArray(a)) {
            out.writeByte(0);
        } else {
            encodeNode(a, length, out);
        }
    }

    private static void encodeNode(long a, int length, BytesWriter out) {
        out.writeByte(rank(a));
        switch (JsonbValue.tag(a)) {
            case JsonbValue.STRING -> ValueOrders.encodeEscaped(a + 1, length - 1, out);
            case JsonbValue.NUMBER -> NUMBERS.encodeKey(a + 1, length - 1, out);
            case JsonbValue.ARRAY -> {
                out.writeInt(JsonbValue.count(a));
                for (int i = 0; i < JsonbValue.count(a); i++) {
                    encodeNode(JsonbValue.elementAddress(a, i), JsonbValue.elementLength(a, i), out);
                }
            }
            case JsonbValue.OBJECT -> {
                out.writeInt(JsonbValue.count(a));
                for (int i = 0; i < JsonbValue.count(a); i++) {
                    ValueOrders.encodeEscaped(JsonbValue.keyAddress(a, i), JsonbValue.keyLength(a, i), out);
                    encodeNode(JsonbValue.valueAddress(a, i), JsonbValue.valueLength(a, i), out);
                }
            }
            default -> {}
        }
    }
}
