package omendb.sql.plan;

import java.util.Map;
import omendb.ann.Distance;
import omendb.ann.ElementType;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.VectorClasses;
import omendb.engine.table.IndexSlots;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Recognises expressions that order rows by a distance: the operator, the function, and what is monotone in
/// either
/// (`1 - (x <=> q)` descending, `(1 + (x <#> q))`, `inner_product(x, q)` descending).
final class DistanceExpressions {
    private static final Map<String, Distance> BY_NAME = Map.ofEntries(
            Map.entry("<->", Distance.L2),
            Map.entry("l2_distance", Distance.L2),
            Map.entry("vector_l2_squared_distance", Distance.L2),
            Map.entry("halfvec_l2_squared_distance", Distance.L2),
            Map.entry("sparsevec_l2_squared_distance", Distance.L2),
            Map.entry("<#>", Distance.INNER_PRODUCT),
            Map.entry("vector_negative_inner_product", Distance.INNER_PRODUCT),
            Map.entry("halfvec_negative_inner_product", Distance.INNER_PRODUCT),
            Map.entry("sparsevec_negative_inner_product", Distance.INNER_PRODUCT),
            Map.entry("<=>", Distance.COSINE),
            Map.entry("cosine_distance", Distance.COSINE),
            Map.entry("<+>", Distance.L1),
            Map.entry("l1_distance", Distance.L1),
            Map.entry("<~>", Distance.HAMMING),
            Map.entry("hamming_distance", Distance.HAMMING),
            Map.entry("<%>", Distance.JACCARD),
            Map.entry("jaccard_distance", Distance.JACCARD));

    private DistanceExpressions() {}

    /// An expression that is `factor * distance + offset` of two vectors; NaN = not known, but for the
    /// factor's sign.
    record Ordering(Scalar.Call call, Distance distance, double factor, double offset) {
        /// Whether the expression grows with the distance.
        boolean ascending() {
            return factor > 0;
        }

        private Ordering times(double by) {
            return new Ordering(call, distance, factor * by, offset * by);
        }

        private Ordering plus(double by) {
            return new Ordering(call, distance, factor, offset + by);
        }
    }

    /// What the expression orders by, or null.
    static @Nullable Ordering of(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Relabel relabel -> of(relabel.operand());
            case Scalar.Call call -> ofCall(call);
            default -> null;
        };
    }

    private static @Nullable Ordering ofCall(Scalar.Call call) {
        ElementType element = call.args().size() == 2
                ? IndexSlots.element(call.args().getFirst().type())
                : null;
        if (element != null) {
            Distance distance = BY_NAME.get(call.name());
            if (distance != null && element.has(distance)) {
                // the squared distance has the order of the distance, and that is all that is said of it here
                double factor = call.name().endsWith("_l2_squared_distance") ? Double.POSITIVE_INFINITY : 1;
                return new Ordering(call, distance, factor, 0);
            }
            return call.name().equals("inner_product") ? new Ordering(call, Distance.INNER_PRODUCT, -1, 0) : null;
        }
        if (call.form() != Scalar.CallForm.FUNCTION && call.args().size() == 1) {
            Ordering inner = of(call.args().getFirst());
            if (inner == null) {
                return null;
            }
            if (call.name().equals("-")) {
                return inner.times(-1);
            }
            return isNumberCast(call) ? inner : null;
        }
        return call.args().size() == 2 ? arithmetic(call) : null;
    }

    private static boolean isNumberCast(Scalar.Call call) {
        SqlType type = call.type();
        return call.form() != Scalar.CallForm.OPERATOR && type == Types.FLOAT8;
    }

    private static @Nullable Ordering arithmetic(Scalar.Call call) {
        Scalar left = call.args().get(0);
        Scalar right = call.args().get(1);
        Ordering inLeft = of(left);
        Ordering inRight = of(right);
        if (inLeft != null && isConstant(right)) {
            return switch (call.name()) {
                case "+" -> inLeft.plus(number(right));
                case "-" -> inLeft.plus(-number(right));
                case "*" -> scaled(inLeft, number(right));
                case "/" -> scaled(inLeft, 1 / number(right));
                default -> null;
            };
        }
        if (inRight != null && isConstant(left)) {
            return switch (call.name()) {
                case "+" -> inRight.plus(number(left));
                case "-" -> inRight.times(-1).plus(number(left));
                case "*" -> scaled(inRight, number(left));
                default -> null;
            };
        }
        return null;
    }

    private static boolean isConstant(Scalar scalar) {
        return scalar instanceof Scalar.Constant || castOf(scalar) instanceof Scalar.Constant;
    }

    /// What a cast to float8 is made of, else null.
    private static @Nullable Scalar castOf(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Relabel relabel -> relabel.operand();
            case Scalar.Call call
            when call.args().size() == 1 && isNumberCast(call) && isCast(call) ->
                call.args().getFirst();
            default -> null;
        };
    }

    private static boolean isCast(Scalar.Call call) {
        return call.form() == Scalar.CallForm.IMPLICIT_CAST || call.form() == Scalar.CallForm.EXPLICIT_CAST;
    }

    /// The value of a constant if it is easily known, else NaN.
    private static double number(Scalar scalar) {
        Scalar inner = castOf(scalar);
        if (!((inner == null ? scalar : inner) instanceof Scalar.Constant constant) || constant.isNull()) {
            return Double.NaN;
        }
        SqlType type = constant.type();
        if (type == Types.FLOAT8) {
            return constant.value().asDouble();
        }
        boolean integer = type == Types.INT2 || type == Types.INT4 || type == Types.INT8;
        return integer ? constant.value().asLong() : Double.NaN;
    }

    private static @Nullable Ordering scaled(Ordering ordering, double factor) {
        boolean usable = factor != 0 && !Double.isNaN(factor) && !Double.isInfinite(factor);
        return usable ? ordering.times(factor) : null;
    }

    /// Conditions that bound a distance from above.
    ///
    /// @param condition the whole comparison
    record Bound(Ordering ordering, Scalar condition, PhysicalPlan.Radius radius) {}

    /// What a comparison says of a distance, or null.
    static @Nullable Bound bound(Scalar condition) {
        if (!(condition instanceof Scalar.Call call)
                || call.form() != Scalar.CallForm.OPERATOR
                || call.args().size() != 2) {
            return null;
        }
        boolean less = call.name().equals("<") || call.name().equals("<=");
        boolean greater = call.name().equals(">") || call.name().equals(">=");
        if (!less && !greater) {
            return null;
        }
        Ordering left = of(call.args().get(0));
        if (left != null) {
            return bound(left, condition, call.args().get(1), less);
        }
        Ordering right = of(call.args().get(1));
        return right == null ? null : bound(right, condition, call.args().get(0), greater);
    }

    private static @Nullable Bound bound(Ordering ordering, Scalar condition, Scalar value, boolean less) {
        double factor = 1 / ordering.factor();
        double offset = -ordering.offset() * factor;
        boolean known = factor != 0 && !Double.isNaN(factor) && !Double.isNaN(offset) && !Double.isInfinite(offset);
        return known && less == ordering.ascending() && value.type() == Types.FLOAT8
                ? new Bound(ordering, condition, new PhysicalPlan.Radius(value, factor, offset))
                : null;
    }

    /// The distance a vector index orders by.
    static @Nullable Distance ofIndex(IndexDef index) {
        String opclass = index.keys().getFirst().operatorClass();
        return opclass == null ? null : VectorClasses.distance(opclass);
    }
}
