package omendb.sql.ddl;

import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Errors that several DDL statements share, in PostgreSQL's words.
final class DdlErrors {
    private DdlErrors() {}

    static OmenException error(SqlState state, String message) {
        return new UserException(state, message);
    }

    static OmenException notSupported(String what) {
        return error(SqlState.FEATURE_NOT_SUPPORTED, what + " is not supported yet");
    }

    static OmenException noRelation(String name) {
        return error(SqlState.UNDEFINED_TABLE, "relation \"" + name + "\" does not exist");
    }

    static OmenException noColumn(String column, String relation) {
        return error(
                SqlState.UNDEFINED_COLUMN, "column \"" + column + "\" of relation \"" + relation + "\" does not exist");
    }
}
