package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import omendb.memory.NativeMemory;

/// Reads jsonb values where they lie. A node, little-endian, its length known from outside:
///
///     offset size   field
///     0      1      tag: 0 null, 1 false, 2 true, 3 number, 4 string, 5 array, 6 object
///     1      ...    number: a [Numeric]; string: UTF-8
///     array  1      4        element count n
///            5      4 * n    end of each element, relative to the first one's start
///            ...             elements (nodes)
///     object 1      4        member count n
///            5      4 * n    end of each key, relative to the first key's start
///            ...    4 * n    end of each value, relative to the first value's start
///            ...             keys (UTF-8; by length, then bytewise, no duplicates), then values (nodes)
///
/// A jsonb value is one node. Keys are found by binary search.
public final class JsonbValue {
    public static final int NULL = 0;
    public static final int FALSE = 1;
    public static final int TRUE = 2;
    public static final int NUMBER = 3;
    public static final int STRING = 4;
    public static final int ARRAY = 5;
    public static final int OBJECT = 6;

    private JsonbValue() {}

    public static int tag(long node) {
        return NativeMemory.getByte(node);
    }

    /// Elements of an array or members of an object.
    public static int count(long node) {
        return NativeMemory.getInt(node + 1);
    }

    private static int end(long table, int index) {
        return index < 0 ? 0 : NativeMemory.getInt(table + 4L * index);
    }

    public static long elementAddress(long node, int index) {
        return node + 5 + 4L * count(node) + end(node + 5, index - 1);
    }

    public static int elementLength(long node, int index) {
        return end(node + 5, index) - end(node + 5, index - 1);
    }

    public static long keyAddress(long node, int index) {
        return node + 5 + 8L * count(node) + end(node + 5, index - 1);
    }

    public static int keyLength(long node, int index) {
        return end(node + 5, index) - end(node + 5, index - 1);
    }

    private static long valuesTable(long node) {
        return node + 5 + 4L * count(node);
    }

    public static long valueAddress(long node, int index) {
        int count = count(node);
        return node + 5 + 8L * count + end(node + 5, count - 1) + end(valuesTable(node), index - 1);
    }

    public static int valueLength(long node, int index) {
        return end(valuesTable(node), index) - end(valuesTable(node), index - 1);
    }

    /// Index of a key of an object, or -1.
    public static int find(long node, long key, int keyLength) {
        int low = 0;
        int high = count(node) - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int length = keyLength(node, middle);
            int order = length != keyLength
                    ? Integer.compare(length, keyLength)
                    : NativeMemory.compare(keyAddress(node, middle), length, key, keyLength);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /// The node as a tree.
    public static Json read(long node, int length) {
        return switch (tag(node)) {
            case FALSE -> Json.of(false);
            case TRUE -> Json.of(true);
            case NUMBER -> new Json.NumberValue(Numeric.read(node + 1, length - 1));
            case STRING -> new Json.TextValue(TextBytes.toString(node + 1, length - 1));
            case ARRAY -> {
                List<Json> elements = new ArrayList<>(count(node));
                for (int i = 0; i < count(node); i++) {
                    elements.add(read(elementAddress(node, i), elementLength(node, i)));
                }
                yield new Json.Elements(elements);
            }
            case OBJECT -> {
                Json.Members object = Json.object();
                for (int i = 0; i < count(node); i++) {
                    String key = TextBytes.toString(keyAddress(node, i), keyLength(node, i));
                    object.members().put(key, read(valueAddress(node, i), valueLength(node, i)));
                }
                yield object;
            }
            default -> Json.nullValue();
        };
    }

    public static Json read(ColumnVector in, int row) {
        return read(in.address(row), in.length(row));
    }

    /// Stores a tree as a value of `out`.
    public static void write(Json json, ColumnVector out, int row) {
        try (NativeBytesWriter writer = new NativeBytesWriter()) {
            encode(json, writer);
            out.setReference(row, out.arena().copy(writer.address(), writer.position()), writer.position());
        }
    }

    static void encode(Json json, BytesWriter out) {
        switch (json) {
            case Json.NullValue() -> out.writeByte(NULL);
            case Json.BooleanValue(boolean value) -> out.writeByte(value ? TRUE : FALSE);
            case Json.NumberValue(Numeric value) -> {
                out.writeByte(NUMBER);
                out.writeBytes(value.toBytes());
            }
            case Json.TextValue(String value) -> {
                out.writeByte(STRING);
                out.writeUtf8(value);
            }
            case Json.Elements array -> encodeArray(array, out);
            case Json.Members object -> encodeObject(object, out);
        }
    }

    private static void encodeArray(Json.Elements array, BytesWriter out) {
        int count = array.elements().size();
        int table = startTable(ARRAY, count, count, out);
        int first = out.position();
        for (int i = 0; i < count; i++) {
            encode(array.elements().get(i), out);
            putEnd(out, table, i, out.position() - first);
        }
    }

    private static void encodeObject(Json.Members object, BytesWriter out) {
        int count = object.members().size();
        int table = startTable(OBJECT, count, 2 * count, out);
        int first = out.position();
        int index = 0;
        for (String key : object.members().keySet()) {
            out.writeBytes(key.getBytes(StandardCharsets.UTF_8));
            putEnd(out, table, index++, out.position() - first);
        }
        int firstValue = out.position();
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
            encode(member.getValue(), out);
            putEnd(out, table, index++, out.position() - firstValue);
        }
    }

    /// Writes tag and count, leaves room for `ends` offsets; returns where they start.
    private static int startTable(int tag, int count, int ends, BytesWriter out) {
        out.writeByte(tag);
        NativeMemory.putInt(out.reserve(4), count);
        out.advance(4);
        int table = out.position();
        out.reserve(4 * ends);
        out.advance(4 * ends);
        return table;
    }

    private static void putEnd(BytesWriter out, int table, int index, int end) {
        NativeMemory.putInt(out.address() + table + 4L * index, end);
    }

    /// jsonb's text form of a node.
    public static void print(long node, int length, BytesWriter out) {
        switch (tag(node)) {
            case ARRAY -> {
                out.writeByte('[');
                for (int i = 0; i < count(node); i++) {
                    if (i > 0) {
                        out.writeAscii(", ");
                    }
                    print(elementAddress(node, i), elementLength(node, i), out);
                }
                out.writeByte(']');
            }
            case OBJECT -> {
                out.writeByte('{');
                for (int i = 0; i < count(node); i++) {
                    if (i > 0) {
                        out.writeAscii(", ");
                    }
                    JsonText.quote(TextBytes.toString(keyAddress(node, i), keyLength(node, i)), out);
                    out.writeAscii(": ");
                    print(valueAddress(node, i), valueLength(node, i), out);
                }
                out.writeByte('}');
            }
            default -> JsonText.print(read(node, length), out);
        }
    }

    /// What `->>` gives of a node: strings without quotes; the caller has dealt with JSON null.
    public static void printAsText(long node, int length, BytesWriter out) {
        if (tag(node) == STRING) {
            out.writeBytes(node + 1, length - 1);
        } else {
            print(node, length, out);
        }
    }
}
