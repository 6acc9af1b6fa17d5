package omendb.sql.function;

/// pg_proc.provolatile.
public enum Volatility {
    IMMUTABLE('i'),
    STABLE('s'),
    VOLATILE('v');

    private final char code;

    Volatility(char code) {
        this.code = code;
    }

    public char code() {
        return code;
    }
}
