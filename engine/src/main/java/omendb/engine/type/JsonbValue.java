package omendb.engine.type;
/// Published in a moment.
final class JsonbValue {
    private JsonbValue() {}
}
