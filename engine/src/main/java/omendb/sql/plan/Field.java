package omendb.sql.plan;

import omendb.engine.type.SqlType;

/// A column of an intermediate relation. Its identity is the number `id`, unique within one statement: a plan
/// node
/// refers to a
/// column of whatever lies below it by this number, wherever that column stands in the batch.
///
/// @param tableOid     the table it comes from unchanged, else 0
/// @param columnNumber its attnum there, else 0
public record Field(int id, String name, SqlType type, int typmod, int tableOid, int columnNumber) {
    public Field withName(String newName) {
        return new Field(id, newName, type, typmod, tableOid, columnNumber);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Field field && field.id == id;
    }

    @Override
    public int hashCode() {
        return id;
    }
}
