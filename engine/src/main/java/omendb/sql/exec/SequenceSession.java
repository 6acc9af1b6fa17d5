package omendb.sql.exec;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import omendb.engine.Database;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;

/// What a session knows of sequences: the last value it drew from each.
///
/// Threading: one session.
public final class SequenceSession {
    private final Database database;
    private final Supplier<Transaction> transaction;
    private final Map<Integer, Long> drawn = new HashMap<>();
    private int lastOid;

    /// @param transaction the running one
    public SequenceSession(Database database, Supplier<Transaction> transaction) {
        this.database = database;
        this.transaction = transaction;
    }

    long nextval(int oid) {
        definition(oid);
        long value = database.nextval(transaction.get(), oid);
        drawn.put(oid, value);
        lastOid = oid;
        return value;
    }

    long currval(int oid) {
        SequenceDef sequence = definition(oid);
        Long value = drawn.get(oid);
        if (value == null) {
            throw notYet("currval of sequence \"" + sequence.name() + "\"");
        }
        return value;
    }

    long lastval() {
        Long value = drawn.get(lastOid);
        if (value == null) {
            throw notYet("lastval");
        }
        return value;
    }

    private static OmenException notYet(String what) {
        return new UserException(
                SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, what + " is not yet defined in this session");
    }

    long setval(int oid, long value, boolean called) {
        SequenceDef sequence = definition(oid);
        if (value < sequence.minimum() || value > sequence.maximum()) {
            throw new UserException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                    "setval: value " + value + " is out of bounds for sequence \"" + sequence.name() + "\" ("
                            + sequence.minimum() + ".." + sequence.maximum() + ")");
        }
        database.setval(transaction.get(), oid, value, called);
        if (called) {
            drawn.put(oid, value);
            lastOid = oid;
        }
        return value;
    }

    /// DISCARD SEQUENCES.
    public void forget() {
        drawn.clear();
        lastOid = 0;
    }

    private SequenceDef definition(int oid) {
        SequenceDef sequence = database.catalog(transaction.get()).sequence(oid);
        if (sequence == null) {
            var relation = database.catalog(transaction.get()).relation(oid);
            if (relation != null) {
                throw new UserException(SqlState.WRONG_OBJECT_TYPE, "\"" + relation.name() + "\" is not a sequence");
            }
            throw new UserException(
                    SqlState.UNDEFINED_TABLE, "could not open relation with OID " + Integer.toUnsignedString(oid));
        }
        return sequence;
    }
}
