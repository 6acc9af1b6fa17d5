package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;

/// Foreign keys that stand in the way of a DROP, or go with it.
final class Dependents {
    static final String HINT = "Use DROP ... CASCADE to drop the dependent objects too.";

    private final DdlContext context;
    private final RelationNames names;
    private final List<Dependent> found = new ArrayList<>();

    /// @param constraint `constraint c on table t`
    /// @param on         what it depends on
    private record Dependent(String constraint, String on) {}

    Dependents(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    /// Those of tables outside of `dropped` that refer to a table.
    void ofTable(TableDef table, Set<Integer> dropped) {
        for (Catalog.Reference reference : context.catalog().referencesTo(table.oid())) {
            if (!dropped.contains(reference.tableOid())) {
                add(reference, "table " + names.shown(table));
            }
        }
    }

    /// Those that rely on an index.
    Dependents ofIndex(TableDef table, int indexOid) {
        for (Catalog.Reference reference : context.catalog().referencesTo(table.oid())) {
            if (reference.key().indexOid() == indexOid) {
                String index = names.shown(
                        java.util.Objects.requireNonNull(context.catalog().index(indexOid)));
                add(reference, "index " + index);
            }
        }
        return this;
    }

    private void add(Catalog.Reference reference, String on) {
        TableDef child = context.catalog().table(reference.tableOid());
        if (child != null) {
            found.add(new Dependent("constraint " + reference.key().name() + " on table " + names.shown(child), on));
        }
    }

    List<String> details() {
        return found.stream()
                .map(dependent -> dependent.constraint() + " depends on " + dependent.on())
                .toList();
    }

    /// The NOTICE's lines of a drop that takes them along.
    List<String> cascades() {
        return found.stream()
                .map(dependent -> "drop cascades to " + dependent.constraint())
                .toList();
    }

    /// Refuses to drop `what` without CASCADE; with it says what goes too.
    void require(String what, boolean cascade) {
        require("cannot drop " + what + " because other objects depend on it", cascade, found);
    }

    /// The same for several objects in one statement.
    void requireAll(boolean cascade) {
        require("cannot drop desired object(s) because other objects depend on them", cascade, found);
    }

    private void require(String message, boolean cascade, List<Dependent> dependents) {
        if (dependents.isEmpty()) {
            return;
        }
        if (!cascade) {
            throw refusal(message, details());
        }
        notice(context, cascades());
    }

    static OmenException refusal(String message, List<String> details) {
        return DdlErrors.error(SqlState.DEPENDENT_OBJECTS_STILL_EXIST, message)
                .withDetail(String.join("\n", details))
                .withHint(HINT);
    }

    /// One object is told in the message, more in its detail.
    static void notice(DdlContext context, List<String> lines) {
        if (lines.size() == 1) {
            context.notice(SqlState.SUCCESSFUL_COMPLETION, lines.getFirst());
        } else if (!lines.isEmpty()) {
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION,
                    "drop cascades to " + lines.size() + " other objects",
                    String.join("\n", lines));
        }
    }
}
