package omendb.sql.parse;

import java.util.List;
import java.util.Locale;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Window;

/// Writes calls: the plain form, and the forms of the SQL standard that stand for calls.
final class CallWriter {
    private final StringBuilder out;
    private final ExpressionWriter expressions;

    CallWriter(StringBuilder out, ExpressionWriter expressions) {
        this.out = out;
        this.expressions = expressions;
    }

    void write(Expr.FunctionCall call) {
        if (call.syntax() == Expr.CallSyntax.SQL && standard(call)) {
            return;
        }
        expressions.name(call.name());
        out.append('(');
        if (call.star()) {
            out.append('*');
        } else {
            out.append(call.distinct() ? "DISTINCT " : "");
            for (int i = 0; i < call.args().size(); i++) {
                out.append(i > 0 ? ", " : "");
                out.append(call.variadic() && i == call.args().size() - 1 ? "VARIADIC " : "");
                expressions.write(call.args().get(i));
            }
        }
        if (!call.withinGroup() && !call.orderBy().isEmpty()) {
            out.append(' ');
            expressions.orderBy(call.orderBy());
        }
        out.append(')');
        tail(call);
    }

    private void tail(Expr.FunctionCall call) {
        if (call.withinGroup()) {
            out.append(" WITHIN GROUP (");
            expressions.orderBy(call.orderBy());
            out.append(')');
        }
        if (call.filter() != null) {
            out.append(" FILTER (WHERE ");
            expressions.write(call.filter());
            out.append(')');
        }
        Window over = call.over();
        if (over != null) {
            out.append(" OVER ");
            if (over.name() != null) {
                out.append(Deparser.identifier(over.name()));
            } else {
                expressions.window(over);
            }
        }
    }

    /// The standard's form of the call; false if it has none.
    private boolean standard(Expr.FunctionCall call) {
        List<Expr> args = call.args();
        switch (call.name().name()) {
            case "extract" -> {
                out.append("EXTRACT(");
                String field = args.getFirst() instanceof Expr.Literal literal ? literal.value() : "";
                out.append(Deparser.identifier(field));
                then(" FROM ", args.get(1), ")");
            }
            case "timezone" -> {
                out.append('(');
                expressions.write(args.getLast());
                if (args.size() == 1) {
                    out.append(" AT LOCAL)");
                } else {
                    then(" AT TIME ZONE ", args.getFirst(), ")");
                }
            }
            case "position" -> {
                out.append("POSITION((");
                expressions.write(args.get(1));
                then(") IN (", args.get(0), "))");
            }
            case "overlay" -> {
                out.append("OVERLAY(");
                expressions.write(args.get(0));
                then(" PLACING ", args.get(1), "");
                then(" FROM ", args.get(2), args.size() > 3 ? "" : ")");
                if (args.size() > 3) {
                    then(" FOR ", args.get(3), ")");
                }
            }
            case "substring" -> {
                out.append("SUBSTRING(");
                expressions.write(args.get(0));
                then(" FROM ", args.get(1), args.size() > 2 ? "" : ")");
                if (args.size() > 2) {
                    then(" FOR ", args.get(2), ")");
                }
            }
            case "btrim", "ltrim", "rtrim" -> trim(call.name().name(), args);
            default -> {
                return rareStandard(call.name().name(), args);
            }
        }
        return true;
    }

    private boolean rareStandard(String name, List<Expr> args) {
        switch (name) {
            case "overlaps" -> {
                out.append("((");
                expressions.list(args.subList(0, 2));
                out.append(") OVERLAPS (");
                expressions.list(args.subList(2, 4));
                out.append("))");
            }
            case "pg_collation_for" -> then("COLLATION FOR (", args.getFirst(), ")");
            case "normalize" -> {
                then("NORMALIZE(", args.getFirst(), "");
                out.append(args.size() > 1 ? ", " + form(args) : "").append(')');
            }
            case "is_normalized" -> {
                then("((", args.getFirst(), ") IS");
                out.append(args.size() > 1 ? " " + form(args) : "").append(" NORMALIZED)");
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static String form(List<Expr> args) {
        return args.get(1) instanceof Expr.Literal literal ? literal.value() : "NFC";
    }

    private void trim(String name, List<Expr> args) {
        out.append("TRIM(")
                .append(
                        switch (name) {
                            case "ltrim" -> "LEADING ";
                            case "rtrim" -> "TRAILING ";
                            default -> "BOTH ";
                        });
        if (args.size() > 1) {
            expressions.write(args.get(1));
            out.append(' ');
        }
        then("FROM ", args.getFirst(), "");
        for (int i = 2; i < args.size(); i++) {
            then(", ", args.get(i), "");
        }
        out.append(')');
    }

    private void then(String before, Expr expr, String after) {
        out.append(before);
        expressions.write(expr);
        out.append(after);
    }

    void json(Expr.JsonFunction json) {
        out.append(json.function().toUpperCase(Locale.ROOT)).append('(');
        boolean pairs = json.function().startsWith("json_object");
        for (int i = 0; i < json.args().size(); i++) {
            out.append(i == 0 ? "" : pairs && i % 2 == 1 ? " : " : ", ");
            expressions.write(json.args().get(i));
        }
        for (String clause : json.clauses()) {
            out.append(' ').append(clause);
        }
        if (json.returning() != null) {
            out.append(" RETURNING ").append(TypeWriter.write(json.returning()));
        }
        out.append(')');
    }
}
