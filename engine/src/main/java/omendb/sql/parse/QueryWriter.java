package omendb.sql.parse;

import java.util.List;
import omendb.sql.ast.Alias;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TableRef;
import omendb.sql.ast.Window;
import org.jspecify.annotations.Nullable;

/// Writes queries on one line.
final class QueryWriter {
    private final StringBuilder out;
    final ExpressionWriter expressions;

    QueryWriter(StringBuilder out) {
        this.out = out;
        this.expressions = new ExpressionWriter(out, this);
    }

    void statement(Statement statement) {
        switch (statement) {
            case Query query -> query(query);
            case Dml dml -> new DmlWriter(out, this).write(dml);
            default -> throw new IllegalArgumentException("no text for " + statement.getClass());
        }
    }

    void query(Query query) {
        if (query.with() != null) {
            with(query.with());
        }
        body(query.body());
        if (!query.orderBy().isEmpty()) {
            out.append(' ');
            expressions.orderBy(query.orderBy());
        }
        if (query.offset() != null) {
            out.append(" OFFSET ");
            expressions.write(query.offset());
        }
        if (query.limit() != null) {
            out.append(query.withTies() ? " FETCH FIRST (" : " LIMIT ");
            expressions.write(query.limit());
            out.append(query.withTies() ? ") ROWS WITH TIES" : "");
        }
        for (Query.Locking lock : query.locking()) {
            out.append(" FOR ").append(ExpressionWriter.words(lock.strength()));
            if (!lock.tables().isEmpty()) {
                out.append(" OF ");
                expressions.separated(lock.tables(), ", ", expressions::name);
            }
            if (lock.waiting() != Query.LockWait.BLOCK) {
                out.append(' ').append(ExpressionWriter.words(lock.waiting()));
            }
        }
    }

    void with(Query.With with) {
        out.append("WITH ").append(with.recursive() ? "RECURSIVE " : "");
        expressions.separated(with.tables(), ", ", this::commonTable);
        out.append(' ');
    }

    private void commonTable(Query.CommonTable table) {
        out.append(Deparser.identifier(table.name()));
        columns(table.columns());
        out.append(" AS ");
        switch (table.materialization()) {
            case ALWAYS -> out.append("MATERIALIZED ");
            case NEVER -> out.append("NOT MATERIALIZED ");
            case DEFAULT -> {}
        }
        out.append('(');
        statement(table.statement());
        out.append(')');
        Query.Search search = table.search();
        if (search != null) {
            out.append(search.breadthFirst() ? " SEARCH BREADTH FIRST BY " : " SEARCH DEPTH FIRST BY ");
            expressions.separated(search.columns(), ", ", this::identifier);
            out.append(" SET ");
            identifier(search.sequenceColumn());
        }
        Query.Cycle cycle = table.cycle();
        if (cycle != null) {
            cycle(cycle);
        }
    }

    private void cycle(Query.Cycle cycle) {
        out.append(" CYCLE ");
        expressions.separated(cycle.columns(), ", ", this::identifier);
        out.append(" SET ");
        identifier(cycle.markColumn());
        if (cycle.markValue() != null && cycle.markDefault() != null) {
            out.append(" TO ");
            expressions.write(cycle.markValue());
            out.append(" DEFAULT ");
            expressions.write(cycle.markDefault());
        }
        out.append(" USING ");
        identifier(cycle.pathColumn());
    }

    // ---- bodies

    private void body(Query.Body body) {
        switch (body) {
            case Query.Select select -> select(select);
            case Query.SetOperation operation -> {
                operand(operation.left());
                out.append(' ').append(operation.operator().name()).append(operation.all() ? " ALL " : " ");
                operand(operation.right());
            }
            case Query.Values values -> {
                out.append("VALUES ");
                expressions.separated(values.rows(), ", ", row -> {
                    out.append('(');
                    expressions.list(row);
                    out.append(')');
                });
            }
        }
    }

    private void operand(Query query) {
        out.append('(');
        query(query);
        out.append(')');
    }

    private void select(Query.Select select) {
        out.append("SELECT");
        if (select.distinct() != null) {
            out.append(" DISTINCT");
            if (!select.distinct().isEmpty()) {
                out.append(" ON (");
                expressions.list(select.distinct());
                out.append(')');
            }
        }
        if (!select.items().isEmpty()) {
            out.append(' ');
            items(select.items());
        }
        Query.Into into = select.into();
        if (into != null) {
            out.append(" INTO ");
            switch (into.persistence()) {
                case TEMPORARY -> out.append("TEMPORARY ");
                case UNLOGGED -> out.append("UNLOGGED ");
                case PERMANENT -> {}
            }
            expressions.name(into.table());
        }
        if (!select.from().isEmpty()) {
            out.append(" FROM ");
            tables(select.from());
        }
        where(select.where());
        if (select.groupBy() != null) {
            out.append(select.groupBy().distinct() ? " GROUP BY DISTINCT " : " GROUP BY ");
            expressions.separated(select.groupBy().elements(), ", ", this::grouping);
        }
        if (select.having() != null) {
            out.append(" HAVING ");
            expressions.write(select.having());
        }
        if (!select.windows().isEmpty()) {
            out.append(" WINDOW ");
            expressions.separated(select.windows(), ", ", this::namedWindow);
        }
    }

    private void namedWindow(Window window) {
        identifier(window.name() == null ? "" : window.name());
        out.append(" AS ");
        expressions.window(window);
    }

    void where(@Nullable Expr where) {
        if (where != null) {
            out.append(" WHERE ");
            expressions.write(where);
        }
    }

    void items(List<SelectItem> items) {
        expressions.separated(items, ", ", item -> {
            expressions.write(item.expr());
            if (item.alias() != null) {
                out.append(" AS ");
                identifier(item.alias());
            }
        });
    }

    private void grouping(Query.GroupingElement element) {
        switch (element) {
            case Query.GroupingElement.Simple simple -> expressions.write(simple.expr());
            case Query.GroupingElement.Empty _ -> out.append("()");
            case Query.GroupingElement.Rollup rollup -> expressions.call("ROLLUP", rollup.exprs());
            case Query.GroupingElement.Cube cube -> expressions.call("CUBE", cube.exprs());
            case Query.GroupingElement.Sets sets -> {
                out.append("GROUPING SETS (");
                expressions.separated(sets.elements(), ", ", this::grouping);
                out.append(')');
            }
        }
    }

    // ---- FROM

    void tables(List<TableRef> tables) {
        expressions.separated(tables, ", ", this::table);
    }

    void table(TableRef ref) {
        switch (ref) {
            case TableRef.Table table -> relation(table);
            case TableRef.Derived derived -> {
                out.append(derived.lateral() ? "LATERAL (" : "(");
                query(derived.query());
                out.append(')');
                alias(derived.alias());
            }
            case TableRef.Function function -> function(function);
            case TableRef.Join join -> join(join);
        }
    }

    private void relation(TableRef.Table table) {
        out.append(table.only() ? "ONLY " : "");
        expressions.name(table.name());
        alias(table.alias());
        TableRef.Sample sample = table.sample();
        if (sample != null) {
            out.append(" TABLESAMPLE ");
            expressions.name(sample.method());
            out.append('(');
            expressions.list(sample.args());
            out.append(')');
            if (sample.seed() != null) {
                out.append(" REPEATABLE (");
                expressions.write(sample.seed());
                out.append(')');
            }
        }
    }

    private void function(TableRef.Function function) {
        out.append(function.lateral() ? "LATERAL " : "").append(function.rowsFrom() ? "ROWS FROM(" : "");
        expressions.separated(function.functions(), ", ", item -> {
            expressions.write(item.call());
            if (!item.columns().isEmpty()) {
                out.append(" AS (");
                expressions.separated(item.columns(), ", ", this::definition);
                out.append(')');
            }
        });
        out.append(function.rowsFrom() ? ")" : "").append(function.ordinality() ? " WITH ORDINALITY" : "");
        alias(function.alias());
        if (!function.columns().isEmpty()) {
            out.append(function.alias() == null ? " AS (" : " (");
            expressions.separated(function.columns(), ", ", this::definition);
            out.append(')');
        }
    }

    private void definition(TableRef.ColumnDefinition column) {
        identifier(column.name());
        out.append(' ').append(TypeWriter.write(column.type()));
        if (column.collation() != null) {
            out.append(" COLLATE ");
            expressions.name(column.collation());
        }
    }

    private void join(TableRef.Join join) {
        out.append('(');
        table(join.left());
        out.append(join.natural() ? " NATURAL" : "")
                .append(
                        switch (join.kind()) {
                            case INNER -> " JOIN ";
                            case CROSS -> " CROSS JOIN ";
                            default -> " " + join.kind().name() + " JOIN ";
                        });
        table(join.right());
        if (join.on() != null) {
            out.append(" ON ");
            expressions.write(join.on());
        }
        if (!join.using().isEmpty()) {
            out.append(" USING (");
            expressions.separated(join.using(), ", ", this::identifier);
            out.append(')');
            if (join.usingAlias() != null) {
                out.append(" AS ");
                identifier(join.usingAlias());
            }
        }
        out.append(')');
        alias(join.alias());
    }

    private void alias(@Nullable Alias alias) {
        if (alias != null) {
            out.append(" AS ");
            identifier(alias.name());
            columns(alias.columns());
        }
    }

    private void columns(List<String> columns) {
        if (!columns.isEmpty()) {
            out.append('(');
            expressions.separated(columns, ", ", this::identifier);
            out.append(')');
        }
    }

    void identifier(String name) {
        out.append(Deparser.identifier(name));
    }
}
