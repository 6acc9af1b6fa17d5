package omendb.sql.parse;

import java.util.List;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Dml;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.SortItem;

/// Writes INSERT, UPDATE, DELETE and MERGE on one line.
final class DmlWriter {
    private final StringBuilder out;
    private final QueryWriter queries;
    private final ExpressionWriter expressions;

    DmlWriter(StringBuilder out, QueryWriter queries) {
        this.out = out;
        this.queries = queries;
        this.expressions = queries.expressions;
    }

    void write(Dml dml) {
        switch (dml) {
            case Dml.Insert insert -> insert(insert);
            case Dml.Update update -> {
                if (update.with() != null) {
                    queries.with(update.with());
                }
                out.append("UPDATE ");
                queries.table(update.table());
                out.append(" SET ");
                assignments(update.assignments());
                if (!update.from().isEmpty()) {
                    out.append(" FROM ");
                    queries.tables(update.from());
                }
                queries.where(update.where());
                returning(update.returning());
            }
            case Dml.Delete delete -> {
                if (delete.with() != null) {
                    queries.with(delete.with());
                }
                out.append("DELETE FROM ");
                queries.table(delete.table());
                if (!delete.using().isEmpty()) {
                    out.append(" USING ");
                    queries.tables(delete.using());
                }
                queries.where(delete.where());
                returning(delete.returning());
            }
            case Dml.Merge merge -> merge(merge);
        }
    }

    private void insert(Dml.Insert insert) {
        if (insert.with() != null) {
            queries.with(insert.with());
        }
        out.append("INSERT INTO ");
        expressions.name(insert.table());
        if (insert.alias() != null) {
            out.append(" AS ");
            queries.identifier(insert.alias());
        }
        targets(insert.columns());
        overriding(insert.overriding());
        if (insert.source() == null) {
            out.append(" DEFAULT VALUES");
        } else {
            out.append(' ');
            queries.query(insert.source());
        }
        if (insert.onConflict() != null) {
            onConflict(insert.onConflict());
        }
        returning(insert.returning());
    }

    private void targets(List<Dml.Target> targets) {
        if (!targets.isEmpty()) {
            out.append(" (");
            expressions.separated(targets, ", ", this::target);
            out.append(')');
        }
    }

    private void target(Dml.Target target) {
        queries.identifier(target.column());
        for (Dml.Step step : target.path()) {
            if (step.field() != null) {
                out.append('.');
                queries.identifier(step.field());
            }
            if (step.index() != null) {
                expressions.index(step.index());
            }
        }
    }

    private void overriding(Dml.Overriding overriding) {
        if (overriding != Dml.Overriding.NONE) {
            out.append(" OVERRIDING ").append(overriding.name()).append(" VALUE");
        }
    }

    private void onConflict(Dml.OnConflict conflict) {
        out.append(" ON CONFLICT");
        if (conflict.constraint() != null) {
            out.append(" ON CONSTRAINT ");
            queries.identifier(conflict.constraint());
        } else if (!conflict.elements().isEmpty()) {
            out.append(" (");
            expressions.separated(conflict.elements(), ", ", this::indexElement);
            out.append(')');
            queries.where(conflict.indexWhere());
        }
        if (conflict.doNothing()) {
            out.append(" DO NOTHING");
        } else {
            out.append(" DO UPDATE SET ");
            assignments(conflict.assignments());
            queries.where(conflict.where());
        }
    }

    void indexElement(Ddl.IndexElement element) {
        if (element.column() != null) {
            queries.identifier(element.column());
        } else if (element.expr() != null) {
            out.append('(');
            expressions.write(element.expr());
            out.append(')');
        }
        if (element.collation() != null) {
            out.append(" COLLATE ");
            expressions.name(element.collation());
        }
        if (element.operatorClass() != null) {
            out.append(' ');
            expressions.name(element.operatorClass());
        }
        if (element.direction() == SortItem.Direction.ASC || element.direction() == SortItem.Direction.DESC) {
            out.append(' ').append(element.direction().name());
        }
        if (element.nulls() != SortItem.Nulls.DEFAULT) {
            out.append(" NULLS ").append(element.nulls().name());
        }
    }

    private void assignments(List<Dml.Assignment> assignments) {
        expressions.separated(assignments, ", ", assignment -> {
            if (assignment.multiple()) {
                out.append('(');
                expressions.separated(assignment.targets(), ", ", this::target);
                out.append(')');
            } else {
                target(assignment.targets().getFirst());
            }
            out.append(" = ");
            expressions.write(assignment.value());
        });
    }

    private void returning(List<SelectItem> items) {
        if (!items.isEmpty()) {
            out.append(" RETURNING ");
            queries.items(items);
        }
    }

    private void merge(Dml.Merge merge) {
        if (merge.with() != null) {
            queries.with(merge.with());
        }
        out.append("MERGE INTO ");
        queries.table(merge.table());
        out.append(" USING ");
        queries.table(merge.source());
        out.append(" ON ");
        expressions.write(merge.on());
        for (Dml.MergeWhen when : merge.whens()) {
            out.append(" WHEN ")
                    .append(
                            switch (when.match()) {
                                case MATCHED -> "MATCHED";
                                case NOT_MATCHED_BY_TARGET -> "NOT MATCHED";
                                case NOT_MATCHED_BY_SOURCE -> "NOT MATCHED BY SOURCE";
                            });
            if (when.condition() != null) {
                out.append(" AND ");
                expressions.write(when.condition());
            }
            out.append(" THEN ");
            action(when.action());
        }
        returning(merge.returning());
    }

    private void action(Dml.MergeAction action) {
        switch (action) {
            case Dml.MergeAction.Nothing _ -> out.append("DO NOTHING");
            case Dml.MergeAction.Delete _ -> out.append("DELETE");
            case Dml.MergeAction.Update update -> {
                out.append("UPDATE SET ");
                assignments(update.assignments());
            }
            case Dml.MergeAction.Insert insert -> {
                out.append("INSERT");
                targets(insert.columns());
                overriding(insert.overriding());
                if (insert.values().isEmpty()) {
                    out.append(" DEFAULT VALUES");
                } else {
                    out.append(" VALUES (");
                    expressions.list(insert.values());
                    out.append(')');
                }
            }
        }
    }
}
