package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A JSON value on the heap: what jsonb functions build and take apart. Stored as [JsonbValue].
public sealed interface Json {
    /// jsonb's order of keys: by length in bytes, then bytewise.
    Comparator<String> KEY_ORDER = (a, b) -> {
        byte[] x = a.getBytes(StandardCharsets.UTF_8);
        byte[] y = b.getBytes(StandardCharsets.UTF_8);
        return x.length != y.length ? Integer.compare(x.length, y.length) : Arrays.compareUnsigned(x, y);
    };

    record NullValue() implements Json {}

    record BooleanValue(boolean value) implements Json {}

    record NumberValue(Numeric value) implements Json {}

    record TextValue(String value) implements Json {}

    /// The list is the value's own.
    record Elements(List<Json> elements) implements Json {}

    /// Members in [#KEY_ORDER].
    record Members(NavigableMap<String, Json> members) implements Json {}

    static Json nullValue() {
        return new NullValue();
    }

    static Json of(boolean value) {
        return new BooleanValue(value);
    }

    static Elements array() {
        return new Elements(new ArrayList<>());
    }

    static Members object() {
        return new Members(new TreeMap<>(KEY_ORDER));
    }

    /// Reads JSON text as jsonb does.
    static Json parse(String text) {
        JsonTree tree = new JsonTree();
        new JsonParser(text, tree).parse();
        return tree.result();
    }

    /// jsonb's text form.
    default String print() {
        try (NativeBytesWriter out = new NativeBytesWriter()) {
            JsonText.print(this, out);
            return new String(out.toByteArray(), StandardCharsets.UTF_8);
        }
    }
}
