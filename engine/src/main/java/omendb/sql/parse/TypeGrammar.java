package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import omendb.sql.ast.Expr;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// Type names: `[SETOF] type [(modifiers)] [ARRAY] [[n]]...`.
final class TypeGrammar {
    /// INTERVAL_FULL_RANGE of PostgreSQL.
    private static final int FULL_RANGE = 0x7FFF;

    private static final int YEAR = 1 << 2;
    private static final int MONTH = 1 << 1;
    private static final int DAY = 1 << 3;
    private static final int HOUR = 1 << 10;
    private static final int MINUTE = 1 << 11;
    private static final int SECOND = 1 << 12;

    private final Grammar grammar;
    private final TokenCursor cursor;

    TypeGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    /// Any type.
    TypeName type() {
        int position = cursor.position();
        boolean setOf = cursor.accept("setof");
        TypeName simple = simple();
        List<Integer> bounds = arrayBounds();
        return new TypeName(simple.names(), simple.modifiers(), bounds, setOf, simple.percentType(), position);
    }

    /// A type of a function's parameter or result, which may be `table.column%TYPE`.
    TypeName routineType() {
        int start = cursor.index();
        int position = cursor.position();
        boolean setOf = cursor.accept("setof");
        if (cursor.atColumnName() && cursor.atSymbol(1, ".")) {
            List<String> names = cursor.qualifiedName().parts();
            if (cursor.atOperator("%") && cursor.at(1, "type")) {
                cursor.next();
                cursor.next();
                return new TypeName(names, List.of(), List.of(), setOf, true, position);
            }
        }
        cursor.rewind(start);
        return type();
    }

    private List<Integer> arrayBounds() {
        List<Integer> bounds = new ArrayList<>();
        if (cursor.accept("array")) {
            if (cursor.acceptSymbol("[")) {
                bounds.add(cursor.integer());
                cursor.expectSymbol("]");
            } else {
                bounds.add(-1);
            }
            return List.copyOf(bounds);
        }
        while (cursor.acceptSymbol("[")) {
            if (cursor.acceptSymbol("]")) {
                bounds.add(-1);
            } else {
                bounds.add(cursor.integer());
                cursor.expectSymbol("]");
            }
        }
        return List.copyOf(bounds);
    }

    private TypeName simple() {
        TypeName keyword = keywordType(true);
        return keyword != null ? keyword : generic();
    }

    private TypeName generic() {
        int position = cursor.position();
        if (!cursor.atFunctionName()) {
            throw cursor.syntaxError();
        }
        List<String> names = new ArrayList<>(2);
        names.add(cursor.next());
        while (cursor.acceptSymbol(".")) {
            names.add(cursor.label());
        }
        return named(List.copyOf(names), modifiers(), position);
    }

    /// `(expr, ...)` if there is a parenthesis.
    private List<Expr> modifiers() {
        if (!cursor.acceptSymbol("(")) {
            return List.of();
        }
        List<Expr> modifiers = grammar.expressions.list();
        cursor.expectSymbol(")");
        return modifiers;
    }

    /// A type that is a keyword; null (and nothing taken) if there is none.
    ///
    /// @param withModifiers in `type 'text'` and casts alike; a caller that may not see a parenthesis says false
    @Nullable
    TypeName keywordType(boolean withModifiers) {
        if (cursor.kind() != TokenKind.WORD) {
            return null;
        }
        int position = cursor.position();
        return switch (cursor.value()) {
            case "int", "integer" -> plain("int4");
            case "smallint" -> plain("int2");
            case "bigint" -> plain("int8");
            case "real" -> plain("float4");
            case "boolean" -> plain("bool");
            case "float" -> floatType(position);
            case "double" -> {
                if (!cursor.at(1, "precision")) {
                    yield null;
                }
                cursor.next();
                yield plain("float8");
            }
            case "decimal", "dec", "numeric" -> {
                cursor.next();
                yield system("numeric", withModifiers ? modifiers() : List.of(), position);
            }
            case "bit" -> bit(position, withModifiers);
            case "character", "char", "nchar", "national", "varchar" -> character(position, withModifiers);
            case "timestamp", "time" -> dateTime(position);
            case "interval" -> {
                cursor.next();
                yield interval(position);
            }
            default -> null;
        };
    }

    private TypeName plain(String name) {
        int position = cursor.position();
        cursor.next();
        return system(name, List.of(), position);
    }

    private TypeName floatType(int position) {
        cursor.next();
        if (!cursor.acceptSymbol("(")) {
            return system("float8", List.of(), position);
        }
        int at = cursor.position();
        int bits = cursor.integer();
        cursor.expectSymbol(")");
        if (bits < 1) {
            throw cursor.errorAt("precision for type float must be at least 1 bit", at);
        }
        if (bits > 53) {
            throw cursor.errorAt("precision for type float must be less than 54 bits", at);
        }
        return system(bits <= 24 ? "float4" : "float8", List.of(), position);
    }

    private TypeName bit(int position, boolean withModifiers) {
        cursor.next();
        boolean varying = cursor.accept("varying");
        List<Expr> modifiers = withModifiers ? modifiers() : List.of();
        if (!varying && modifiers.isEmpty()) {
            modifiers = List.of(constant(1));
        }
        return system(varying ? "varbit" : "bit", modifiers, position);
    }

    private TypeName character(int position, boolean withModifiers) {
        String word = cursor.next();
        if (word.equals("national")) {
            cursor.expectAny("character", "char");
        }
        boolean varying = word.equals("varchar") || cursor.accept("varying");
        List<Expr> modifiers = List.of();
        if (withModifiers && cursor.acceptSymbol("(")) {
            modifiers = List.of(constant(cursor.integer()));
            cursor.expectSymbol(")");
        } else if (!varying) {
            modifiers = List.of(constant(1));
        }
        return system(varying ? "varchar" : "bpchar", modifiers, position);
    }

    private TypeName dateTime(int position) {
        String name = cursor.next();
        List<Expr> modifiers = List.of();
        if (cursor.acceptSymbol("(")) {
            modifiers = List.of(constant(cursor.integer()));
            cursor.expectSymbol(")");
        }
        if (cursor.accept("with", "time", "zone")) {
            name += "tz";
        } else {
            cursor.accept("without", "time", "zone");
        }
        return system(name, modifiers, position);
    }

    /// Behind INTERVAL: `(precision)` or fields.
    private TypeName interval(int position) {
        if (cursor.acceptSymbol("(")) {
            int precision = cursor.integer();
            cursor.expectSymbol(")");
            return system("interval", List.of(constant(FULL_RANGE), constant(precision)), position);
        }
        return system("interval", intervalFields(), position);
    }

    /// `YEAR TO MONTH`, `SECOND(3)`, ... as modifiers; empty if there are none.
    List<Expr> intervalFields() {
        String first = cursor.acceptAny("year", "month", "day", "hour", "minute", "second");
        if (first == null) {
            return List.of();
        }
        int mask = field(first);
        String last = first;
        if (!first.equals("month") && !first.equals("second") && cursor.accept("to")) {
            last = switch (first) {
                case "year" -> cursor.expectAny("month");
                case "day" -> cursor.expectAny("hour", "minute", "second");
                case "hour" -> cursor.expectAny("minute", "second");
                default -> cursor.expectAny("second");
            };
            mask = range(first, last);
        }
        if (last.equals("second") && cursor.acceptSymbol("(")) {
            int precision = cursor.integer();
            cursor.expectSymbol(")");
            return List.of(constant(mask), constant(precision));
        }
        return List.of(constant(mask));
    }

    private static int range(String first, String last) {
        String[] order = {"year", "month", "day", "hour", "minute", "second"};
        int mask = 0;
        boolean inside = false;
        for (String name : order) {
            inside |= name.equals(first);
            if (inside) {
                mask |= field(name);
            }
            if (name.equals(last)) {
                break;
            }
        }
        return mask;
    }

    private static int field(String name) {
        return switch (name) {
            case "year" -> YEAR;
            case "month" -> MONTH;
            case "day" -> DAY;
            case "hour" -> HOUR;
            case "minute" -> MINUTE;
            default -> SECOND;
        };
    }

    static Expr constant(int value) {
        return new Expr.Literal(Expr.LiteralKind.INTEGER, Integer.toString(value), 0);
    }

    private static TypeName system(String name, List<Expr> modifiers, int position) {
        return named(List.of("pg_catalog", name), modifiers, position);
    }

    static TypeName named(List<String> names, List<Expr> modifiers, int position) {
        return new TypeName(names, modifiers, List.of(), false, false, position);
    }
}
