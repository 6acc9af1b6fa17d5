package omendb.engine.type;

import java.util.ArrayDeque;
import java.util.Deque;

/// Builds a [Json] from parser events; of duplicate keys the last wins.
final class JsonTree implements JsonParser.Handler {
    private final Deque<Json> open = new ArrayDeque<>();
    private final Deque<String> keys = new ArrayDeque<>();
    private Json result = Json.nullValue();

    Json result() {
        return result;
    }

    private void add(Json value) {
        switch (open.peek()) {
            case null -> result = value;
            case Json.Elements array -> array.elements().add(value);
            case Json.Members object -> object.members().put(keys.pop(), value);
            default -> throw new IllegalStateException("a scalar is open");
        }
    }

    @Override
    public void startObject() {
        open.push(Json.object());
    }

    @Override
    public void key(String name) {
        keys.push(name);
    }

    @Override
    public void endObject() {
        add(open.pop());
    }

    @Override
    public void startArray() {
        open.push(Json.array());
    }

    @Override
    public void endArray() {
        add(open.pop());
    }

    @Override
    public void text(String value) {
        add(new Json.TextValue(value));
    }

    @Override
    public void number(String digits) {
        add(new Json.NumberValue(Numeric.parse(digits, -1)));
    }

    @Override
    public void literal(Json value) {
        add(value);
    }
}
