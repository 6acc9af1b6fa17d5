package omendb.engine.catalog;

import java.util.List;

/// A table constraint. NOT NULL is a property of [ColumnDef].
public sealed interface ConstraintDef {
    int oid();

    String name();

    /// Columns it speaks of, in the constraint's order.
    List<Integer> attnums();

    /// PRIMARY KEY or UNIQUE, enforced by the unique index `indexOid`, which carries the constraint's name.
    record Key(int oid, String name, boolean primary, int indexOid, List<Integer> attnums) implements ConstraintDef {
        public Key {
            attnums = List.copyOf(attnums);
        }
    }

    /// CHECK; `expressionSql` is text that the binder parses against the table's columns.
    record Check(int oid, String name, String expressionSql, List<Integer> attnums) implements ConstraintDef {
        public Check {
            attnums = List.copyOf(attnums);
        }
    }
}
