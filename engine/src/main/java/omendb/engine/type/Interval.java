package omendb.engine.type;
/// Published in a moment.
final class Interval {
    private Interval() {}
}
