package omendb.engine.type;
/// Published in a moment.
final class Numeric {
    private Numeric() {}
}
