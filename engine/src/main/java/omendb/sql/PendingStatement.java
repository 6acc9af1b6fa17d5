package omendb.sql;

import omendb.sql.parse.ParsedStatement;

/// One statement of a simple query: parsed, not yet bound, since it may need what an earlier one of the same
/// string
/// creates.
public final class PendingStatement {
    private final String text;
    private final ParsedStatement statement;

    PendingStatement(String text, ParsedStatement statement) {
        this.text = text;
        this.statement = statement;
    }

    String text() {
        return text;
    }

    ParsedStatement statement() {
        return statement;
    }
}
