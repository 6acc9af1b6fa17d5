package omendb.sql.bind;

import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;

/// Numbers the fields of one statement.
public final class FieldFactory {
    private int next;

    public FieldFactory() {}

    public Field create(String name, SqlType type, int typmod) {
        return new Field(next++, name, type, typmod, 0, 0);
    }

    public Field create(String name, SqlType type, int typmod, int tableOid, int columnNumber) {
        return new Field(next++, name, type, typmod, tableOid, columnNumber);
    }

    /// A number for something else that must be unique in the statement (a WITH query).
    int nextNumber() {
        return next++;
    }
}
