package omendb.engine.txn;

import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Why a statement has to stop.
public enum Cancellation {
    USER_REQUEST("canceling statement due to user request"),
    STATEMENT_TIMEOUT("canceling statement due to statement timeout");

    private final String message;

    Cancellation(String message) {
        this.message = message;
    }

    /// 57014 in PostgreSQL's words.
    public OmenException exception() {
        return new UserException(SqlState.QUERY_CANCELED, message);
    }
}
