package omendb.sql;

import java.util.HashMap;
import java.util.Map;
import omendb.engine.Database;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;
import org.jspecify.annotations.Nullable;

/// What a session knows of the sequences it has used.
final class SequenceState {
    private final Database database;
    private final Map<Integer, Long> current = new HashMap<>();
    private @Nullable Transaction transaction;
    private int lastUsed;

    SequenceState(Database database) {
        this.database = database;
    }

    /// The transaction of the running statement.
    void in(Transaction running) {
        this.transaction = running;
    }

    private Transaction running() {
        Transaction running = transaction;
        if (running == null) {
            throw new IllegalStateException("no statement is running");
        }
        return running;
    }

    private SequenceDef sequence(int oid) {
        RelationDef relation = database.catalog(running()).relation(oid);
        if (relation instanceof SequenceDef sequence) {
            return sequence;
        }
        if (relation == null) {
            throw new UserException(
                    SqlState.UNDEFINED_TABLE, "could not open relation with OID " + Integer.toUnsignedString(oid));
        }
        throw new UserException(SqlState.WRONG_OBJECT_TYPE, "\"" + relation.name() + "\" is not a sequence");
    }

    long next(int oid) {
        SequenceDef sequence = sequence(oid);
        if (running().readOnly() && !database.catalog(running()).isTemporary(sequence)) {
            throw new UserException(
                    SqlState.READ_ONLY_SQL_TRANSACTION, "cannot execute nextval() in a read-only transaction");
        }
        long value = database.nextval(running(), oid);
        current.put(oid, value);
        lastUsed = oid;
        return value;
    }

    long current(int oid) {
        SequenceDef sequence = sequence(oid);
        Long value = current.get(oid);
        if (value == null) {
            throw SequenceFunctions.notYetDefined(sequence.name());
        }
        return value;
    }

    long last() {
        Long value = current.get(lastUsed);
        if (value == null) {
            throw new UserException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "lastval is not yet defined in this session");
        }
        return value;
    }

    long set(int oid, long value, boolean called) {
        SequenceDef sequence = sequence(oid);
        if (value < sequence.minimum() || value > sequence.maximum()) {
            throw new UserException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                    "setval: value " + value + " is out of bounds for sequence \"" + sequence.name() + "\" ("
                            + sequence.minimum() + ".." + sequence.maximum() + ")");
        }
        database.setval(running(), oid, value, called);
        if (called) {
            current.put(oid, value);
            lastUsed = oid;
        }
        return value;
    }

    /// DISCARD SEQUENCES.
    void forget() {
        current.clear();
        lastUsed = 0;
    }
}
