package omendb.sql.function;

import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueOrders;

/// `= <> < <= > >=` and the btree support functions of every ordered type.
final class Comparisons {
    private Comparisons() {}

    static void register(Registrar r) {
        longs(r, "bool", "bool", "bool");
        longs(r, "int2", "int2", "int2");
        longs(r, "int4", "int4", "int4");
        longs(r, "int8", "int8", "int8");
        longs(r, "int24", "int2", "int4");
        longs(r, "int42", "int4", "int2");
        longs(r, "int28", "int2", "int8");
        longs(r, "int82", "int8", "int2");
        longs(r, "int48", "int4", "int8");
        longs(r, "int84", "int8", "int4");
        longs(r, "oid", "oid", "oid");
        longs(r, "char", "char", "char");
        longs(r, "date_", "date", "date");
        longs(r, "time_", "time", "time");
        longs(r, "timestamp_", "timestamp", "timestamp");
        longs(r, "timestamptz_", "timestamptz", "timestamptz");
        r.operator("=", r.immutable("xideq(xid, xid) bool", Comparisons.equal()));
        doubles(r, "float4", "float4", "float4");
        doubles(r, "float8", "float8", "float8");
        doubles(r, "float48", "float4", "float8");
        doubles(r, "float84", "float8", "float4");
        ordered(r, "text", "text_", Types.TEXT, "texteq", "textne");
        ordered(r, "bpchar", "bpchar", Types.BPCHAR, "bpchareq", "bpcharne");
        ordered(r, "name", "name", Types.NAME, "nameeq", "namene");
        ordered(r, "bytea", "bytea", Types.BYTEA, "byteaeq", "byteane");
        ordered(r, "uuid", "uuid_", Types.UUID, "uuid_eq", "uuid_ne");
        ordered(r, "numeric", "numeric_", Types.NUMERIC, "numeric_eq", "numeric_ne");
        ordered(r, "interval", "interval_", Types.INTERVAL, "interval_eq", "interval_ne");
        ordered(r, "timetz", "timetz_", Types.TIMETZ, "timetz_eq", "timetz_ne");
        ordered(r, "jsonb", "jsonb_", Types.JSONB, "jsonb_eq", "jsonb_ne");
        ordered(r, "anyarray", "array_", Types.ANYARRAY, "array_eq", "array_ne");
        ordered(r, "record", "record_", Types.RECORD, "record_eq", "record_ne");
        ordered(r, "oidvector", "oidvector", Types.OIDVECTOR, "oidvectoreq", "oidvectorne");
        // name with text, as PostgreSQL has it for catalog columns
        r.operator("=", r.immutable("nameeqtext(name, text) bool", Rows.equal(Types.TEXT, true)));
        r.operator("<>", r.immutable("namenetext(name, text) bool", Rows.equal(Types.TEXT, false)));
        r.operator("=", r.immutable("texteqname(text, name) bool", Rows.equal(Types.TEXT, true)));
        r.operator("<>", r.immutable("textnename(text, name) bool", Rows.equal(Types.TEXT, false)));
    }

    private static void longs(Registrar r, String prefix, String left, String right) {
        String args = "(" + left + ", " + right + ") bool";
        r.operator("=", r.immutable(prefix + "eq" + args, equal()));
        r.operator("<>", r.immutable(prefix + "ne" + args, notEqual()));
        r.operator("<", r.immutable(prefix + "lt" + args, less()));
        r.operator("<=", r.immutable(prefix + "le" + args, lessOrEqual()));
        r.operator(">", r.immutable(prefix + "gt" + args, greater()));
        r.operator(">=", r.immutable(prefix + "ge" + args, greaterOrEqual()));
    }

    private static void doubles(Registrar r, String prefix, String left, String right) {
        String args = "(" + left + ", " + right + ") bool";
        r.operator(
                "=",
                r.immutable(prefix + "eq" + args, doubles((a, b) -> a == b || (Double.isNaN(a) && Double.isNaN(b)))));
        r.operator(
                "<>",
                r.immutable(prefix + "ne" + args, doubles((a, b) -> a != b && !(Double.isNaN(a) && Double.isNaN(b)))));
        r.operator("<", r.immutable(prefix + "lt" + args, doubles((a, b) -> ValueOrders.compareDoubles(a, b) < 0)));
        r.operator("<=", r.immutable(prefix + "le" + args, doubles((a, b) -> ValueOrders.compareDoubles(a, b) <= 0)));
        r.operator(">", r.immutable(prefix + "gt" + args, doubles((a, b) -> ValueOrders.compareDoubles(a, b) > 0)));
        r.operator(">=", r.immutable(prefix + "ge" + args, doubles((a, b) -> ValueOrders.compareDoubles(a, b) >= 0)));
    }

    /// By the order of the type; polymorphic types take the order of the actual argument.
    static void ordered(Registrar r, String typeName, String prefix, SqlType type, String equal, String notEqual) {
        String args = "(" + typeName + ", " + typeName + ") bool";
        r.operator("=", r.immutable(equal + args, equality(type, true)));
        r.operator("<>", r.immutable(notEqual + args, equality(type, false)));
        r.operator("<", r.immutable(prefix + "lt" + args, comparison(type, order -> order < 0)));
        r.operator("<=", r.immutable(prefix + "le" + args, comparison(type, order -> order <= 0)));
        r.operator(">", r.immutable(prefix + "gt" + args, comparison(type, order -> order > 0)));
        r.operator(">=", r.immutable(prefix + "ge" + args, comparison(type, order -> order >= 0)));
    }

    private static StrictBody equality(SqlType type, boolean wanted) {
        return type == Types.ANYARRAY
                ? Rows.strict((context, args, row, out) ->
                        out.setBoolean(row, args[0].type().equal(args[0], row, args[1], row) == wanted))
                : Rows.equal(type, wanted);
    }

    private static StrictBody comparison(SqlType type, java.util.function.IntPredicate outcome) {
        return type == Types.ANYARRAY
                ? Rows.strict((context, args, row, out) ->
                        out.setBoolean(row, outcome.test(args[0].type().compare(args[0], row, args[1], row))))
                : Rows.compare(type, outcome);
    }

    // One loop per comparison: a loop shared through a lambda would cost a virtual call a row.

    static StrictBody equal() {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    Lanes.put(o, i, Lanes.laneAt(a, i) == Lanes.laneAt(b, i) ? 1L : 0L);
                }
            }
        };
    }

    private static StrictBody notEqual() {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    Lanes.put(o, i, Lanes.laneAt(a, i) != Lanes.laneAt(b, i) ? 1L : 0L);
                }
            }
        };
    }

    private static StrictBody less() {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    Lanes.put(o, i, Lanes.laneAt(a, i) < Lanes.laneAt(b, i) ? 1L : 0L);
                }
            }
        };
    }

    private static StrictBody lessOrEqual() {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    Lanes.put(o, i, Lanes.laneAt(a, i) <= Lanes.laneAt(b, i) ? 1L : 0L);
                }
            }
        };
    }

    private static StrictBody greater() {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    Lanes.put(o, i, Lanes.laneAt(a, i) > Lanes.laneAt(b, i) ? 1L : 0L);
                }
            }
        };
    }

    private static StrictBody greaterOrEqual() {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    Lanes.put(o, i, Lanes.laneAt(a, i) >= Lanes.laneAt(b, i) ? 1L : 0L);
                }
            }
        };
    }

    private static StrictBody doubles(Lanes.DoubleTest test) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    Lanes.put(o, i, test.test(Lanes.doubleAt(a, i), Lanes.doubleAt(b, i)) ? 1L : 0L);
                }
            }
        };
    }
}
