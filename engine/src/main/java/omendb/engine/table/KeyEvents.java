package omendb.engine.table;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ConstraintDef;
import omendb.memory.NativeMemory;

/// Tells [ConstraintEvents] what a table's writer does to keys of foreign keys and of deferrable unique constraints.
///
/// Only what can break one counts: a referencing row that is new or has new values there, not all NULL; a
/// referenced key without NULL that went away; a row that is new or has a new key without NULL.
/// Threading: the transaction's thread.
final class KeyEvents {
    private final List<ConstraintDef.ForeignKey> outgoing;
    private final List<ConstraintDef.Key> unique;
    private final List<Incoming> incoming = new ArrayList<>();
    private final ConstraintEvents events;

    private record Incoming(ConstraintDef.ForeignKey key, KeyValues old, KeyValues changed) {}

    KeyEvents(Table table, ConstraintEvents events) {
        this.events = events;
        this.outgoing = table.def().foreignKeys();
        for (Catalog.Reference reference : table.references()) {
            ConstraintDef.ForeignKey key = reference.key();
            incoming.add(new Incoming(
                    key, new KeyValues(table.def(), key.keyAttnums()), new KeyValues(table.def(), key.keyAttnums())));
            events.know(key, reference.tableOid());
        }
        outgoing.forEach(key -> events.know(key, table.def().oid()));
        this.unique = deferrable(table);
        unique.forEach(key -> events.know(key, table.def().oid()));
    }

    private static List<ConstraintDef.Key> deferrable(Table table) {
        return table.def().constraints().stream()
                .filter(constraint -> constraint.timing().deferrable())
                .filter(ConstraintDef.Key.class::isInstance)
                .map(ConstraintDef.Key.class::cast)
                .toList();
    }

    static boolean needed(Table table) {
        return !table.references().isEmpty()
                || !table.def().foreignKeys().isEmpty()
                || !deferrable(table).isEmpty();
    }

    void inserted(RowSource row, long rowId) {
        for (ConstraintDef.ForeignKey key : outgoing) {
            if (!isAllNull(row, key.attnums())) {
                events.row(key, rowId);
            }
        }
        for (ConstraintDef.Key key : unique) {
            if (!hasNull(row, key.attnums())) {
                events.unique(key, rowId);
            }
        }
    }

    void updated(RowSource before, RowSource after, long rowId) {
        for (ConstraintDef.ForeignKey key : outgoing) {
            if (isChanged(before, after, key.attnums()) && !isAllNull(after, key.attnums())) {
                events.row(key, rowId);
            }
        }
        for (ConstraintDef.Key key : unique) {
            if (isChanged(before, after, key.attnums()) && !hasNull(after, key.attnums())) {
                events.unique(key, rowId);
            }
        }
        for (Incoming each : incoming) {
            List<Integer> attnums = each.key().keyAttnums();
            if (isChanged(before, after, attnums)) {
                each.old().read(before, attnums);
                each.changed().read(after, attnums);
                if (each.old().nullCount() == 0) {
                    events.keyChanged(each.key(), each.old(), each.changed());
                }
            }
        }
    }

    void deleted(RowSource before) {
        for (Incoming each : incoming) {
            each.old().read(before, each.key().keyAttnums());
            if (each.old().nullCount() == 0) {
                events.keyDeleted(each.key(), each.old());
            }
        }
    }

    private static boolean hasNull(RowSource row, List<Integer> attnums) {
        for (int attnum : attnums) {
            if (row.isNull(attnum)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAllNull(RowSource row, List<Integer> attnums) {
        for (int attnum : attnums) {
            if (!row.isNull(attnum)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isChanged(RowSource before, RowSource after, List<Integer> attnums) {
        for (int attnum : attnums) {
            if (after.isSet(attnum) && !isSame(before, after, attnum)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSame(RowSource before, RowSource after, int attnum) {
        if (before.isNull(attnum) || after.isNull(attnum)) {
            return before.isNull(attnum) == after.isNull(attnum);
        }
        return KeyValues.isBytes(before.type(attnum))
                ? NativeMemory.equal(
                        before.lane(attnum), before.length(attnum), after.lane(attnum), after.length(attnum))
                : before.lane(attnum) == after.lane(attnum);
    }
}
