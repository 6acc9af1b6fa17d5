package omendb.engine.type;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// SQL spellings of type names and their modifiers.
final class TypeNames {
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("boolean", "bool"),
            Map.entry("smallint", "int2"),
            Map.entry("integer", "int4"),
            Map.entry("int", "int4"),
            Map.entry("bigint", "int8"),
            Map.entry("real", "float4"),
            Map.entry("float", "float8"),
            Map.entry("double precision", "float8"),
            Map.entry("decimal", "numeric"),
            Map.entry("dec", "numeric"),
            Map.entry("character varying", "varchar"),
            Map.entry("char varying", "varchar"),
            Map.entry("character", "bpchar"),
            Map.entry("char", "bpchar"),
            Map.entry("nchar", "bpchar"),
            Map.entry("national character", "bpchar"),
            Map.entry("\"char\"", "char"),
            Map.entry("time without time zone", "time"),
            Map.entry("time with time zone", "timetz"),
            Map.entry("timestamp without time zone", "timestamp"),
            Map.entry("timestamp with time zone", "timestamptz"),
            Map.entry("bit varying", "varbit"));

    private static final Map<String, String> DISPLAY = Map.ofEntries(
            Map.entry("bool", "boolean"),
            Map.entry("int2", "smallint"),
            Map.entry("int4", "integer"),
            Map.entry("int8", "bigint"),
            Map.entry("float4", "real"),
            Map.entry("float8", "double precision"),
            Map.entry("varchar", "character varying"),
            Map.entry("bpchar", "character"),
            Map.entry("char", "\"char\""),
            Map.entry("any", "\"any\""),
            Map.entry("varbit", "bit varying"));

    private static final int INTERVAL_FULL_RANGE = 0x7fff;

    private TypeNames() {}

    static @Nullable SqlType parse(String name) {
        if (name.endsWith("[]")) {
            String element = name.substring(0, name.length() - 2);
            while (element.endsWith("[]")) {
                element = element.substring(0, element.length() - 2);
            }
            SqlType type = parse(element.strip());
            return type == null ? null : type.arrayType();
        }
        for (String schema : new String[] {"pg_catalog", "public"}) {
            if (name.startsWith(schema + ".")) {
                String bare = unquote(name.substring(schema.length() + 1));
                SqlType type = Types.byName(bare);
                return type != null && type.schema().equals(schema) ? type : null;
            }
        }
        String alias = ALIASES.get(name);
        return Types.byName(alias != null ? alias : unquote(name));
    }

    private static String unquote(String name) {
        boolean quoted = name.length() > 2 && name.startsWith("\"") && name.endsWith("\"");
        return quoted ? name.substring(1, name.length() - 1) : name;
    }

    static String format(SqlType type, int typmod) {
        SqlType element = type.elementType();
        if (element != null && type.name().startsWith("_")) {
            return format(element, typmod) + "[]";
        }
        return switch (type.name()) {
            case "timestamp" -> "timestamp" + precision(typmod) + " without time zone";
            case "timestamptz" -> "timestamp" + precision(typmod) + " with time zone";
            case "time" -> "time" + precision(typmod) + " without time zone";
            case "timetz" -> "time" + precision(typmod) + " with time zone";
            case "interval" -> "interval" + intervalModifier(typmod);
            case "varchar" -> "character varying" + (typmod >= 4 ? "(" + (typmod - 4) + ")" : "");
            case "bpchar" -> typmod >= 4 ? "character(" + (typmod - 4) + ")" : "bpchar";
            case "numeric" -> "numeric" + numericModifier(typmod);
            default -> DISPLAY.getOrDefault(type.name(), type.name()) + precision(typmod);
        };
    }

    private static String precision(int typmod) {
        return typmod >= 0 ? "(" + typmod + ")" : "";
    }

    private static String numericModifier(int typmod) {
        return typmod < 4 ? "" : "(" + numericPrecision(typmod) + "," + numericScale(typmod) + ")";
    }

    private static String intervalModifier(int typmod) {
        if (typmod < 0) {
            return "";
        }
        String fields = IntervalFields.name((typmod >> 16) & INTERVAL_FULL_RANGE);
        int precision = typmod & 0xffff;
        return fields + (precision == 0xffff ? "" : "(" + precision + ")");
    }

    static int numericPrecision(int typmod) {
        return ((typmod - 4) >> 16) & 0xffff;
    }

    /// The scale is an 11-bit signed number.
    static int numericScale(int typmod) {
        return (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
    }

    static int typmodOf(SqlType type, List<String> modifiers) {
        if (modifiers.isEmpty()) {
            return -1;
        }
        SqlType base = type.isArray() && type.elementType() != null ? type.elementType() : type;
        List<Integer> numbers = new ArrayList<>();
        for (String modifier : modifiers) {
            try {
                numbers.add(Integer.parseInt(modifier.strip()));
            } catch (NumberFormatException e) {
                throw new UserException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "invalid input syntax for type integer: \"" + modifier.strip() + "\"",
                        e);
            }
        }
        return switch (base.name()) {
            case "varchar", "bpchar" -> lengthTypmod(base, numbers);
            case "bit", "varbit" -> lengthTypmod(base, numbers) - 4;
            case "numeric" -> numericTypmod(numbers);
            case "time", "timetz", "timestamp", "timestamptz" -> timeTypmod(base, numbers);
            case "interval" -> intervalTypmod(numbers);
            case "vector" -> dimensionsTypmod(base, numbers, 16_000);
            case "halfvec" -> dimensionsTypmod(base, numbers, 16_000);
            case "sparsevec" -> dimensionsTypmod(base, numbers, 1_000_000_000);
            default ->
                throw new UserException(
                        SqlState.SYNTAX_ERROR, "type modifier is not allowed for type \"" + base.name() + "\"");
        };
    }

    private static int lengthTypmod(SqlType type, List<Integer> numbers) {
        if (numbers.size() != 1) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "invalid type modifier");
        }
        String name = type.name().equals("bpchar") ? "char" : type.name();
        if (numbers.getFirst() < 1) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "length for type " + name + " must be at least 1");
        }
        if (numbers.getFirst() > 10_485_760) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "length for type " + name + " cannot exceed 10485760");
        }
        return numbers.getFirst() + 4;
    }

    private static int numericTypmod(List<Integer> numbers) {
        if (numbers.size() > 2) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "invalid NUMERIC type modifier");
        }
        int precision = numbers.getFirst();
        int scale = numbers.size() == 2 ? numbers.get(1) : 0;
        if (precision < 1 || precision > 1000) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "NUMERIC precision " + precision + " must be between 1 and 1000");
        }
        if (scale < -1000 || scale > 1000) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "NUMERIC scale " + scale + " must be between -1000 and 1000");
        }
        return ((precision << 16) | (scale & 0x7ff)) + 4;
    }

    private static int timeTypmod(SqlType type, List<Integer> numbers) {
        if (numbers.size() != 1) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "invalid type modifier");
        }
        if (numbers.getFirst() < 0) {
            String name = type.name().startsWith("timestamp") ? "TIMESTAMP" : "TIME";
            String zone = type.name().endsWith("tz") ? " WITH TIME ZONE" : "";
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    name + "(" + numbers.getFirst() + ")" + zone + " precision must not be negative");
        }
        return Math.min(numbers.getFirst(), 6);
    }

    /// The mask of fields, or the mask and the precision of seconds.
    private static int intervalTypmod(List<Integer> numbers) {
        int range = numbers.getFirst();
        if (numbers.size() == 1) {
            return (range << 16) | 0xffff;
        }
        int precision = numbers.getLast();
        if (precision < 0) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "INTERVAL(" + precision + ") precision must not be negative");
        }
        return (range << 16) | Math.min(precision, 6);
    }

    private static int dimensionsTypmod(SqlType type, List<Integer> numbers, int limit) {
        if (numbers.size() != 1) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "invalid type modifier");
        }
        if (numbers.getFirst() < 1) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "dimensions for type " + type.name() + " must be at least 1");
        }
        if (numbers.getFirst() > limit) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "dimensions for type " + type.name() + " cannot exceed " + limit);
        }
        return numbers.getFirst();
    }
}
