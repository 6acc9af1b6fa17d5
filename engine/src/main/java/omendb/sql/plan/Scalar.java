package omendb.sql.plan;

import java.util.List;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.WindowFunction;
import org.jspecify.annotations.Nullable;

/// A bound scalar expression: every function is chosen, every coercion is a node of its own.
///
/// Records compare by value, so equal expressions (of a GROUP BY and a select list, of a query and an index)
/// are found
/// by `equals`.
public sealed interface Scalar {
    SqlType type();

    /// The type modifier the value is known to satisfy; -1 = none.
    default int typmod() {
        return -1;
    }

    /// A value known at planning.
    record Constant(SqlType type, int typmod, Datum value) implements Scalar {
        public static Constant ofNull(SqlType type) {
            return new Constant(type, -1, Datum.NULL);
        }

        public static Constant ofBoolean(boolean value) {
            return new Constant(Types.BOOL, -1, Datum.ofBoolean(value));
        }

        public boolean isNull() {
            return value.isNull();
        }
    }

    /// `$n`, counted from 1, or a lifted literal of the same standing.
    record Parameter(int number, SqlType type) implements Scalar {}

    /// A column of the input, or, where no input has it, of an enclosing query (correlation).
    record Column(Field field) implements Scalar {
        @Override
        public SqlType type() {
            return field.type();
        }

        @Override
        public int typmod() {
            return field.typmod();
        }
    }

    /// How a call was written; EXPLAIN and pg_get_expr print it so.
    enum CallForm {
        FUNCTION,
        OPERATOR,
        IMPLICIT_CAST,
        EXPLICIT_CAST
    }

    /// A function call; operators and casts with functions are calls as well.
    ///
    /// @param name how it was written: the operator sign or the function's name
    /// @param args one per declared argument; a VARIADIC tail is packed into an array
    record Call(FunctionDef function, String name, CallForm form, List<Scalar> args, SqlType type, int typmod)
            implements Scalar {
        public Call {
            args = List.copyOf(args);
        }
    }

    /// The same bytes under another type (binary-coercible cast), or another typmod that needs no check.
    record Relabel(Scalar operand, SqlType type, int typmod, boolean explicit) implements Scalar {}

    /// A cast through the text form: output function of one type, input function of the other.
    record CoerceViaText(Scalar operand, SqlType type, int typmod, boolean explicit) implements Scalar {}

    /// A cast of an array, element by element; `element` is over [ElementInput].
    record ArrayCoerce(Scalar operand, Scalar element, Field elementInput, SqlType type, int typmod)
            implements Scalar {}

    record And(List<Scalar> args) implements Scalar {
        public And {
            args = List.copyOf(args);
        }

        @Override
        public SqlType type() {
            return Types.BOOL;
        }
    }

    record Or(List<Scalar> args) implements Scalar {
        public Or {
            args = List.copyOf(args);
        }

        @Override
        public SqlType type() {
            return Types.BOOL;
        }
    }

    record Not(Scalar operand) implements Scalar {
        @Override
        public SqlType type() {
            return Types.BOOL;
        }
    }

    record IsNull(Scalar operand, boolean negated) implements Scalar {
        @Override
        public SqlType type() {
            return Types.BOOL;
        }
    }

    /// `operand IS [NOT] TRUE|FALSE`; UNKNOWN is [IsNull].
    record IsBoolean(Scalar operand, boolean value, boolean negated) implements Scalar {
        @Override
        public SqlType type() {
            return Types.BOOL;
        }
    }

    /// `left IS [NOT] DISTINCT FROM right` by the equality function.
    record IsDistinct(Scalar left, Scalar right, FunctionDef equality, boolean negated) implements Scalar {
        @Override
        public SqlType type() {
            return Types.BOOL;
        }
    }

    /// Searched CASE; the simple form is bound into it.
    record Case(List<When> whens, Scalar otherwise, SqlType type) implements Scalar {
        public Case {
            whens = List.copyOf(whens);
        }
    }

    record When(Scalar condition, Scalar result) {}

    record Coalesce(List<Scalar> args, SqlType type) implements Scalar {
        public Coalesce {
            args = List.copyOf(args);
        }
    }

    /// `NULLIF(left, right)`; `left` as it came, the comparison on coerced operands.
    record NullIf(Scalar value, Scalar equal) implements Scalar {
        @Override
        public SqlType type() {
            return value.type();
        }
    }

    record MinMax(boolean greatest, List<Scalar> args, SqlType type) implements Scalar {
        public MinMax {
            args = List.copyOf(args);
        }
    }

    /// `ARRAY[...]`; if `nested`, the elements are arrays of the same type and make one more dimension.
    record ArrayOf(List<Scalar> elements, SqlType type, boolean nested) implements Scalar {
        public ArrayOf {
            elements = List.copyOf(elements);
        }
    }

    /// `base[i][j]` or slices.
    ///
    /// @param lowers for a slice, one entry per dimension; null = not given
    record Subscript(
            Scalar base, List<@Nullable Scalar> uppers, List<@Nullable Scalar> lowers, boolean slice, SqlType type)
            implements Scalar {}

    /// `base` with an element or a slice of it replaced: `SET a[2] = value`.
    ///
    /// @param uppers as in [Subscript]
    /// @param lowers as in [Subscript]
    record Assigned(
            Scalar base,
            List<@Nullable Scalar> uppers,
            List<@Nullable Scalar> lowers,
            boolean slice,
            Scalar value,
            SqlType type)
            implements Scalar {}

    /// `left op ANY|ALL (array)`; the function is applied to `left` and each element.
    record AnyArray(Scalar left, FunctionDef function, String operator, boolean all, Scalar array) implements Scalar {
        @Override
        public SqlType type() {
            return Types.BOOL;
        }
    }

    /// A composite value, or one side of a row comparison.
    record RowOf(List<Scalar> elements) implements Scalar {
        public RowOf {
            elements = List.copyOf(elements);
        }

        @Override
        public SqlType type() {
            return Types.RECORD;
        }
    }

    /// A whole row of a table as one composite value is not supported; what is: a subquery as a value.
    enum SubqueryKind {
        /// The one column of at most one row.
        SCALAR,
        EXISTS,
        /// All rows of the one column as an array.
        ARRAY,
        /// `test` holds for some row.
        ANY,
        /// `test` holds for every row.
        ALL
    }

    /// A subquery as a value. `test` (ANY, ALL) compares columns outside with the subquery's output fields.
    record Subquery(
            SubqueryKind kind, LogicalPlan plan, @Nullable Scalar test, SqlType type) implements Scalar {}

    /// A call of an aggregate; only the arguments of [LogicalPlan.Aggregate] hold it once a query is bound.
    record Aggregate(
            AggregateDef function,
            List<Scalar> args,
            boolean distinct,
            List<SortKey> orderBy,
            @Nullable Scalar filter,
            SqlType type)
            implements Scalar {
        public Aggregate {
            args = List.copyOf(args);
            orderBy = List.copyOf(orderBy);
        }
    }

    /// An aggregate in a subquery whose arguments are columns of an enclosing query alone: it belongs to that query,
    /// which puts a column in its place when it groups.
    record OuterAggregate(Aggregate aggregate) implements Scalar {
        @Override
        public SqlType type() {
            return aggregate.type();
        }
    }

    /// `GROUPING(args)`: bit i (from the last argument) is set where the argument is not grouped by.
    ///
    /// @param args   group expressions, as written; empty once grouping is bound
    /// @param groups which groups of [LogicalPlan.Aggregate] they are; empty before
    record GroupingBits(List<Scalar> args, List<Integer> groups) implements Scalar {
        public GroupingBits {
            args = List.copyOf(args);
            groups = List.copyOf(groups);
        }

        @Override
        public SqlType type() {
            return Types.INT4;
        }
    }

    /// A call over a window; only [LogicalPlan.Window] holds it once a query is bound.
    ///
    /// @param filter of an aggregate, or null
    record WindowCall(
            WindowFunction function,
            List<Scalar> args,
            @Nullable Scalar filter,
            WindowSpec window,
            SqlType type) implements Scalar {
        public WindowCall {
            args = List.copyOf(args);
        }
    }

    /// A call of a set-returning function; only [LogicalPlan.ProjectSet] and [LogicalPlan.FunctionScan] hold
    /// it in the
    /// end.
    record SetCall(FunctionDef function, List<Scalar> args, SqlType type) implements Scalar {
        public SetCall {
            args = List.copyOf(args);
        }
    }

    /// `nextval` and its kin need the session; they are ordinary calls. This is the value a DEFAULT column
    /// gets in
    /// INSERT.
    record DefaultValue(SqlType type) implements Scalar {}
}
