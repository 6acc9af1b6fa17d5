package omendb.engine.type;
/// Published in a moment.
final class RecordValue {
    private RecordValue() {}
}
