package omendb.sql.bind;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Alias;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.TableRef;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.RecordFunction;
import omendb.sql.pgcatalog.VirtualTable;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.JoinKind;
import omendb.sql.plan.Plans;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Binds FROM: tables, subqueries, functions and joins; adds what they make visible to the scope.
final class FromBinder {
    private final BindState state;
    private final Scope scope;

    FromBinder(BindState state, Scope scope) {
        this.state = state;
        this.scope = scope;
    }

    /// An item of FROM, bound.
    ///
    /// @param relations what qualifies names
    /// @param columns   what unqualified names and `*` mean, in order
    record Bound(LogicalPlan plan, List<Scope.Relation> relations, List<Scope.VisibleColumn> columns) {}

    /// Binds the comma-separated items and adds them to the scope.
    Bound bindList(List<TableRef> items) {
        if (items.isEmpty()) {
            return new Bound(LogicalPlan.Values.oneRow(), List.of(), List.of());
        }
        Bound all = null;
        for (TableRef item : items) {
            Bound next = bind(item, all);
            all = all == null ? next : cross(all, next);
            checkAliases(all.relations(), item.position());
        }
        Bound bound = java.util.Objects.requireNonNull(all);
        scope.add(bound.relations(), bound.columns());
        return bound;
    }

    private static Bound cross(Bound left, Bound right) {
        boolean lateral = dependsOn(right.plan(), left.plan());
        return new Bound(
                new LogicalPlan.Join(JoinKind.INNER, left.plan(), right.plan(), null, lateral),
                concat(left.relations(), right.relations()),
                concat(left.columns(), right.columns()));
    }

    private static boolean dependsOn(LogicalPlan right, LogicalPlan left) {
        Set<Field> outer = new HashSet<>(Plans.outerFields(right));
        outer.retainAll(left.output());
        return !outer.isEmpty();
    }

    private static <T> List<T> concat(List<T> left, List<T> right) {
        List<T> all = new ArrayList<>(left);
        all.addAll(right);
        return all;
    }

    private static void checkAliases(List<Scope.Relation> relations, int position) {
        Set<String> seen = new HashSet<>();
        for (Scope.Relation relation : relations) {
            String key = relation.schema() == null ? relation.alias() : relation.schema() + "." + relation.alias();
            if (!relation.alias().isEmpty() && !seen.add(key)) {
                throw new UserException(
                                SqlState.DUPLICATE_ALIAS,
                                "table name \"" + relation.alias() + "\" specified more than once")
                        .withPosition(position);
            }
        }
    }

    /// @param before items to the left, which LATERAL items see
    private Bound bind(TableRef item, @Nullable Bound before) {
        return switch (item) {
            case TableRef.Table table -> bindTable(table);
            case TableRef.Derived derived -> bindDerived(derived, before);
            case TableRef.Function function -> bindFunction(function, before);
            case TableRef.Join join -> bindJoin(join, before);
        };
    }

    /// The scope in which a LATERAL item is bound.
    private Scope lateralScope(@Nullable Bound before, boolean lateral) {
        Scope inner = new Scope(scope.parent());
        if (before != null) {
            if (lateral) {
                inner.add(before.relations(), before.columns());
            } else {
                inner.hide(before.relations());
            }
        }
        return inner;
    }

    // Tables

    private Bound bindTable(TableRef.Table table) {
        if (table.sample() != null) {
            throw ExpressionBinder.unsupported("TABLESAMPLE", table.position());
        }
        QualifiedName name = table.name();
        if (name.schema() == null) {
            Scope.CteBinding cte = scope.cte(name.name());
            if (cte != null) {
                return bindCte(cte, table.alias(), table.position());
            }
        }
        ViewDef.Reference reference = state.environment.reference(name);
        Object found = reference == null
                ? lookup(state.environment, name)
                : state.environment.catalog().relation(reference.relationOid());
        return switch (found) {
            case TableDef def -> scan(def, reference, table.alias(), table.position());
            case VirtualTable virtual -> {
                List<Field> fields = new ArrayList<>();
                virtual.columns().forEach(column -> fields.add(state.field(column.name(), column.type(), -1)));
                String alias =
                        table.alias() == null ? virtual.name() : table.alias().name();
                yield named(
                        new LogicalPlan.VirtualScan(virtual, alias, fields),
                        alias,
                        table.alias() == null ? virtual.schema() : null,
                        null,
                        table.alias(),
                        table.position());
            }
            case RelationDef other ->
                throw new UserException(SqlState.WRONG_OBJECT_TYPE, "cannot open relation \"" + other.name() + "\"")
                        .withDetail("This operation is not supported for "
                                + (other instanceof omendb.engine.catalog.IndexDef ? "indexes." : "sequences."))
                        .withPosition(table.position());
            case null, default -> throw unknownTable(name);
        };
    }

    static OmenException unknownTable(QualifiedName name) {
        return new UserException(SqlState.UNDEFINED_TABLE, "relation \"" + name + "\" does not exist")
                .withPosition(name.position());
    }

    /// A [RelationDef], a [VirtualTable], or an empty string if there is none.
    static Object lookup(BindEnvironment environment, QualifiedName name) {
        for (String schemaName : environment.schemasFor(name.schema())) {
            VirtualTable virtual = environment.virtualTable(schemaName, name.name());
            if (virtual != null) {
                return virtual;
            }
            SchemaDef schema = environment.catalog().schema(schemaName);
            RelationDef relation = schema == null ? null : environment.catalog().relation(schema.oid(), name.name());
            if (relation != null) {
                refuseOthersTemporary(environment, relation, schemaName);
                return relation;
            }
        }
        return "";
    }

    private static void refuseOthersTemporary(BindEnvironment environment, RelationDef relation, String schema) {
        if (environment.catalog().isTemporary(relation) && !schema.equals(environment.temporarySchema())) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "cannot access temporary tables of other sessions");
        }
    }

    /// @param reference the columns that the query of a view knows it with, or null
    private Bound scan(TableDef table, ViewDef.@Nullable Reference reference, @Nullable Alias alias, int position) {
        List<Field> fields = reference == null ? tableFields(state, table) : referredFields(table, reference);
        SchemaDef schema = state.environment.catalog().schema(table.schemaOid());
        String name = alias == null ? table.name() : alias.name();
        return named(
                new LogicalPlan.Scan(table, name, fields, null),
                name,
                alias == null && schema != null ? schema.name() : null,
                table,
                alias,
                position);
    }

    private List<Field> referredFields(TableDef table, ViewDef.Reference reference) {
        List<Field> fields = new ArrayList<>();
        for (ViewDef.ReferredColumn referred : reference.columns()) {
            ColumnDef column = table.column(referred.attnum());
            if (!column.dropped()) {
                fields.add(state.fields.create(
                        referred.name(), column.type(), column.typmod(), table.oid(), column.attnum()));
            }
        }
        return fields;
    }

    /// One new field per column.
    static List<Field> tableFields(BindState state, TableDef table) {
        List<Field> fields = new ArrayList<>();
        for (ColumnDef column : table.columns()) {
            fields.add(
                    state.fields.create(column.name(), column.type(), column.typmod(), table.oid(), column.attnum()));
        }
        return fields;
    }

    private Bound bindCte(Scope.CteBinding cte, @Nullable Alias alias, int position) {
        if (cte.id() == Scope.CteBinding.SELF) {
            throw new UserException(
                            SqlState.INVALID_RECURSION,
                            "recursive query \"" + cte.name()
                                    + "\" does not have the form non-recursive-term UNION [ALL] recursive-term")
                    .withPosition(cte.position());
        }
        List<Field> fields = new ArrayList<>();
        for (Field column : cte.columns()) {
            fields.add(state.fields.create(
                    column.name(), column.type(), column.typmod(), column.tableOid(), column.columnNumber()));
        }
        String name = alias == null ? cte.name() : alias.name();
        return named(new LogicalPlan.CteScan(cte.id(), cte.name(), name, fields), name, null, null, alias, position);
    }

    /// The rows of a view's query, under the names of the view's columns.
    private Bound bindView(TableRef.Derived derived, ViewDef view) {
        LogicalPlan plan =
                new QueryBinder(state.within(view), null).bind(derived.query()).plan();
        List<LogicalPlan.Item> items = new ArrayList<>();
        for (int i = 0; i < view.columns().size(); i++) {
            ViewDef.Column column = view.columns().get(i);
            Field field = plan.output().get(i);
            items.add(new LogicalPlan.Item(
                    state.fields.create(column.name(), field.type(), field.typmod(), view.oid(), i + 1),
                    new Scalar.Column(field)));
        }
        Alias alias = derived.alias();
        SchemaDef schema = state.environment.catalog().schema(view.schemaOid());
        return named(
                new LogicalPlan.Project(plan, items),
                alias == null ? view.name() : alias.name(),
                alias == null && schema != null ? schema.name() : null,
                null,
                alias,
                derived.position());
    }

    private Bound bindDerived(TableRef.Derived derived, @Nullable Bound before) {
        ViewDef view = state.environment.catalog().view(derived.viewOid());
        if (view != null) {
            return bindView(derived, view);
        }
        if (derived.alias() == null) {
            boolean values = derived.query().body() instanceof Query.Values;
            String what = values ? "VALUES in FROM" : "subquery in FROM";
            throw new UserException(SqlState.SYNTAX_ERROR, what + " must have an alias")
                    .withHint("For example, FROM (" + (values ? "VALUES" : "SELECT") + " ...) [AS] foo.")
                    .withPosition(derived.position());
        }
        Scope inner = lateralScope(before, derived.lateral());
        inheritCtes(inner);
        LogicalPlan plan = new QueryBinder(state, inner).bind(derived.query()).plan();
        Scalar aggregate = Grouping.aggregateBelow(plan, inner);
        if (aggregate != null) {
            throw new UserException(
                            SqlState.GROUPING_ERROR,
                            "aggregate functions are not allowed in FROM clause of their own query level")
                    .withPosition(state.positionOf(aggregate));
        }
        String name = derived.alias().name();
        return named(plan, name, null, null, derived.alias(), derived.position());
    }

    /// WITH queries of this level are visible inside its FROM.
    private void inheritCtes(Scope inner) {
        inner.inheritCtesOf(scope);
    }

    // Functions

    private Bound bindFunction(TableRef.Function function, @Nullable Bound before) {
        Scope inner = lateralScope(before, true);
        inheritCtes(inner);
        ExpressionBinder binder = new ExpressionBinder(state, inner, Clause.FROM_FUNCTION);
        List<Scalar> calls = new ArrayList<>();
        List<Integer> widths = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        Alias alias = function.alias();
        for (TableRef.FunctionItem item : function.functions()) {
            for (Expr call : spread(item.call())) {
                List<TableRef.ColumnDefinition> definitions =
                        item.columns().isEmpty() ? function.columns() : item.columns();
                Scalar bound = withColumns(
                        state.coercions.resolveUnknown(binder.bind(call), call.position()), definitions, call);
                calls.add(bound);
                int width = addFunctionFields(bound, call, alias, function, fields);
                widths.add(width);
            }
        }
        if (function.ordinality()) {
            fields.add(state.field("ordinality", Types.INT8, -1));
        }
        String name = alias != null
                ? alias.name()
                : ColumnNames.of(new omendb.sql.ast.SelectItem(
                        function.functions().getFirst().call(), null, function.position()));
        LogicalPlan plan =
                new LogicalPlan.FunctionScan(calls, widths, function.ordinality(), name, List.copyOf(fields));
        return named(plan, name, null, null, alias, function.position());
    }

    /// `unnest(a, b)` is `ROWS FROM (unnest(a), unnest(b))`.
    private static List<Expr> spread(Expr call) {
        if (call instanceof Expr.FunctionCall unnest
                && unnest.name().name().equals("unnest")
                && unnest.args().size() > 1) {
            List<Expr> each = new ArrayList<>();
            for (Expr arg : unnest.args()) {
                each.add(Expr.FunctionCall.of(unnest.name(), List.of(arg), unnest.syntax(), unnest.position()));
            }
            return each;
        }
        return List.of(call);
    }

    /// Gives a function that returns `record` the columns of `AS t(a int, b text)`.
    private Scalar withColumns(Scalar bound, List<TableRef.ColumnDefinition> definitions, Expr call) {
        boolean open = bound instanceof Scalar.SetCall(FunctionDef candidate, var _, var _)
                && candidate.setBody() instanceof RecordFunction;
        if (definitions.isEmpty() && !open) {
            return bound;
        }
        if (definitions.isEmpty()) {
            throw new UserException(
                            SqlState.SYNTAX_ERROR,
                            "a column definition list is required for functions returning \"record\"")
                    .withPosition(call.position());
        }
        if (!open || !(bound instanceof Scalar.SetCall(FunctionDef definition, var args, var type))) {
            throw new UserException(
                            SqlState.SYNTAX_ERROR,
                            "a column definition list is only allowed for functions returning \"record\"")
                    .withPosition(call.position());
        }
        List<FunctionDef.Column> columns = new ArrayList<>();
        for (TableRef.ColumnDefinition column : definitions) {
            TypeResolver.TypeUse use = state.types.resolve(column.type());
            columns.add(new FunctionDef.Column(column.name(), use.type(), use.typmod()));
        }
        return new Scalar.SetCall(definition.withColumns(columns), args, type);
    }

    private int addFunctionFields(
            Scalar bound, Expr call, @Nullable Alias alias, TableRef.Function function, List<Field> fields) {
        if (bound instanceof Scalar.SetCall(FunctionDef definition, var _, var _)
                && !definition.columns().isEmpty()) {
            definition
                    .columns()
                    .forEach(column -> fields.add(state.field(column.name(), column.type(), column.typmod())));
            return definition.columns().size();
        }
        boolean alone = function.functions().size() == 1;
        String name = alias != null && alone
                ? alias.name()
                : ColumnNames.of(new omendb.sql.ast.SelectItem(call, null, call.position()));
        fields.add(state.field(name, bound.type(), bound.typmod()));
        return 1;
    }

    // Names

    /// The fields of columns that have not been dropped.
    private static List<Field> live(TableDef table, List<Field> fields) {
        return fields.stream()
                .filter(field -> field.columnNumber() <= 0
                        || !table.column(field.columnNumber()).dropped())
                .toList();
    }

    /// Puts an alias, with its column names, over a plan.
    private Bound named(
            LogicalPlan plan,
            String name,
            @Nullable String schema,
            @Nullable TableDef table,
            @Nullable Alias alias,
            int position) {
        List<Field> output = table == null ? plan.output() : live(table, plan.output());
        List<String> names = alias == null ? List.of() : alias.columns();
        if (names.size() > output.size()) {
            throw new UserException(
                            SqlState.INVALID_COLUMN_REFERENCE,
                            "table \"" + name + "\" has " + output.size() + " columns available but " + names.size()
                                    + " columns specified")
                    .withPosition(position);
        }
        List<Scope.VisibleColumn> columns = new ArrayList<>();
        Scope.Relation relation = new Scope.Relation(name, schema, table, columns);
        for (int i = 0; i < output.size(); i++) {
            String columnName = i < names.size() ? names.get(i) : output.get(i).name();
            columns.add(new Scope.VisibleColumn(columnName, new Scalar.Column(output.get(i))));
        }
        return new Bound(plan, List.of(relation), List.copyOf(columns));
    }

    // Joins

    private Bound bindJoin(TableRef.Join join, @Nullable Bound before) {
        Bound left = bind(join.left(), before);
        Bound seen = before == null
                ? left
                : new Bound(
                        left.plan(),
                        concat(before.relations(), left.relations()),
                        concat(before.columns(), left.columns()));
        Bound right = bind(join.right(), seen);
        checkAliases(concat(left.relations(), right.relations()), join.position());
        boolean lateral = dependsOn(right.plan(), left.plan());
        JoinKind kind = kind(join.kind());
        if (lateral && (kind == JoinKind.RIGHT || kind == JoinKind.FULL)) {
            throw new UserException(
                            SqlState.INVALID_COLUMN_REFERENCE,
                            "The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
                    .withPosition(join.position());
        }
        Bound joined = join.natural() || !join.using().isEmpty()
                ? joinUsing(join, kind, left, right, lateral)
                : joinOn(join, kind, left, right, lateral);
        if (join.alias() == null) {
            return joined;
        }
        List<Scope.VisibleColumn> columns = new ArrayList<>();
        List<String> names = join.alias().columns();
        for (int i = 0; i < joined.columns().size(); i++) {
            Scope.VisibleColumn column = joined.columns().get(i);
            columns.add(new Scope.VisibleColumn(i < names.size() ? names.get(i) : column.name(), column.value()));
        }
        return new Bound(joined.plan(), List.of(new Scope.Relation(join.alias().name(), null, null, columns)), columns);
    }

    private static JoinKind kind(TableRef.JoinKind kind) {
        return switch (kind) {
            case INNER, CROSS -> JoinKind.INNER;
            case LEFT -> JoinKind.LEFT;
            case RIGHT -> JoinKind.RIGHT;
            case FULL -> JoinKind.FULL;
        };
    }

    private Bound joinOn(TableRef.Join join, JoinKind kind, Bound left, Bound right, boolean lateral) {
        List<Scope.Relation> relations = concat(left.relations(), right.relations());
        List<Scope.VisibleColumn> columns = concat(left.columns(), right.columns());
        Scalar condition = null;
        if (join.on() != null) {
            Scope inner = new Scope(scope.parent());
            inner.inheritCtesOf(scope);
            inner.add(relations, columns);
            condition = new ExpressionBinder(state, inner, Clause.JOIN).bindBoolean(join.on(), "JOIN/ON");
        }
        return new Bound(new LogicalPlan.Join(kind, left.plan(), right.plan(), condition, lateral), relations, columns);
    }

    private Bound joinUsing(TableRef.Join join, JoinKind kind, Bound left, Bound right, boolean lateral) {
        List<String> names = join.natural() ? commonNames(left, right) : join.using();
        List<Scalar> conditions = new ArrayList<>();
        List<Scope.VisibleColumn> merged = new ArrayList<>();
        List<Scope.VisibleColumn> restLeft = new ArrayList<>(left.columns());
        List<Scope.VisibleColumn> restRight = new ArrayList<>(right.columns());
        ExpressionBinder binder = new ExpressionBinder(state, scope, Clause.JOIN);
        for (String name : names) {
            Scope.VisibleColumn leftColumn = usingColumn(left, name, "left", join.position());
            Scope.VisibleColumn rightColumn = usingColumn(right, name, "right", join.position());
            restLeft.remove(leftColumn);
            restRight.remove(rightColumn);
            conditions.add(
                    binder.operator(OperatorName.of("="), leftColumn.value(), rightColumn.value(), join.position()));
            merged.add(new Scope.VisibleColumn(
                    name, merge(kind, leftColumn.value(), rightColumn.value(), join.position())));
        }
        List<Scope.VisibleColumn> columns = new ArrayList<>(merged);
        columns.addAll(restLeft);
        columns.addAll(restRight);
        List<Scope.Relation> relations = concat(left.relations(), right.relations());
        if (join.usingAlias() != null) {
            relations = concat(relations, List.of(new Scope.Relation(join.usingAlias(), null, null, merged)));
        }
        Scalar condition = conditions.isEmpty() ? null : ExpressionBinder.conjunction(conditions);
        return new Bound(new LogicalPlan.Join(kind, left.plan(), right.plan(), condition, lateral), relations, columns);
    }

    private Scalar merge(JoinKind kind, Scalar left, Scalar right, int position) {
        SqlType common = state.coercions.commonType(List.of(left.type(), right.type()), "JOIN/USING", position);
        Scalar coercedLeft = state.coercions.implicit(left, common, position);
        Scalar coercedRight = state.coercions.implicit(right, common, position);
        return switch (kind) {
            case RIGHT -> coercedRight;
            case FULL -> new Scalar.Coalesce(List.of(coercedLeft, coercedRight), common);
            default -> coercedLeft;
        };
    }

    private static List<String> commonNames(Bound left, Bound right) {
        List<String> names = new ArrayList<>();
        for (Scope.VisibleColumn column : left.columns()) {
            if (right.columns().stream().anyMatch(other -> other.name().equals(column.name()))) {
                names.add(column.name());
            }
        }
        return names;
    }

    private static Scope.VisibleColumn usingColumn(Bound side, String name, String which, int position) {
        List<Scope.VisibleColumn> found = side.columns().stream()
                .filter(column -> column.name().equals(name))
                .toList();
        if (found.isEmpty()) {
            throw new UserException(
                            SqlState.UNDEFINED_COLUMN,
                            "column \"" + name + "\" specified in USING clause does not exist in " + which + " table")
                    .withPosition(position);
        }
        if (found.size() > 1) {
            throw new UserException(
                            SqlState.AMBIGUOUS_COLUMN,
                            "common column name \"" + name + "\" appears more than once in " + which + " table")
                    .withPosition(position);
        }
        return found.getFirst();
    }
}
