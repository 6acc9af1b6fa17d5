package omendb.sql;

import java.util.random.RandomGenerator;
import omendb.engine.error.SqlState;
import omendb.engine.txn.Cancellation;
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

    @Override
    public void notice(String message) {
        service(SessionListener.class).notice("NOTICE", SqlState.SUCCESSFUL_COMPLETION, message, null, null);
    }

    /// Asks the running statement to stop: by another thread's wish, or by its time limit.
    static final class Interruption {
        static final long SHORT_NANOS = 1_000_000;

        private volatile boolean requested;
        private long deadlineNanos;
        private boolean limited;
        private long startedNanos;
        private boolean isLong;
        private final Runnable takesLong;

        /// @param takesLong told once of a statement that has been at work for [#SHORT_NANOS]
        Interruption(Runnable takesLong) {
            this.takesLong = takesLong;
        }

        void start(long timeoutMillis) {
            requested = false;
            limited = timeoutMillis > 0;
            isLong = false;
            startedNanos = System.nanoTime();
            deadlineNanos = limited ? startedNanos + timeoutMillis * 1_000_000 : 0;
        }

        /// Moment of [System#nanoTime] at which the statement must have ended, 0 = none.
        long deadlineNanos() {
            return deadlineNanos;
        }

        /// Any thread.
        void request() {
            requested = true;
        }

        void check() {
            if (requested) {
                requested = false;
                throw Cancellation.USER_REQUEST.exception();
            }
            if (isLong && !limited) {
                return;
            }
            long now = System.nanoTime();
            if (limited && now - deadlineNanos > 0) {
                limited = false;
                throw Cancellation.STATEMENT_TIMEOUT.exception();
            }
            if (!isLong && now - startedNanos > SHORT_NANOS) {
                isLong = true;
                takesLong.run();
            }
        }
    }
}
