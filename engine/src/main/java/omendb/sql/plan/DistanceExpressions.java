package omendb.sql.plan;

import java.util.Map;
import omendb.ann.Distance;
import omendb.engine.catalog.IndexDef;
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
            Map.entry("<#>", Distance.INNER_PRODUCT),
            Map.entry("vector_negative_inner_product", Distance.INNER_PRODUCT),
            Map.entry("<=>", Distance.COSINE),
            Map.entry("cosine_distance", Distance.COSINE),
            Map.entry("<+>", Distance.L1),
            Map.entry("l1_distance", Distance.L1));

    private DistanceExpressions() {}

    /// A distance between two vectors.
    ///
    /// @param ascending whether the expression grows with it
    record Ordering(Scalar.Call call, Distance distance, boolean ascending) {}

    /// What the expression orders by, or null.
    static @Nullable Ordering of(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Relabel relabel -> of(relabel.operand());
            case Scalar.Call call -> ofCall(call);
            default -> null;
        };
    }

    private static @Nullable Ordering ofCall(Scalar.Call call) {
        if (call.args().size() == 2 && call.args().getFirst().type() == Types.VECTOR) {
            Distance distance = BY_NAME.get(call.name());
            if (distance != null) {
                return new Ordering(call, distance, true);
            }
            return call.name().equals("inner_product") ? new Ordering(call, Distance.INNER_PRODUCT, false) : null;
        }
        if (call.form() != Scalar.CallForm.FUNCTION && call.args().size() == 1) {
            Ordering inner = of(call.args().getFirst());
            if (inner == null) {
                return null;
            }
            if (call.name().equals("-")) {
                return flip(inner);
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
        if (inLeft != null && right instanceof Scalar.Constant constant) {
            return switch (call.name()) {
                case "+", "-" -> inLeft;
                case "*", "/" -> scaled(inLeft, constant);
                default -> null;
            };
        }
        if (inRight != null && left instanceof Scalar.Constant constant) {
            return switch (call.name()) {
                case "+" -> inRight;
                case "-" -> flip(inRight);
                case "*" -> scaled(inRight, constant);
                default -> null;
            };
        }
        return null;
    }

    private static @Nullable Ordering scaled(Ordering ordering, Scalar.Constant factor) {
        if (factor.isNull() || factor.type() != Types.FLOAT8) {
            return null;
        }
        double value = factor.value().asDouble();
        return value > 0 ? ordering : value < 0 ? flip(ordering) : null;
    }

    private static Ordering flip(Ordering ordering) {
        return new Ordering(ordering.call(), ordering.distance(), !ordering.ascending());
    }

    /// The distance an hnsw index orders by.
    static @Nullable Distance ofIndex(IndexDef index) {
        String opclass = index.keys().getFirst().operatorClass();
        return switch (opclass == null ? "vector_l2_ops" : opclass) {
            case "vector_l2_ops" -> Distance.L2;
            case "vector_ip_ops" -> Distance.INNER_PRODUCT;
            case "vector_cosine_ops" -> Distance.COSINE;
            case "vector_l1_ops" -> Distance.L1;
            default -> null;
        };
    }
}
