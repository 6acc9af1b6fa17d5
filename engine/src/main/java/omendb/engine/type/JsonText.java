package omendb.engine.type;

import java.util.Map;

/// Writes JSON text in jsonb's style: `{"a": 1, "b": [true, null]}`.
public final class JsonText {
    private JsonText() {}

    public static void print(Json json, BytesWriter out) {
        switch (json) {
            case Json.NullValue() -> out.writeAscii("null");
            case Json.BooleanValue(boolean value) -> out.writeAscii(value ? "true" : "false");
            case Json.NumberValue(Numeric value) -> out.writeAscii(value.toString());
            case Json.TextValue(String value) -> quote(value, out);
            case Json.Elements array -> {
                out.writeByte('[');
                boolean first = true;
                for (Json element : array.elements()) {
                    if (!first) {
                        out.writeAscii(", ");
                    }
                    first = false;
                    print(element, out);
                }
                out.writeByte(']');
            }
            case Json.Members object -> {
                out.writeByte('{');
                boolean first = true;
                for (Map.Entry<String, Json> member : object.members().entrySet()) {
                    if (!first) {
                        out.writeAscii(", ");
                    }
                    first = false;
                    quote(member.getKey(), out);
                    out.writeAscii(": ");
                    print(member.getValue(), out);
                }
                out.writeByte('}');
            }
        }
    }

    /// A string with quotes and escapes.
    public static void quote(String value, BytesWriter out) {
        StringBuilder text = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        out.writeUtf8(text.append('"').toString());
    }
}
