package omendb.engine.type;
/// Published in a moment.
final class ArrayValue {
    private ArrayValue() {}
}
