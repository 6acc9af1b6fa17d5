package omendb.sql.parse;

import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Errors of lexer and grammar in PostgreSQL's words.
final class SyntaxErrors {
    private SyntaxErrors() {}

    /// `message at or near "text"`, pointing at `start`.
    static OmenException near(String message, String sql, int start, int end) {
        return at(message + " at or near \"" + sql.substring(start, end) + "\"", sql, start);
    }

    /// `message`, pointing at `start`.
    static OmenException at(String message, String sql, int start) {
        return at(SqlState.SYNTAX_ERROR, message, sql, start);
    }

    static OmenException at(SqlState state, String message, String sql, int start) {
        return new UserException(state, message).withPosition(position(sql, start));
    }

    /// PostgreSQL counts characters, Java counts UTF-16 units.
    static int position(String sql, int offset) {
        return sql.codePointCount(0, Math.min(offset, sql.length())) + 1;
    }

    static OmenException tooDeep() {
        return new UserException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
                .withHint("The statement is nested too deeply; split it or flatten its parentheses.");
    }
}
