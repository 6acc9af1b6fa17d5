package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.sql.ast.Query;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;

/// Binds one WITH query.
final class CteBinder {
    private final BindState state;
    private final Scope scope;

    CteBinder(BindState state, Scope scope) {
        this.state = state;
        this.scope = scope;
    }

    LogicalPlan.Cte bind(Query.CommonTable table, boolean recursive) {
        if (table.search() != null || table.cycle() != null) {
            throw ExpressionBinder.unsupported("SEARCH and CYCLE", table.position());
        }
        int id = state.fields.nextNumber();
        Boolean materialize = switch (table.materialization()) {
            case DEFAULT -> null;
            case ALWAYS -> true;
            case NEVER -> false;
        };
        if (recursive
                && table.statement() instanceof Query query
                && query.body() instanceof Query.SetOperation union
                && union.operator() == Query.SetOperator.UNION
                && query.orderBy().isEmpty()
                && query.limit() == null) {
            return bindRecursive(table, union, query, id);
        }
        LogicalPlan plan =
                new QueryBinder(state, recursive ? refusingSelf(table) : scope).bindStatement(table.statement());
        return new LogicalPlan.Cte(id, table.name(), plan, null, false, materialize);
    }

    /// Under WITH RECURSIVE a query that is no UNION may not name itself.
    private Scope refusingSelf(Query.CommonTable table) {
        Scope inner = new Scope(scope);
        inner.addCte(new Scope.CteBinding(Scope.CteBinding.SELF, table.name(), List.of(), null, table.position()));
        return inner;
    }

    private LogicalPlan.Cte bindRecursive(Query.CommonTable table, Query.SetOperation union, Query query, int id) {
        Scope inner = new Scope(scope);
        QueryBinder binder = new QueryBinder(state, inner);
        binder.bindWith(query.with(), inner);
        LogicalPlan start = binder.bind(union.left()).plan();
        List<Field> columns = rename(state, start.output(), table);
        Scope withSelf = new Scope(inner);
        withSelf.addCte(new Scope.CteBinding(id, table.name(), columns, null, table.position()));
        QueryBinder recursiveBinder = new QueryBinder(state, withSelf);
        LogicalPlan step = recursiveBinder.bind(union.right(), false).plan();
        List<SqlType> types = columns.stream().map(Field::type).toList();
        if (step.output().size() != types.size()) {
            throw new UserException(SqlState.SYNTAX_ERROR, "each UNION query must have the same number of columns")
                    .withPosition(union.right().position());
        }
        for (int i = 0; i < types.size(); i++) {
            SqlType common = state.coercions.commonType(
                    List.of(types.get(i), step.output().get(i).type()), "UNION", union.position());
            if (common != types.get(i)) {
                throw new UserException(
                                SqlState.DATATYPE_MISMATCH,
                                "recursive query \"" + table.name() + "\" column " + (i + 1) + " has type "
                                        + types.get(i).format(-1) + " in non-recursive term but type "
                                        + common.format(-1) + " overall")
                        .withHint("Cast the output of the non-recursive term to the correct type.")
                        .withPosition(union.position());
            }
        }
        LogicalPlan coerced = recursiveBinder.coerceOutput(step, types, "UNION", union.position());
        return new LogicalPlan.Cte(id, table.name(), start, coerced, !union.all(), true);
    }

    /// The columns of a WITH query under the names that its alias list gives them.
    static List<Field> rename(BindState state, List<Field> output, Query.CommonTable table) {
        List<String> names = table.columns();
        if (names.size() > output.size()) {
            throw new UserException(
                            SqlState.INVALID_COLUMN_REFERENCE,
                            "WITH query \"" + table.name() + "\" has " + output.size() + " columns available but "
                                    + names.size() + " columns specified")
                    .withPosition(table.position());
        }
        List<Field> renamed = new ArrayList<>();
        for (int i = 0; i < output.size(); i++) {
            Field field = output.get(i);
            renamed.add(i < names.size() ? field.withName(names.get(i)) : field);
        }
        return renamed;
    }
}
