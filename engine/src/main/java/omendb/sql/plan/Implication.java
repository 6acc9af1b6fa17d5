package omendb.sql.plan;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Whether the conditions of a query guarantee the predicate of a partial index, as far as their form shows it.
///
/// By the rules of PostgreSQL's predtest.c for conjunctions, disjunctions, IS NOT NULL and comparisons of one operand
/// with constants.
final class Implication {
    /// Evaluates a condition of constants.
    private final Predicate<Scalar> holds;

    Implication(Predicate<Scalar> holds) {
        this.holds = holds;
    }

    /// Whether the predicate is true wherever all conditions are.
    boolean implies(List<Scalar> conditions, Scalar predicate) {
        return switch (predicate) {
            case Scalar.And(var parts) -> parts.stream().allMatch(part -> implies(conditions, part));
            case Scalar.Or(var parts)
            when conditions.stream().noneMatch(each -> plain(each).equals(plain(predicate))) ->
                parts.stream().anyMatch(part -> implies(conditions, part))
                        || conditions.stream()
                                .anyMatch(condition -> condition instanceof Scalar.Or(var arms)
                                        && arms.stream().allMatch(arm -> implies(Scalars.conjuncts(arm), predicate)));
            default -> conditions.stream().anyMatch(condition -> implies(condition, predicate));
        };
    }

    private boolean implies(Scalar condition, Scalar predicate) {
        if (plain(condition).equals(plain(predicate))) {
            return true;
        }
        if (condition instanceof Scalar.And(var parts)) {
            return implies(parts, predicate);
        }
        if (condition instanceof Scalar.Or(var arms)) {
            return arms.stream().allMatch(arm -> implies(Scalars.conjuncts(arm), predicate));
        }
        if (predicate instanceof Scalar.IsNull test && test.negated()) {
            return isStrictIn(condition, plain(test.operand()));
        }
        if (predicate instanceof Scalar.Not(var operand)
                && condition instanceof Scalar.IsBoolean test
                && !test.value()
                && !test.negated()) {
            return plain(test.operand()).equals(plain(operand));
        }
        if (condition instanceof Scalar.IsBoolean test && test.value() && !test.negated()) {
            return plain(test.operand()).equals(plain(predicate));
        }
        Comparison given = comparison(condition);
        Comparison wanted = comparison(predicate);
        return given != null && wanted != null && given.operand().equals(wanted.operand()) && follows(given, wanted);
    }

    /// `operand operator constant`.
    private record Comparison(Scalar operand, String operator, Scalar.Constant constant, Scalar.Call call) {}

    private static @Nullable Comparison comparison(Scalar scalar) {
        if (!(scalar instanceof Scalar.Call call)
                || call.form() != Scalar.CallForm.OPERATOR
                || call.args().size() != 2) {
            return null;
        }
        Scalar left = plain(call.args().get(0));
        Scalar right = plain(call.args().get(1));
        return right instanceof Scalar.Constant constant && !constant.isNull()
                ? new Comparison(left, call.name(), constant, call)
                : null;
    }

    /// Whether every value that satisfies the one comparison satisfies the other.
    private boolean follows(Comparison given, Comparison wanted) {
        boolean sameSide = given.constant().type() == wanted.constant().type();
        if (!sameSide) {
            return false;
        }
        return switch (given.operator()) {
            case "=" -> compare(given.constant(), wanted.call(), wanted.constant());
            case "<", "<=" -> {
                boolean strictly =
                        given.operator().equals("<") || wanted.operator().equals("<=");
                boolean below =
                        wanted.operator().equals("<") || wanted.operator().equals("<=");
                yield (below && order(given.constant(), wanted.constant(), strictly, wanted, true))
                        || (wanted.operator().equals("<>") && atLeast(wanted, given, "<"));
            }
            case ">", ">=" -> {
                boolean strictly =
                        given.operator().equals(">") || wanted.operator().equals(">=");
                boolean above =
                        wanted.operator().equals(">") || wanted.operator().equals(">=");
                yield (above && order(given.constant(), wanted.constant(), strictly, wanted, false))
                        || (wanted.operator().equals("<>") && atLeast(wanted, given, ">"));
            }
            default -> false;
        };
    }

    /// `x < a` implies `x <> b` if b is not below a.
    private boolean atLeast(Comparison wanted, Comparison given, String sign) {
        boolean satisfied = compare(wanted.constant(), given.call(), given.constant());
        return given.operator().startsWith(sign) && !satisfied;
    }

    /// Whether `x < a` (or `x > a`) implies `x < b`: a below b, or the same where the bound allows it.
    private boolean order(
            Scalar.Constant a, Scalar.Constant b, boolean equalSuffices, Comparison wanted, boolean below) {
        if (a.equals(b)) {
            return equalSuffices;
        }
        // wanted's own operator, on the constants: a < b, a <= b
        return compare(a, wanted.call(), b) && (below || !a.equals(b));
    }

    private boolean compare(Scalar.Constant left, Scalar.Call operator, Scalar.Constant right) {
        if (operator.function().argTypes().stream().anyMatch(type -> type != left.type())) {
            return false;
        }
        return holds.test(new Scalar.Call(
                operator.function(),
                operator.name(),
                operator.form(),
                List.of(left, right),
                operator.type(),
                operator.typmod()));
    }

    /// Whether the condition cannot be true with NULL in the operand.
    private static boolean isStrictIn(Scalar condition, Scalar operand) {
        return switch (condition) {
            case Scalar.Call call
            when call.form() == Scalar.CallForm.OPERATOR && call.function().strict() ->
                call.args().stream().anyMatch(arg -> isStrictOn(plain(arg), operand));
            case Scalar.AnyArray any when !any.all() -> isStrictOn(plain(any.left()), operand);
            case Scalar.IsNull test -> test.negated() && isStrictOn(plain(test.operand()), operand);
            default -> false;
        };
    }

    private static boolean isStrictOn(Scalar value, Scalar operand) {
        return value.equals(operand)
                || (value instanceof Scalar.Call call
                        && call.function().strict()
                        && call.args().stream().anyMatch(arg -> isStrictOn(plain(arg), operand)));
    }

    /// Without relabelling, which changes no value.
    static Scalar plain(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Relabel relabel -> plain(relabel.operand());
            case Scalar.Call call ->
                new Scalar.Call(
                        call.function(),
                        call.name(),
                        call.form(),
                        call.args().stream().map(Implication::plain).toList(),
                        call.type(),
                        call.typmod());
            default -> scalar;
        };
    }
}
