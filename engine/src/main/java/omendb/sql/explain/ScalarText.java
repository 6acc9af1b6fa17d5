package omendb.sql.explain;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import omendb.engine.type.Batch;
import omendb.engine.type.SqlType;
import omendb.engine.type.TypeContext;
import omendb.engine.type.Types;
import omendb.sql.function.AggregateDef;
import omendb.sql.parse.Deparser;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.SortKey;
import org.jspecify.annotations.Nullable;

/// Bound expressions as SQL text in the form of PostgreSQL's ruleutils: every operation in parentheses,
/// implicit casts
/// left out.
final class ScalarText {
    private final TypeContext context;
    private final ColumnNames names;
    private final boolean qualified;
    /// Columns that the node itself computes: their expressions stand without parentheses of their own.
    private final Predicate<Field> own;
    /// Text of a definition in the catalog: nothing has been computed yet.
    private final boolean stored;

    ScalarText(TypeContext context, ColumnNames names, boolean qualified) {
        this(context, names, qualified, _ -> false, false);
    }

    private ScalarText(
            TypeContext context, ColumnNames names, boolean qualified, Predicate<Field> own, boolean stored) {
        this.context = context;
        this.names = names;
        this.qualified = qualified;
        this.own = own;
        this.stored = stored;
    }

    /// Texts as definitions keep them.
    ScalarText stored() {
        return new ScalarText(context, names, qualified, own, true);
    }

    /// Texts in a node that computes these columns.
    ScalarText computing(Collection<Field> fields) {
        return new ScalarText(context, names, qualified, Set.copyOf(fields)::contains, stored);
    }

    String of(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Constant constant -> constant(constant);
            case Scalar.Parameter parameter -> "$" + parameter.number();
            case Scalar.Column(Field field) -> column(field);
            case Scalar.Call call -> call(call);
            case Scalar.Relabel relabel ->
                relabel.explicit() ? cast(relabel.operand(), relabel.type(), relabel.typmod()) : of(relabel.operand());
            case Scalar.CoerceViaText coerce ->
                coerce.explicit() ? cast(coerce.operand(), coerce.type(), coerce.typmod()) : of(coerce.operand());
            case Scalar.ArrayCoerce coerce -> cast(coerce.operand(), coerce.type(), coerce.typmod());
            case Scalar.And and -> joined(and.args(), " AND ");
            case Scalar.Or or -> joined(or.args(), " OR ");
            case Scalar.Not not -> "(NOT " + of(not.operand()) + ")";
            case Scalar.IsNull test -> "(" + of(test.operand()) + (test.negated() ? " IS NOT NULL)" : " IS NULL)");
            case Scalar.IsBoolean test ->
                "(" + of(test.operand()) + " IS " + (test.negated() ? "NOT " : "")
                        + (test.value() ? "TRUE)" : "FALSE)");
            case Scalar.IsDistinct test ->
                "(" + of(test.left()) + " IS " + (test.negated() ? "NOT " : "") + "DISTINCT FROM " + of(test.right())
                        + ")";
            case Scalar.Case conditional -> conditional(conditional);
            case Scalar.Coalesce coalesce -> "COALESCE(" + list(coalesce.args()) + ")";
            case Scalar.NullIf nullIf -> "NULLIF(" + of(nullIf.value()) + ", " + of(comparedWith(nullIf)) + ")";
            case Scalar.MinMax minMax -> (minMax.greatest() ? "GREATEST(" : "LEAST(") + list(minMax.args()) + ")";
            case Scalar.ArrayOf array -> array(array);
            case Scalar.Subscript subscript -> subscript(subscript);
            case Scalar.Assigned assigned -> of(assigned.value());
            case Scalar.AnyArray any ->
                "(" + operand(any.left()) + " " + any.operator() + (any.all() ? " ALL (" : " ANY (")
                        + operand(any.array()) + "))";
            case Scalar.RowOf row -> "ROW(" + list(row.elements()) + ")";
            case Scalar.Subquery subquery -> "(SubPlan " + subquery.kind() + ")";
            case Scalar.Aggregate aggregate -> aggregate(aggregate);
            case Scalar.WindowCall call -> window(call);
            case Scalar.OuterAggregate outer -> aggregate(outer.aggregate());
            case Scalar.GroupingBits bits -> "GROUPING(" + list(bits.args()) + ")";
            case Scalar.SetCall call -> call.function().name() + "(" + list(call.args()) + ")";
            case Scalar.DefaultValue _ -> "DEFAULT";
        };
    }

    private String column(Field field) {
        Scalar definition = names.definition(field);
        if (definition == null) {
            return names.name(field, qualified);
        }
        // one projection over another is one expression
        String text = new ScalarText(context, names, qualified, _ -> true, stored).of(definition);
        return definition instanceof Scalar.Column || own.test(field) ? text : "(" + text + ")";
    }

    private static Scalar comparedWith(Scalar.NullIf nullIf) {
        return nullIf.equal() instanceof Scalar.Call call && call.args().size() == 2
                ? call.args().getLast()
                : nullIf.equal();
    }

    /// An operand of an operator or function, where implicit casts are shown.
    private String operand(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Relabel relabel -> cast(relabel.operand(), relabel.type(), relabel.typmod());
            case Scalar.CoerceViaText coerce -> cast(coerce.operand(), coerce.type(), coerce.typmod());
            case Scalar.Call call
            when call.form() == Scalar.CallForm.IMPLICIT_CAST ->
                cast(call.args().getFirst(), call.type(), call.typmod());
            default -> of(scalar);
        };
    }

    private String operands(List<Scalar> scalars) {
        return scalars.stream().map(this::operand).collect(Collectors.joining(", "));
    }

    String list(List<Scalar> scalars) {
        return scalars.stream().map(this::of).collect(Collectors.joining(", "));
    }

    private String joined(List<Scalar> args, String connective) {
        return args.stream().map(this::of).collect(Collectors.joining(connective, "(", ")"));
    }

    /// Sort keys with what is not the default of their direction.
    String keys(List<SortKey> keys) {
        return keys.stream()
                .map(key -> of(key.expression())
                        + (key.descending() ? " DESC" : "")
                        + (key.nullsFirst() == key.descending()
                                ? ""
                                : key.nullsFirst() ? " NULLS FIRST" : " NULLS LAST"))
                .collect(Collectors.joining(", "));
    }

    private String plainText(Scalar.Constant constant) {
        SqlType type = constant.type();
        try (Batch batch = Batch.allocate(List.of(type))) {
            constant.value().store(batch.column(0), 0);
            return type == Types.UNKNOWN
                    ? new String(batch.column(0).getBytes(0), StandardCharsets.UTF_8)
                    : type.io().toText(context, batch.column(0), 0);
        }
    }

    private String constant(Scalar.Constant constant) {
        SqlType type = constant.type();
        if (constant.isNull()) {
            return "NULL::" + type.format(constant.typmod());
        }
        String text = plainText(constant);
        if (type == Types.BOOL) {
            return text.equals("t") ? "true" : "false";
        }
        boolean bare = type == Types.INT4 || (type == Types.NUMERIC && !text.startsWith("N") && !text.startsWith("I"));
        if (bare && !text.startsWith("-")) {
            return text;
        }
        return "'" + text.replace("'", "''") + "'::" + type.format(constant.typmod());
    }

    /// PostgreSQL makes an array of constants a constant when it plans.
    private String array(Scalar.ArrayOf array) {
        boolean constant = !stored
                && !array.elements().isEmpty()
                && !array.nested()
                && array.elements().stream().allMatch(Scalar.Constant.class::isInstance);
        if (!constant) {
            return "ARRAY[" + operands(array.elements()) + "]";
        }
        String elements = array.elements().stream()
                .map(element -> arrayElement((Scalar.Constant) element))
                .collect(Collectors.joining(","));
        return "'{" + elements.replace("'", "''") + "}'::" + array.type().format(-1);
    }

    private String arrayElement(Scalar.Constant element) {
        if (element.isNull()) {
            return "NULL";
        }
        String text = plainText(element);
        boolean quoted = text.isEmpty()
                || text.equalsIgnoreCase("null")
                || text.chars().anyMatch(c -> "{}\",\\".indexOf(c) >= 0 || Character.isWhitespace(c));
        return quoted ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : text;
    }

    private String call(Scalar.Call call) {
        List<Scalar> args = call.args();
        return switch (call.form()) {
            case OPERATOR ->
                args.size() == 1
                        ? "(" + call.name() + " " + operand(args.getFirst()) + ")"
                        : "(" + operand(args.getFirst()) + " " + call.name() + " " + operand(args.get(1)) + ")";
            case FUNCTION -> Deparser.identifier(call.name()) + "(" + operands(args) + ")";
            case IMPLICIT_CAST -> of(args.getFirst());
            case EXPLICIT_CAST -> cast(args.getFirst(), call.type(), call.typmod());
        };
    }

    private String cast(Scalar operand, SqlType type, int typmod) {
        // PostgreSQL computes the cast of a constant when it plans
        if (operand instanceof Scalar.Constant constant && !constant.isNull()) {
            String text = constant(new Scalar.Constant(constant.type(), -1, constant.value()));
            int end = text.lastIndexOf("'::");
            return (end < 0 ? "'" + text + "'" : text.substring(0, end + 1)) + "::" + type.format(typmod);
        }
        return "(" + of(operand) + ")::" + type.format(typmod);
    }

    private String conditional(Scalar.Case conditional) {
        StringBuilder text = new StringBuilder("CASE");
        for (Scalar.When when : conditional.whens()) {
            text.append(" WHEN ").append(of(when.condition())).append(" THEN ").append(of(when.result()));
        }
        return text.append(" ELSE ")
                .append(of(conditional.otherwise()))
                .append(" END")
                .toString();
    }

    private String subscript(Scalar.Subscript subscript) {
        StringBuilder text = new StringBuilder(of(subscript.base()));
        for (int i = 0; i < subscript.uppers().size(); i++) {
            text.append('[');
            if (subscript.slice()) {
                text.append(orEmpty(subscript.lowers().get(i))).append(':');
            }
            text.append(orEmpty(subscript.uppers().get(i))).append(']');
        }
        return text.toString();
    }

    private String orEmpty(@Nullable Scalar scalar) {
        return scalar == null ? "" : of(scalar);
    }

    private String window(Scalar.WindowCall call) {
        boolean star = call.args().isEmpty() && call.function() instanceof AggregateDef;
        return Deparser.identifier(call.function().name()) + "(" + (star ? "*" : operands(call.args())) + ")"
                + (call.filter() == null ? "" : " FILTER (WHERE " + of(call.filter()) + ")") + " OVER (?)";
    }

    private String aggregate(Scalar.Aggregate aggregate) {
        String args = aggregate.args().isEmpty() ? "*" : operands(aggregate.args());
        return aggregate.function().name() + "(" + (aggregate.distinct() ? "DISTINCT " : "") + args
                + (aggregate.orderBy().isEmpty() ? "" : " ORDER BY " + keys(aggregate.orderBy())) + ")"
                + (aggregate.filter() == null ? "" : " FILTER (WHERE " + of(aggregate.filter()) + ")");
    }
}
