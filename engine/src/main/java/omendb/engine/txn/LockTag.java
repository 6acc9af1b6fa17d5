package omendb.engine.txn;

/// What a named lock is on.
public sealed interface LockTag {
    /// In the words of a deadlock's report.
    String describe();

    /// A table, view or sequence.
    record Relation(int oid) implements LockTag {
        @Override
        public String describe() {
            return "relation " + oid;
        }
    }

    /// An advisory lock, in the columns of pg_locks.
    ///
    /// @param classId upper half of an 8-byte key, or the first of two
    /// @param objId   lower half, or the second of two
    /// @param keys    1 = one 8-byte key, 2 = two keys
    record Advisory(int classId, int objId, int keys) implements LockTag {
        public static Advisory of(long key) {
            return new Advisory((int) (key >>> 32), (int) key, 1);
        }

        public static Advisory of(int first, int second) {
            return new Advisory(first, second, 2);
        }

        @Override
        public String describe() {
            return "advisory lock [" + Integer.toUnsignedString(classId) + "," + Integer.toUnsignedString(objId) + ","
                    + keys + "]";
        }
    }
}
