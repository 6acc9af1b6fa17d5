package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An expression.
public sealed interface Expr {

    /// Character of the statement text, counted from 1; 0 = none.
    int position();

    /// Where the text of the whole begins: errors about an expression's type point there.
    default int start() {
        return switch (this) {
            case Binary binary -> binary.left().start();
            case QuantifiedArray quantified -> quantified.left().start();
            case QuantifiedSubquery quantified -> quantified.left().start();
            case And and -> and.args().getFirst().start();
            case Or or -> or.args().getFirst().start();
            case NullTest test -> test.operand().start();
            case BooleanTest test -> test.operand().start();
            case DistinctFrom distinct -> distinct.left().start();
            case Between between -> between.operand().start();
            case InList in -> in.operand().start();
            case InSubquery in -> in.operand().start();
            case Subscript subscript -> subscript.base().start();
            case Collate collate -> collate.operand().start();
            case Cast cast -> Math.min(cast.position(), cast.operand().start());
            default -> position();
        };
    }

    /// What a literal is before its context gives it a type.
    enum LiteralKind {
        NULL,
        /// `true` or `false`.
        BOOLEAN,
        /// Digits only, decimal, any length: int4 if it fits, else int8, else numeric. Binary, octal and
        /// hexadecimal
        /// forms arrive in decimal.
        INTEGER,
        /// With a point or an exponent: numeric.
        NUMERIC,
        /// Quoted, of type unknown.
        STRING,
        /// `B'101'`: value holds the bits.
        BIT,
        /// `X'1F'`: value holds the hexadecimal digits as written; four bits each.
        HEX_BIT
    }

    /// A constant.
    ///
    /// @param value text after escapes; `true`/`false` for booleans, empty for NULL
    record Literal(LiteralKind kind, String value, int position) implements Expr {
        @Override
        public String toString() {
            return kind + ":" + value;
        }

        /// A number with the other sign; there is no negative zero among integers.
        public static String negated(String number) {
            if (number.startsWith("-")) {
                return number.substring(1);
            }
            return number.equals("0") ? number : "-" + number;
        }
    }

    /// `$number`.
    record Parameter(int number, int position) implements Expr {}

    /// `column`, `table.column`, `schema.table.column`, `catalog.schema.table.column`.
    record ColumnRef(List<String> names, int position) implements Expr {
        /// The last part.
        public String name() {
            return names.getLast();
        }
    }

    /// `*` or `qualifier.*`, in select lists, RETURNING and row constructors.
    record Star(List<String> qualifier, int position) implements Expr {}

    /// `left operator right`; LIKE is `~~`, ILIKE `~~*`, their negations `!~~` and `!~~*`, SIMILAR TO `~` over
    /// `similar_to_escape`.
    /// With rows on both sides it is a row comparison.
    record Binary(OperatorName operator, Expr left, Expr right, int position) implements Expr {}

    /// `operator operand`. A minus before a numeric constant is folded into the constant.
    record Unary(OperatorName operator, Expr operand, int position) implements Expr {}

    /// `left operator ANY|ALL (array)`.
    record QuantifiedArray(Expr left, OperatorName operator, boolean all, Expr array, int position) implements Expr {}

    /// `left operator ANY|ALL (query)`. `x IN (query)` is [InSubquery].
    record QuantifiedSubquery(Expr left, OperatorName operator, boolean all, Query query, int position)
            implements Expr {}

    /// `a AND b AND c`, flat; at least two arguments.
    record And(List<Expr> args, int position) implements Expr {}

    /// `a OR b OR c`, flat; at least two arguments.
    record Or(List<Expr> args, int position) implements Expr {}

    /// `NOT operand`.
    record Not(Expr operand, int position) implements Expr {}

    /// `operand IS [NOT] NULL` (also ISNULL, NOTNULL).
    record NullTest(Expr operand, boolean negated, int position) implements Expr {}

    /// `operand IS [NOT] TRUE|FALSE|UNKNOWN`.
    record BooleanTest(Expr operand, Truth truth, boolean negated, int position) implements Expr {}

    /// What a [BooleanTest] asks for.
    enum Truth {
        TRUE,
        FALSE,
        UNKNOWN
    }

    /// `left IS [NOT] DISTINCT FROM right`; `negated` = NOT DISTINCT.
    record DistinctFrom(Expr left, Expr right, boolean negated, int position) implements Expr {}

    /// `operand [NOT] BETWEEN [SYMMETRIC] low AND high`.
    record Between(Expr operand, Expr low, Expr high, boolean negated, boolean symmetric, int position)
            implements Expr {}

    /// `operand [NOT] IN (items)`.
    record InList(Expr operand, List<Expr> items, boolean negated, int position) implements Expr {}

    /// `operand [NOT] IN (query)`; the operand may be a [Row].
    record InSubquery(Expr operand, Query query, boolean negated, int position) implements Expr {}

    /// `EXISTS (query)`.
    record Exists(Query query, int position) implements Expr {}

    /// `(query)` as a value.
    record ScalarSubquery(Query query, int position) implements Expr {}

    /// `ARRAY(query)`.
    record ArraySubquery(Query query, int position) implements Expr {}

    /// `ARRAY[...]`; inner brackets of a nested constructor are [ArrayConstructor]s too.
    record ArrayConstructor(List<Expr> elements, int position) implements Expr {}

    /// `base[i][j:k]`: all consecutive subscripts of one base. If any is a slice, the whole is a slice.
    record Subscript(Expr base, List<Index> indexes, int position) implements Expr {}

    /// One subscript: `[upper]`, or, if `slice`, `[lower:upper]` with either bound left out (null).
    record Index(@Nullable Expr lower, @Nullable Expr upper, boolean slice) {}

    /// `(base).field`.
    record FieldSelection(Expr base, String field, int position) implements Expr {}

    /// `(base).*`.
    record FieldStar(Expr base, int position) implements Expr {}

    /// `ROW(...)` (`explicit`) or `(a, b, ...)`.
    record Row(List<Expr> elements, boolean explicit, int position) implements Expr {}

    /// A call of a function, aggregate or window function.
    ///
    /// @param star     `count(*)`
    /// @param distinct `f(DISTINCT ...)`
    /// @param variadic the last argument is marked VARIADIC
    /// @param orderBy  of `f(x ORDER BY y)` or, if `withinGroup`, of `WITHIN GROUP (ORDER BY y)`
    /// @param filter   `FILTER (WHERE ...)` or null
    /// @param over     `OVER ...` or null
    /// @param syntax   how it was written; the name and arguments are those of the function in every case
    record FunctionCall(
            QualifiedName name,
            List<Expr> args,
            boolean star,
            boolean distinct,
            boolean variadic,
            List<SortItem> orderBy,
            boolean withinGroup,
            @Nullable Expr filter,
            @Nullable Window over,
            CallSyntax syntax,
            int position)
            implements Expr {

        public static FunctionCall of(QualifiedName name, List<Expr> args, CallSyntax syntax, int position) {
            return new FunctionCall(name, args, false, false, false, List.of(), false, null, null, syntax, position);
        }
    }

    /// How a [FunctionCall] was written.
    enum CallSyntax {
        /// `name(...)`
        CALL,
        /// A form of the SQL standard (`EXTRACT(f FROM x)`, `SUBSTRING(a FROM b)`, `POSITION(a IN b)`, `x AT TIME
        /// ZONE
        /// z`, `OVERLAPS`, ...);
        /// deparsed in that form, named in result columns by the function's name.
        SQL
    }

    /// `name => value` among call arguments.
    record NamedArgument(String name, Expr value, int position) implements Expr {}

    /// `CAST(operand AS type)`, `operand::type`, and `type 'text'` (a cast of a string literal).
    record Cast(Expr operand, TypeName type, int position) implements Expr {}

    /// `CASE [operand] WHEN ... THEN ... [ELSE otherwise] END`.
    record Case(
            @Nullable Expr operand,
            List<When> whens,
            @Nullable Expr otherwise,
            int position) implements Expr {}

    /// One branch of [Case].
    record When(Expr condition, Expr result, int position) {}

    /// `COALESCE(...)`.
    record Coalesce(List<Expr> args, int position) implements Expr {}

    /// `NULLIF(left, right)`.
    record NullIf(Expr left, Expr right, int position) implements Expr {}

    /// `GREATEST(...)` or `LEAST(...)`.
    record MinMax(boolean greatest, List<Expr> args, int position) implements Expr {}

    /// `GROUPING(...)`.
    record Grouping(List<Expr> args, int position) implements Expr {}

    /// `operand COLLATE name`.
    record Collate(Expr operand, QualifiedName collation, int position) implements Expr {}

    /// A value that SQL spells without parentheses: `CURRENT_DATE`, `LOCALTIMESTAMP(3)`, `USER`, ...
    ///
    /// @param precision -1 when not given
    record SqlValue(SqlValueKind kind, int precision, int position) implements Expr {}

    /// Kinds of [SqlValue]; the name in lower case is the result column's name (USER is an alias of CURRENT_USER
    /// named
    /// `user`).
    enum SqlValueKind {
        CURRENT_DATE,
        CURRENT_TIME,
        CURRENT_TIMESTAMP,
        LOCALTIME,
        LOCALTIMESTAMP,
        CURRENT_ROLE,
        CURRENT_USER,
        USER,
        SESSION_USER,
        SYSTEM_USER,
        CURRENT_CATALOG,
        CURRENT_SCHEMA
    }

    /// `DEFAULT` as a value, in INSERT ... VALUES and UPDATE ... SET.
    record Default(int position) implements Expr {}

    /// `WHERE CURRENT OF cursor`.
    record CurrentOf(String cursor, int position) implements Expr {}

    /// `operand IS [NOT] JSON [VALUE|ARRAY|OBJECT|SCALAR] [WITH UNIQUE KEYS]`.
    record JsonTest(Expr operand, JsonKind kind, boolean uniqueKeys, boolean negated, int position) implements Expr {}

    /// What a [JsonTest] asks for.
    enum JsonKind {
        VALUE,
        ARRAY,
        OBJECT,
        SCALAR
    }

    /// An SQL/JSON function with clauses of its own: `JSON_OBJECT('a': 1)`, `JSON_VALUE(x, '$.a' RETURNING int)`.
    ///
    /// @param function lower case: `json_object`, `json_array`, `json_value`, `json_query`, `json_exists`,
    ///         `json`, `json_scalar`, `json_serialize`,
    ///                 `json_objectagg`, `json_arrayagg`
    /// @param args     plain arguments, in order; key/value pairs flattened
    /// @param clauses  the clauses after the arguments as words and expressions, in order, upper case (`WITH`,
    ///         `WRAPPER`, `ON`, `EMPTY`, ...)
    /// @param returning type of the RETURNING clause or null
    record JsonFunction(
            String function,
            List<Expr> args,
            List<String> clauses,
            @Nullable TypeName returning,
            int position) implements Expr {}
}
