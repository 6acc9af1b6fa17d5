package omendb.engine.txn;

/// What a lock is on, as pg_locks and a deadlock's report name it.
public sealed interface LockTag {
    /// In the words of a deadlock's report.
    String describe();

    /// What can be locked by name: everything but rows and keys.
    sealed interface Named extends LockTag {}

    /// A table, view or sequence.
    record Relation(int oid) implements Named {
        @Override
        public String describe() {
            return "relation " + oid + " of database " + DATABASE_OID;
        }
    }

    /// An advisory lock, in the columns of pg_locks.
    ///
    /// @param classId upper half of an 8-byte key, or the first of two
    /// @param objId   lower half, or the second of two
    /// @param keys    1 = one 8-byte key, 2 = two keys
    record Advisory(int classId, int objId, int keys) implements Named {
        public static Advisory of(long key) {
            return new Advisory((int) (key >>> 32), (int) key, 1);
        }

        public static Advisory of(int first, int second) {
            return new Advisory(first, second, 2);
        }

        @Override
        public String describe() {
            return "advisory lock [" + DATABASE_OID + "," + Integer.toUnsignedString(classId) + ","
                    + Integer.toUnsignedString(objId) + "," + keys + "]";
        }
    }

    /// A row.
    record Row(int tableOid, long rowId) implements LockTag {
        /// Rows have no pages: 256 of them are shown as one.
        public long page() {
            return rowId >>> 8;
        }

        /// Position in the page that is shown, from 1.
        public int tuple() {
            return (int) (rowId & 0xff) + 1;
        }

        @Override
        public String describe() {
            return "tuple (" + page() + "," + tuple() + ") of relation " + tableOid + " of database " + DATABASE_OID;
        }
    }

    /// A transaction: what a waiter for a unique key or, first in its queue, for a row waits for.
    record TransactionId(long id) implements LockTag {
        @Override
        public String describe() {
            return "transaction " + id;
        }
    }

    /// A unique key: waiters are told the transaction that holds it.
    record Key() implements LockTag {
        @Override
        public String describe() {
            return "unique key";
        }
    }

    /// Oid of the database, as PostgreSQL 15 numbers `postgres`.
    int DATABASE_OID = 5;
}
