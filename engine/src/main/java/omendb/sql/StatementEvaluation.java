package omendb.sql;

import java.util.random.RandomGenerator;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.TypeContext;
import omendb.sql.function.EvalContext;

/// The context of one statement's functions: its clock, and whether it has to stop.
final class StatementEvaluation extends EvalContext {
    private final Interruption interruption;

    StatementEvaluation(
            TypeContext types,
            long transactionTimestamp,
            long statementTimestamp,
            RandomGenerator random,
            Interruption interruption) {
        super(types, transactionTimestamp, statementTimestamp, random);
        this.interruption = interruption;
    }

    @Override
    public void checkCancelled() {
        interruption.check();
    }

    /// Asks the running statement to stop: by another thread's wish, or by its time limit.
    static final class Interruption {
        private volatile boolean requested;
        private long deadlineNanos;
        private boolean limited;

        void start(long timeoutMillis) {
            requested = false;
            limited = timeoutMillis > 0;
            deadlineNanos = limited ? System.nanoTime() + timeoutMillis * 1_000_000 : 0;
        }

        /// Any thread.
        void request() {
            requested = true;
        }

        void check() {
            if (requested) {
                requested = false;
                throw new UserException(SqlState.QUERY_CANCELED, "canceling statement due to user request");
            }
            if (limited && System.nanoTime() - deadlineNanos > 0) {
                limited = false;
                throw new UserException(SqlState.QUERY_CANCELED, "canceling statement due to statement timeout");
            }
        }
    }
}
