package omendb.pgwire.protocol;

import java.util.Arrays;

/// An immutable list of type oids.
public final class Oids {
    public static final Oids NONE = new Oids(new int[0]);

    private final int[] values;

    Oids(int[] values) {
        this.values = values;
    }

    public static Oids of(int... values) {
        return new Oids(values.clone());
    }

    public int count() {
        return values.length;
    }

    public int get(int index) {
        return values[index];
    }

    public int[] toArray() {
        return values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Oids oids && Arrays.equals(values, oids.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
