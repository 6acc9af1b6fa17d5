package omendb.sql.function;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// An error of a path that `silent` and predicates swallow.
final class JsonPathError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SqlState state;

    JsonPathError(SqlState state, String message) {
        super(message, null, false, false);
        this.state = state;
    }

    UserException toUser() {
        return new UserException(state, String.valueOf(getMessage()));
    }
}
