package omendb.sql.plan;

import java.util.List;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import org.jspecify.annotations.Nullable;

/// Which share of rows conditions let through: PostgreSQL's defaults where nothing better is known.
final class Selectivity {
    private static final double EQUAL = 0.005;
    private static final double RANGE = 1.0 / 3;
    private static final double MATCH = 0.05;
    private static final double CONTAINED = 0.01;
    private static final double OTHER = 0.25;

    private Selectivity() {}

    static double of(List<Scalar> conditions, @Nullable TableDef table, List<IndexDef> indexes, double rows) {
        double share = 1;
        for (Scalar condition : conditions) {
            share *= of(condition, table, indexes, rows);
        }
        return share;
    }

    static double of(Scalar condition, @Nullable TableDef table, List<IndexDef> indexes, double rows) {
        return switch (condition) {
            case Scalar.Constant constant ->
                !constant.isNull() && constant.value().asBoolean() ? 1 : 0;
            case Scalar.And(var args) -> of(args, table, indexes, rows);
            case Scalar.Or(var args) -> {
                double none = 1;
                for (Scalar arg : args) {
                    none *= 1 - of(arg, table, indexes, rows);
                }
                yield 1 - none;
            }
            case Scalar.Not(var operand) -> 1 - of(operand, table, indexes, rows);
            case Scalar.IsNull test -> test.negated() ? 1 - EQUAL : EQUAL;
            case Scalar.AnyArray any ->
                any.all() ? OTHER : Math.min(1, members(any.array()) * equality(any.left(), table, indexes, rows));
            case Scalar.Call call -> ofCall(call, table, indexes, rows);
            case Scalar.Column _ -> 0.5;
            default -> OTHER;
        };
    }

    private static double members(Scalar array) {
        return array instanceof Scalar.ArrayOf list ? list.elements().size() : 10;
    }

    private static double ofCall(Scalar.Call call, @Nullable TableDef table, List<IndexDef> indexes, double rows) {
        return switch (call.name()) {
            case "=" -> {
                Scalar left = call.args().getFirst();
                yield Math.min(
                        equality(left, table, indexes, rows),
                        equality(call.args().getLast(), table, indexes, rows));
            }
            case "<>" -> 1 - EQUAL;
            case "@@", "@>", "&&", "?", "?|", "?&", "@?" -> CONTAINED;
            case "<", "<=", ">", ">=" -> RANGE;
            case "~~", "~~*", "~", "~*" -> MATCH;
            default -> OTHER;
        };
    }

    /// One row in all if the column alone is unique, else the default.
    private static double equality(Scalar side, @Nullable TableDef table, List<IndexDef> indexes, double rows) {
        Field field = AccessPaths.column(side);
        if (table != null && field != null) {
            for (IndexDef index : indexes) {
                if (index.unique()
                        && !index.isPartial()
                        && index.keys().size() == 1
                        && index.keys().getFirst().attnum() == field.columnNumber()
                        && field.tableOid() == table.oid()) {
                    return 1 / Math.max(rows, 1);
                }
            }
        }
        return EQUAL;
    }
}
