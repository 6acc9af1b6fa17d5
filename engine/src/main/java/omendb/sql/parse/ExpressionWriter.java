package omendb.sql.parse;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.SortItem;
import omendb.sql.ast.Window;

/// Writes expressions with every operation in parentheses, as ruleutils.c does without pretty-printing.
final class ExpressionWriter {
    private final StringBuilder out;
    private final QueryWriter queries;

    ExpressionWriter(StringBuilder out, QueryWriter queries) {
        this.out = out;
        this.queries = queries;
    }

    void write(Expr expr) {
        switch (expr) {
            case Expr.Literal literal -> literal(literal);
            case Expr.Parameter parameter -> out.append('$').append(parameter.number());
            case Expr.ColumnRef column -> names(column.names());
            case Expr.Star star -> {
                names(star.qualifier());
                out.append(star.qualifier().isEmpty() ? "*" : ".*");
            }
            case Expr.Binary binary -> {
                out.append('(');
                write(binary.left());
                out.append(' ').append(operator(binary.operator())).append(' ');
                write(binary.right());
                out.append(')');
            }
            case Expr.Unary unary -> {
                out.append('(').append(operator(unary.operator())).append(' ');
                write(unary.operand());
                out.append(')');
            }
            case Expr.QuantifiedArray array -> {
                quantified(array.left(), array.operator(), array.all());
                write(array.array());
                out.append("))");
            }
            case Expr.QuantifiedSubquery subquery -> {
                quantified(subquery.left(), subquery.operator(), subquery.all());
                queries.query(subquery.query());
                out.append("))");
            }
            case Expr.And and -> joined(and.args(), " AND ");
            case Expr.Or or -> joined(or.args(), " OR ");
            case Expr.Not not -> {
                out.append("(NOT ");
                write(not.operand());
                out.append(')');
            }
            case Expr.NullTest test -> postfix(test.operand(), test.negated() ? "IS NOT NULL" : "IS NULL");
            case Expr.BooleanTest test ->
                postfix(
                        test.operand(),
                        (test.negated() ? "IS NOT " : "IS ") + test.truth().name());
            case Expr.JsonTest test -> jsonTest(test);
            case Expr.DistinctFrom distinct -> {
                out.append('(');
                write(distinct.left());
                out.append(distinct.negated() ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
                write(distinct.right());
                out.append(')');
            }
            case Expr.Between between -> between(between);
            case Expr.InList in -> {
                out.append('(');
                write(in.operand());
                out.append(in.negated() ? " NOT IN (" : " IN (");
                list(in.items());
                out.append("))");
            }
            case Expr.InSubquery in -> {
                out.append('(');
                write(in.operand());
                out.append(in.negated() ? " NOT IN (" : " IN (");
                queries.query(in.query());
                out.append("))");
            }
            default -> other(expr);
        }
    }

    private void other(Expr expr) {
        switch (expr) {
            case Expr.Exists exists -> subquery("EXISTS ", exists.query());
            case Expr.ScalarSubquery scalar -> subquery("", scalar.query());
            case Expr.ArraySubquery array -> subquery("ARRAY", array.query());
            case Expr.ArrayConstructor array -> {
                out.append("ARRAY[");
                list(array.elements());
                out.append(']');
            }
            case Expr.Subscript subscript -> {
                base(subscript.base());
                subscript.indexes().forEach(this::index);
            }
            case Expr.FieldSelection field -> {
                out.append('(');
                write(field.base());
                out.append(").").append(Deparser.identifier(field.field()));
            }
            case Expr.FieldStar star -> {
                out.append('(');
                write(star.base());
                out.append(").*");
            }
            case Expr.Row row -> {
                out.append(row.explicit() || row.elements().size() < 2 ? "ROW(" : "(");
                list(row.elements());
                out.append(')');
            }
            case Expr.FunctionCall call -> new CallWriter(out, this).write(call);
            case Expr.NamedArgument argument -> {
                out.append(Deparser.identifier(argument.name())).append(" => ");
                write(argument.value());
            }
            case Expr.Cast cast -> cast(cast);
            case Expr.Case when -> caseExpression(when);
            case Expr.Coalesce coalesce -> call("COALESCE", coalesce.args());
            case Expr.NullIf nullIf -> call("NULLIF", List.of(nullIf.left(), nullIf.right()));
            case Expr.MinMax minMax -> call(minMax.greatest() ? "GREATEST" : "LEAST", minMax.args());
            case Expr.Grouping grouping -> call("GROUPING", grouping.args());
            case Expr.Collate collate -> {
                out.append('(');
                write(collate.operand());
                out.append(" COLLATE ");
                names(collate.collation().parts());
                out.append(')');
            }
            case Expr.SqlValue value -> {
                out.append(value.kind().name());
                if (value.precision() >= 0) {
                    out.append('(').append(value.precision()).append(')');
                }
            }
            case Expr.Default _ -> out.append("DEFAULT");
            case Expr.CurrentOf current -> out.append("CURRENT OF ").append(Deparser.identifier(current.cursor()));
            case Expr.JsonFunction json -> new CallWriter(out, this).json(json);
            default -> throw new IllegalStateException("no text for " + expr.getClass());
        }
    }

    // ---- constants and names

    private void literal(Expr.Literal literal) {
        switch (literal.kind()) {
            case NULL -> out.append("NULL");
            case BOOLEAN -> out.append(literal.value());
            case STRING -> out.append(Deparser.string(literal.value()));
            case BIT -> out.append("B'").append(literal.value()).append('\'');
            case HEX_BIT -> out.append("X'").append(literal.value()).append('\'');
            case INTEGER, NUMERIC -> {
                boolean negative = literal.value().startsWith("-");
                out.append(negative ? "(" : "").append(literal.value()).append(negative ? ")" : "");
            }
        }
    }

    void names(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            out.append(i == 0 ? "" : ".").append(Deparser.identifier(names.get(i)));
        }
    }

    void name(QualifiedName name) {
        names(name.parts());
    }

    static String operator(OperatorName operator) {
        return operator.schema() == null
                ? operator.name()
                : "OPERATOR(" + Deparser.identifier(operator.schema()) + "." + operator.name() + ")";
    }

    // ---- parts

    void list(List<Expr> list) {
        separated(list, ", ", this::write);
    }

    <T> void separated(List<T> list, String separator, Consumer<T> element) {
        for (int i = 0; i < list.size(); i++) {
            if (i > 0) {
                out.append(separator);
            }
            element.accept(list.get(i));
        }
    }

    private void joined(List<Expr> args, String word) {
        out.append('(');
        separated(args, word, this::write);
        out.append(')');
    }

    private void postfix(Expr operand, String words) {
        out.append('(');
        write(operand);
        out.append(' ').append(words).append(')');
    }

    private void jsonTest(Expr.JsonTest test) {
        String kind =
                test.kind() == Expr.JsonKind.VALUE ? "" : " " + test.kind().name();
        String unique = test.uniqueKeys() ? " WITH UNIQUE KEYS" : "";
        postfix(test.operand(), (test.negated() ? "IS NOT JSON" : "IS JSON") + kind + unique);
    }

    private void quantified(Expr left, OperatorName operator, boolean all) {
        out.append('(');
        write(left);
        out.append(' ').append(operator(operator)).append(all ? " ALL (" : " ANY (");
    }

    private void between(Expr.Between between) {
        out.append('(');
        write(between.operand());
        out.append(between.negated() ? " NOT BETWEEN " : " BETWEEN ");
        out.append(between.symmetric() ? "SYMMETRIC " : "");
        write(between.low());
        out.append(" AND ");
        write(between.high());
        out.append(')');
    }

    private void subquery(String word, Query query) {
        out.append(word).append('(');
        queries.query(query);
        out.append(')');
    }

    /// Columns and parameters take subscripts as they are, all else in parentheses.
    private void base(Expr base) {
        if (base instanceof Expr.ColumnRef || base instanceof Expr.Parameter) {
            write(base);
        } else {
            out.append('(');
            write(base);
            out.append(')');
        }
    }

    void index(Expr.Index index) {
        out.append('[');
        if (index.lower() != null) {
            write(index.lower());
        }
        if (index.slice()) {
            out.append(':');
        }
        if (index.upper() != null) {
            write(index.upper());
        }
        out.append(']');
    }

    private void cast(Expr.Cast cast) {
        if (cast.operand() instanceof Expr.Literal literal && literal.kind() == Expr.LiteralKind.STRING) {
            write(literal);
        } else {
            out.append('(');
            write(cast.operand());
            out.append(')');
        }
        out.append("::").append(TypeWriter.write(cast.type()));
    }

    private void caseExpression(Expr.Case expr) {
        out.append("CASE");
        if (expr.operand() != null) {
            out.append(' ');
            write(expr.operand());
        }
        for (Expr.When when : expr.whens()) {
            out.append(" WHEN ");
            write(when.condition());
            out.append(" THEN ");
            write(when.result());
        }
        if (expr.otherwise() != null) {
            out.append(" ELSE ");
            write(expr.otherwise());
        }
        out.append(" END");
    }

    void call(String name, List<Expr> args) {
        out.append(name).append('(');
        list(args);
        out.append(')');
    }

    // ---- ORDER BY and windows

    void sortItem(SortItem item) {
        write(item.expr());
        switch (item.direction()) {
            case ASC -> out.append(" ASC");
            case DESC -> out.append(" DESC");
            case USING -> out.append(" USING ").append(item.using() == null ? "" : operator(item.using()));
            case DEFAULT -> {}
        }
        if (item.nulls() != SortItem.Nulls.DEFAULT) {
            out.append(" NULLS ").append(item.nulls().name());
        }
    }

    void orderBy(List<SortItem> items) {
        out.append("ORDER BY ");
        separated(items, ", ", this::sortItem);
    }

    /// Behind OVER or `name AS`.
    void window(Window window) {
        out.append('(');
        int start = out.length();
        if (window.base() != null) {
            out.append(Deparser.identifier(window.base()));
        }
        if (!window.partitionBy().isEmpty()) {
            out.append(out.length() > start ? " " : "").append("PARTITION BY ");
            list(window.partitionBy());
        }
        if (!window.orderBy().isEmpty()) {
            out.append(out.length() > start ? " " : "");
            orderBy(window.orderBy());
        }
        if (window.frame() != null) {
            out.append(out.length() > start ? " " : "");
            frame(window.frame());
        }
        out.append(')');
    }

    private void frame(Window.Frame frame) {
        out.append(frame.mode().name()).append(" BETWEEN ");
        bound(frame.start());
        out.append(" AND ");
        bound(frame.end());
        if (frame.exclusion() != Window.Exclusion.NO_OTHERS) {
            out.append(" EXCLUDE ").append(words(frame.exclusion()));
        }
    }

    private void bound(Window.Bound bound) {
        if (bound.offset() != null) {
            write(bound.offset());
            out.append(' ');
        }
        out.append(words(bound.kind()));
    }

    static String words(Enum<?> value) {
        return value.name().replace('_', ' ').toUpperCase(Locale.ROOT);
    }
}
