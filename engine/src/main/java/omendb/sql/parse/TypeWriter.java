package omendb.sql.parse;

import java.util.List;
import omendb.sql.ast.Expr;
import omendb.sql.ast.TypeName;

/// Writes type names as format_type does.
final class TypeWriter {
    private TypeWriter() {}

    static String write(TypeName type) {
        StringBuilder text = new StringBuilder();
        if (type.setOf()) {
            text.append("SETOF ");
        }
        boolean system = type.names().size() == 2 && type.names().getFirst().equals("pg_catalog");
        text.append(system ? systemType(type.name(), type.modifiers()) : otherType(type));
        if (type.percentType()) {
            text.append("%TYPE");
        }
        for (int bound : type.arrayBounds()) {
            text.append('[').append(bound < 0 ? "" : Integer.toString(bound)).append(']');
        }
        return text.toString();
    }

    private static String otherType(TypeName type) {
        StringBuilder text = new StringBuilder();
        for (String part : type.names()) {
            text.append(text.isEmpty() ? "" : ".").append(Deparser.identifier(part));
        }
        return text + modifiers(type.modifiers());
    }

    private static String modifiers(List<Expr> modifiers) {
        if (modifiers.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("(");
        for (Expr modifier : modifiers) {
            text.append(text.length() > 1 ? "," : "").append(Deparser.expression(modifier));
        }
        return text.append(')').toString();
    }

    private static String systemType(String name, List<Expr> modifiers) {
        String suffix = modifiers(modifiers);
        return switch (name) {
            case "bool" -> "boolean" + suffix;
            case "int2" -> "smallint" + suffix;
            case "int4" -> "integer" + suffix;
            case "int8" -> "bigint" + suffix;
            case "float4" -> "real" + suffix;
            case "float8" -> "double precision" + suffix;
            case "varchar" -> "character varying" + suffix;
            case "bpchar" -> modifiers.isEmpty() ? "bpchar" : "character" + suffix;
            case "bit" -> modifiers.isEmpty() ? "\"bit\"" : "bit" + suffix;
            case "varbit" -> "bit varying" + suffix;
            case "time", "timestamp" -> name + suffix + " without time zone";
            case "timetz" -> "time" + suffix + " with time zone";
            case "timestamptz" -> "timestamp" + suffix + " with time zone";
            case "interval" -> interval(modifiers);
            case "char" -> "\"char\"";
            case "numeric" -> "numeric" + suffix;
            default -> "pg_catalog." + Deparser.identifier(name) + suffix;
        };
    }

    private static String interval(List<Expr> modifiers) {
        if (modifiers.isEmpty() || !(modifiers.getFirst() instanceof Expr.Literal mask)) {
            return "interval" + modifiers(modifiers);
        }
        String precision = modifiers.size() > 1 ? "(" + Deparser.expression(modifiers.get(1)) + ")" : "";
        String fields = intervalFields(Integer.parseInt(mask.value()));
        return "interval" + (fields.isEmpty() ? "" : " " + fields) + precision;
    }

    /// Fields of PostgreSQL's mask; empty for all.
    static String intervalFields(int mask) {
        String[] names = {"year", "month", "day", "hour", "minute", "second"};
        int[] bits = {1 << 2, 1 << 1, 1 << 3, 1 << 10, 1 << 11, 1 << 12};
        String first = "";
        String last = "";
        for (int i = 0; i < bits.length; i++) {
            if ((mask & bits[i]) != 0) {
                first = first.isEmpty() ? names[i] : first;
                last = names[i];
            }
        }
        if (mask == 0x7FFF) {
            return "";
        }
        return first.equals(last) ? first : first + " to " + last;
    }
}
