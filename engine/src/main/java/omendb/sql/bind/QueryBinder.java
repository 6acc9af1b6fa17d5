package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.SortItem;
import omendb.sql.ast.Statement;
import omendb.sql.function.CastDef.Context;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.SortKey;
import org.jspecify.annotations.Nullable;

/// Binds queries: WITH, set operations, VALUES, ORDER BY and LIMIT around any body. SELECT itself is
/// [SelectBinder]'s.
final class QueryBinder {
    private final BindState state;
    private final @Nullable Scope outer;

    QueryBinder(BindState state, @Nullable Scope outer) {
        this.state = state;
        this.outer = outer;
    }

    /// A bound query; the plan's output is its columns.
    record BoundQuery(LogicalPlan plan) {}

    BoundQuery bind(Query query) {
        return bind(query, true);
    }

    /// @param resolveUnknowns untyped literals of the select list become text; otherwise the caller gives
    ///        them a type
    BoundQuery bind(Query query, boolean resolveUnknowns) {
        Scope scope = new Scope(outer);
        List<LogicalPlan.Cte> ctes = bindWith(query.with(), scope);
        LogicalPlan plan = switch (query.body()) {
            case Query.Select select -> new SelectBinder(state, scope).bind(select, query, resolveUnknowns);
            case Query.SetOperation _
            when !query.locking().isEmpty() -> throw RowLocks.refused(query.locking(), "UNION/INTERSECT/EXCEPT");
            case Query.Values _ when !query.locking().isEmpty() -> throw RowLocks.onValues(query.locking());
            case Query.SetOperation operation ->
                limit(sortByOutput(setOperation(operation, scope), query.orderBy()), query, scope);
            case Query.Values values ->
                limit(sortByOutput(values(values, scope, resolveUnknowns), query.orderBy()), query, scope);
        };
        return new BoundQuery(ctes.isEmpty() ? plan : new LogicalPlan.With(ctes, plan));
    }

    /// Binds WITH queries in order and makes them known to `scope`.
    List<LogicalPlan.Cte> bindWith(Query.@Nullable With with, Scope scope) {
        List<LogicalPlan.Cte> ctes = new ArrayList<>();
        if (with == null) {
            return ctes;
        }
        List<String> names = new ArrayList<>();
        for (Query.CommonTable table : with.tables()) {
            if (names.contains(table.name())) {
                throw new UserException(
                                SqlState.DUPLICATE_ALIAS,
                                "WITH query name \"" + table.name() + "\" specified more than once")
                        .withPosition(table.position());
            }
            names.add(table.name());
            LogicalPlan.Cte cte = new CteBinder(state, scope).bind(table, with.recursive());
            ctes.add(cte);
            List<Field> columns = CteBinder.rename(state, cte.plan().output(), table);
            scope.addCte(new Scope.CteBinding(cte.id(), cte.name(), columns, cte, table.position()));
        }
        return ctes;
    }

    /// Binds a statement below WITH.
    LogicalPlan bindStatement(Statement statement) {
        return switch (statement) {
            case Query query -> bind(query).plan();
            case Dml dml -> new DmlBinder(state, outer).bind(dml);
            default -> throw new IllegalArgumentException("not a WITH query: " + statement);
        };
    }

    private LogicalPlan setOperation(Query.SetOperation operation, Scope scope) {
        if (operation.right().body() instanceof Query.Select right && right.into() != null) {
            throw new UserException(
                            SqlState.SYNTAX_ERROR, "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT")
                    .withPosition(right.into().table().position());
        }
        QueryBinder operands = new QueryBinder(state, scope);
        LogicalPlan left = operands.bind(operation.left(), false).plan();
        LogicalPlan right = operands.bind(operation.right(), false).plan();
        String name = operation.operator().name();
        if (left.output().size() != right.output().size()) {
            throw new UserException(
                            SqlState.SYNTAX_ERROR, "each " + name + " query must have the same number of columns")
                    .withPosition(columnStart(operation.right(), 0));
        }
        return combine(operation, left, right, name);
    }

    private LogicalPlan combine(Query.SetOperation operation, LogicalPlan left, LogicalPlan right, String name) {
        List<SqlType> types = new ArrayList<>();
        List<Field> output = new ArrayList<>();
        for (int i = 0; i < left.output().size(); i++) {
            Field leftField = left.output().get(i);
            Field rightField = right.output().get(i);
            SqlType common = state.coercions.commonType(
                    List.of(leftField.type(), rightField.type()), name, operation.position());
            if (!(operation.all() && operation.operator() == Query.SetOperator.UNION) && !common.isOrderable()) {
                throw new UserException(
                                SqlState.UNDEFINED_FUNCTION,
                                "could not identify an equality operator for type " + common.format(-1))
                        .withPosition(operation.position());
            }
            types.add(common);
            int typmod = leftField.type() == rightField.type() && leftField.typmod() == rightField.typmod()
                    ? leftField.typmod()
                    : -1;
            output.add(state.field(leftField.name(), common, typmod));
        }
        LogicalPlan.SetKind kind = switch (operation.operator()) {
            case UNION -> LogicalPlan.SetKind.UNION;
            case INTERSECT -> LogicalPlan.SetKind.INTERSECT;
            case EXCEPT -> LogicalPlan.SetKind.EXCEPT;
        };
        return new LogicalPlan.SetOperation(
                kind,
                operation.all(),
                coerceOutput(left, types, name, columnStart(operation.left(), mismatch(left, types))),
                coerceOutput(right, types, name, columnStart(operation.right(), mismatch(right, types))),
                output);
    }

    /// The first column that has to be coerced.
    private static int mismatch(LogicalPlan plan, List<SqlType> types) {
        for (int i = 0; i < types.size(); i++) {
            if (plan.output().get(i).type() != types.get(i)) {
                return i;
            }
        }
        return 0;
    }

    /// Where a column of a query is written.
    private static int columnStart(Query query, int column) {
        List<Expr> written;
        switch (query.body()) {
            case Query.SetOperation operation -> {
                return columnStart(operation.left(), column);
            }
            case Query.Select select ->
                written = select.items().stream().map(SelectItem::expr).toList();
            case Query.Values values -> written = values.rows().getFirst();
        }
        return column < written.size() ? written.get(column).start() : query.position();
    }

    /// Gives a plan's columns these types; literals that are still untyped are read as them.
    LogicalPlan coerceOutput(LogicalPlan plan, List<SqlType> types, String construct, int position) {
        List<Field> output = plan.output();
        boolean same = true;
        for (int i = 0; i < types.size(); i++) {
            same &= output.get(i).type() == types.get(i);
        }
        if (same) {
            return plan;
        }
        if (plan instanceof LogicalPlan.Project(var input, var items)) {
            List<Item> coerced = new ArrayList<>();
            for (int i = 0; i < types.size(); i++) {
                Scalar value = state.coercions.toCommon(items.get(i).expression(), types.get(i), construct, position);
                coerced.add(new Item(state.fieldFor(items.get(i).field().name(), value), value));
            }
            return new LogicalPlan.Project(input, coerced);
        }
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            Scalar column = new Scalar.Column(output.get(i));
            Scalar value = state.coercions.toCommon(column, types.get(i), construct, position);
            items.add(new Item(state.fieldFor(output.get(i).name(), value), value));
        }
        return new LogicalPlan.Project(plan, items);
    }

    private LogicalPlan values(Query.Values values, Scope scope, boolean resolveUnknowns) {
        ExpressionBinder binder = new ExpressionBinder(state, scope, Clause.VALUES);
        List<List<Scalar>> rows = new ArrayList<>();
        int width = -1;
        for (List<Expr> row : values.rows()) {
            List<Scalar> bound = binder.bindAll(row);
            if (width >= 0 && bound.size() != width) {
                throw new UserException(SqlState.SYNTAX_ERROR, "VALUES lists must all be the same length")
                        .withPosition(row.getFirst().position());
            }
            width = bound.size();
            rows.add(bound);
        }
        List<Field> output = new ArrayList<>();
        for (int column = 0; column < width; column++) {
            int at = column;
            List<SqlType> types = rows.stream().map(row -> row.get(at).type()).toList();
            boolean untyped = types.stream().allMatch(type -> type == Types.UNKNOWN);
            SqlType common = untyped && !resolveUnknowns
                    ? Types.UNKNOWN
                    : state.coercions.commonType(types, "VALUES", values.position());
            int typmod = rows.getFirst().get(column).typmod();
            for (int i = 0; i < rows.size(); i++) {
                List<Scalar> row = new ArrayList<>(rows.get(i));
                if (common != Types.UNKNOWN) {
                    int position = values.rows()
                            .get(i)
                            .get(Math.min(column, values.rows().get(i).size() - 1))
                            .position();
                    row.set(column, state.coercions.toCommon(row.get(column), common, "VALUES", position));
                }
                typmod = row.get(column).typmod() == typmod ? typmod : -1;
                rows.set(i, row);
            }
            output.add(state.field("column" + (column + 1), common, typmod));
        }
        return new LogicalPlan.Values(rows, output);
    }

    /// ORDER BY where only output columns may be named.
    private LogicalPlan sortByOutput(LogicalPlan plan, List<SortItem> orderBy) {
        if (orderBy.isEmpty()) {
            return plan;
        }
        List<SortKey> keys = new ArrayList<>();
        for (SortItem item : orderBy) {
            Field field = outputColumn(plan, item);
            keys.add(SortKeys.of(item, new Scalar.Column(field)));
        }
        return new LogicalPlan.Sort(plan, keys);
    }

    private static Field outputColumn(LogicalPlan plan, SortItem item) {
        List<Field> output = plan.output();
        if (item.expr() instanceof Expr.Literal literal && literal.kind() == Expr.LiteralKind.INTEGER) {
            return output.get(ordinal(literal, output.size(), "ORDER BY"));
        }
        if (item.expr() instanceof Expr.ColumnRef column && column.names().size() == 1) {
            for (Field field : output) {
                if (field.name().equals(column.name())) {
                    return field;
                }
            }
            throw new UserException(SqlState.UNDEFINED_COLUMN, "column \"" + column.name() + "\" does not exist")
                    .withPosition(column.position());
        }
        throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause")
                .withDetail("Only result column names can be used, not expressions or functions.")
                .withHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
                .withPosition(item.expr().position());
    }

    /// Index of the output column that an integer literal in ORDER BY or GROUP BY names.
    static int ordinal(Expr.Literal literal, int columns, String clause) {
        long number;
        try {
            number = Long.parseLong(literal.value());
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (number < 1 || number > columns) {
            throw new UserException(
                            SqlState.INVALID_COLUMN_REFERENCE,
                            clause + " position " + literal.value() + " is not in select list")
                    .withPosition(literal.position());
        }
        return (int) number - 1;
    }

    /// LIMIT and OFFSET.
    LogicalPlan limit(LogicalPlan plan, Query query, Scope scope) {
        if (query.withTies()) {
            throw ExpressionBinder.unsupported("WITH TIES", query.position());
        }
        Scalar count = limitValue(query.limit(), Clause.LIMIT, scope);
        Scalar offset = limitValue(query.offset(), Clause.OFFSET, scope);
        return count == null && offset == null ? plan : new LogicalPlan.Limit(plan, count, offset);
    }

    private @Nullable Scalar limitValue(@Nullable Expr expr, Clause clause, Scope scope) {
        if (expr == null) {
            return null;
        }
        Scope outside = new Scope(scope.parent());
        ExpressionBinder binder = new ExpressionBinder(state, outside, clause);
        Scalar value;
        try {
            value = binder.bind(expr);
        } catch (UserException e) {
            if (e.sqlState() == SqlState.UNDEFINED_COLUMN) {
                new ExpressionBinder(state, scope, clause).bind(expr);
                throw new UserException(
                                SqlState.INVALID_COLUMN_REFERENCE,
                                "argument of " + clause.text() + " must not contain variables")
                        .withPosition(expr.start());
            }
            throw e;
        }
        Scalar coerced = state.coercions.coerce(value, Types.INT8, -1, Context.ASSIGNMENT, expr.start());
        if (coerced == null) {
            throw new UserException(
                            SqlState.DATATYPE_MISMATCH,
                            "argument of " + clause.text() + " must be type bigint, not type "
                                    + value.type().format(-1))
                    .withPosition(expr.start());
        }
        return coerced;
    }
}
