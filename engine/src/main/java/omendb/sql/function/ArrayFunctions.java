package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Array functions and operators. Subscripts and slices are the binder's syntax.
final class ArrayFunctions {
    private ArrayFunctions() {}

    static void register(Registrar r) {
        measures(r);
        building(r);
        searching(r);
        texts(r);
        r.operator("@>", r.immutable("arraycontains(anyarray, anyarray) bool", contains(0, 1)));
        r.operator("<@", r.immutable("arraycontained(anyarray, anyarray) bool", contains(1, 0)));
        r.operator(
                "&&",
                r.immutable(
                        "arrayoverlap(anyarray, anyarray) bool",
                        Rows.strict((context, args, row, out) -> out.setBoolean(row, overlap(args, row, out)))));
    }

    private static void measures(Registrar r) {
        dimension(r, "array_length", (array, index) -> array.length(index));
        dimension(r, "array_lower", (array, index) -> array.lowerBound(index));
        dimension(r, "array_upper", (array, index) -> array.lowerBound(index) + array.length(index) - 1);
        r.immutable(
                "cardinality(anyarray) int4",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, ArrayValue.read(args[0], row).count())));
        r.immutable("array_ndims(anyarray) int4", Rows.strict((context, args, row, out) -> {
            int dimensions = ArrayValue.read(args[0], row).dimensions();
            if (dimensions == 0) {
                out.setNull(row);
            } else {
                out.setLong(row, dimensions);
            }
        }));
        r.immutable("array_dims(anyarray) text", Rows.strict((context, args, row, out) -> {
            ArrayValue array = ArrayValue.read(args[0], row);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < array.dimensions(); i++) {
                int lower = array.lowerBound(i);
                text.append('[')
                        .append(lower)
                        .append(':')
                        .append(lower + array.length(i) - 1)
                        .append(']');
            }
            if (text.isEmpty()) {
                out.setNull(row);
            } else {
                out.setString(row, text.toString());
            }
        }));
    }

    /// A number of one dimension.
    @FunctionalInterface
    private interface Measure {
        long of(ArrayValue array, int index);
    }

    private static void dimension(Registrar r, String name, Measure measure) {
        r.immutable(name + "(anyarray, int4) int4", Rows.strict((context, args, row, out) -> {
            ArrayValue array = ArrayValue.read(args[0], row);
            long dimension = args[1].getLong(row);
            if (dimension < 1 || dimension > array.dimensions()) {
                out.setNull(row);
            } else {
                out.setLong(row, measure.of(array, (int) dimension - 1));
            }
        }));
    }

    // ---- building ----

    private static void building(Registrar r) {
        FunctionDef append = r.immutable(
                "array_append(anycompatiblearray, anycompatible) anycompatiblearray",
                Rows.lenient((context, args, row, out) -> extend(args[0], args[1], row, false, out)));
        r.operator("||", append);
        FunctionDef prepend = r.immutable(
                "array_prepend(anycompatible, anycompatiblearray) anycompatiblearray",
                Rows.lenient((context, args, row, out) -> extend(args[1], args[0], row, true, out)));
        r.operator("||", prepend);
        r.operator(
                "||",
                r.immutable(
                        "array_cat(anycompatiblearray, anycompatiblearray) anycompatiblearray",
                        Rows.lenient(ArrayFunctions::concatenate)));
        r.immutable(
                "array_remove(anycompatiblearray, anycompatible) anycompatiblearray",
                Rows.lenient((context, args, row, out) -> replace(args[0], args[1], null, row, out)));
        r.immutable(
                "array_replace(anycompatiblearray, anycompatible, anycompatible) anycompatiblearray",
                Rows.lenient((context, args, row, out) -> replace(args[0], args[1], args[2], row, out)));
        r.immutable("trim_array(anyarray, int4) anyarray", Rows.strict(ArrayFunctions::trim));
        BatchFunction fill = Rows.lenient(ArrayFunctions::fill);
        r.immutable("array_fill(anyelement, _int4) anyarray", fill);
        r.immutable("array_fill(anyelement, _int4, _int4) anyarray", fill);
    }

    private static SqlType elementType(ColumnVector array) {
        SqlType element = array.type().elementType();
        return element == null ? array.type() : element;
    }

    private static void extend(ColumnVector arrays, ColumnVector values, int row, boolean atFront, ColumnVector out) {
        ArrayBuilder builder = new ArrayBuilder(elementType(out));
        int lower = 1;
        if (!arrays.isNull(row)) {
            ArrayValue array = ArrayValue.read(arrays, row);
            if (array.dimensions() > 1) {
                throw new UserException(SqlState.DATA_EXCEPTION, "argument must be empty or one-dimensional array");
            }
            lower = array.dimensions() == 1 ? array.lowerBound(0) : 1;
            if (atFront) {
                builder.add(values, row);
            }
            builder.addAll(array);
            if (!atFront) {
                builder.add(values, row);
            }
        } else {
            builder.add(values, row);
        }
        builder.write(List.of(builder.count()), List.of(lower), out, row);
    }

    private static void concatenate(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        if (args[0].isNull(row) || args[1].isNull(row)) {
            out.copyFrom(args[0].isNull(row) ? args[1] : args[0], row, row);
            return;
        }
        ArrayValue left = ArrayValue.read(args[0], row);
        ArrayValue right = ArrayValue.read(args[1], row);
        if (left.count() == 0 || right.count() == 0) {
            out.copyFrom(left.count() == 0 ? args[1] : args[0], row, row);
            return;
        }
        int difference = left.dimensions() - right.dimensions();
        if (Math.abs(difference) > 1) {
            throw incompatible("Arrays of " + left.dimensions() + " and " + right.dimensions()
                    + " dimensions are not compatible for concatenation.");
        }
        ArrayValue shape = difference >= 0 ? left : right;
        ArrayValue other = difference >= 0 ? right : left;
        List<Integer> lengths = new ArrayList<>(shape.lengths());
        List<Integer> inner = lengths.subList(1, lengths.size());
        List<Integer> otherInner = difference == 0 ? other.lengths().subList(1, other.dimensions()) : other.lengths();
        if (!inner.equals(otherInner)) {
            throw incompatible(
                    difference == 0
                            ? "Arrays with differing element dimensions are not compatible for concatenation."
                            : "Arrays with differing dimensions are not compatible for concatenation.");
        }
        lengths.set(0, lengths.getFirst() + (difference == 0 ? other.length(0) : 1));
        ArrayBuilder builder = new ArrayBuilder(left.elementType());
        builder.addAll(left);
        builder.addAll(right);
        builder.write(lengths, shape.lowerBounds(), out, row);
    }

    private static omendb.engine.error.OmenException incompatible(String detail) {
        return new UserException(SqlState.ARRAY_ELEMENT_ERROR, "cannot concatenate incompatible arrays")
                .withDetail(detail);
    }

    /// Replaces elements that are not distinct from `searched`, or removes them.
    private static void replace(
            ColumnVector arrays, ColumnVector searched, @Nullable ColumnVector replacement, int row, ColumnVector out) {
        if (arrays.isNull(row)) {
            out.setNull(row);
            return;
        }
        ArrayValue array = ArrayValue.read(arrays, row);
        if (replacement == null && array.dimensions() > 1) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED, "removing elements from multidimensional arrays is not supported");
        }
        ColumnVector cell = ColumnVector.cell(array.elementType(), out.arena());
        ArrayBuilder builder = new ArrayBuilder(array.elementType());
        for (int i = 0; i < array.count(); i++) {
            array.get(i, cell, 0);
            if (!sameOrBothNull(cell, searched, row)) {
                builder.addElement(array, i);
            } else if (replacement != null) {
                builder.add(replacement, row);
            }
        }
        List<Integer> lengths = replacement == null ? List.of(builder.count()) : array.lengths();
        builder.write(lengths, array.lowerBounds(), out, row);
    }

    private static boolean sameOrBothNull(ColumnVector cell, ColumnVector searched, int row) {
        if (cell.isNull(0) || searched.isNull(row)) {
            return cell.isNull(0) && searched.isNull(row);
        }
        return cell.type().equal(cell, 0, searched, row);
    }

    private static void trim(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        ArrayValue array = ArrayValue.read(args[0], row);
        long count = args[1].getLong(row);
        int length = array.dimensions() == 0 ? 0 : array.length(0);
        if (count < 0 || count > length) {
            throw new UserException(
                    SqlState.ARRAY_ELEMENT_ERROR, "number of elements to trim must be between 0 and " + length);
        }
        ArrayBuilder builder = new ArrayBuilder(array.elementType());
        int kept = (int) (length - count);
        int stride = length == 0 ? 0 : array.count() / length;
        for (int i = 0; i < kept * stride; i++) {
            builder.addElement(array, i);
        }
        List<Integer> lengths = new ArrayList<>(array.lengths());
        if (!lengths.isEmpty()) {
            lengths.set(0, kept);
        }
        builder.write(lengths, array.lowerBounds(), out, row);
    }

    private static void fill(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        if (args[1].isNull(row) || (args.length > 2 && args[2].isNull(row))) {
            throw new UserException(
                    SqlState.NULL_VALUE_NOT_ALLOWED, "dimension array or low bound array cannot be null");
        }
        List<Integer> lengths = integers(ArrayValue.read(args[1], row), out);
        List<Integer> bounds = args.length > 2
                ? integers(ArrayValue.read(args[2], row), out)
                : java.util.Collections.nCopies(lengths.size(), 1);
        if (ArrayValue.read(args[1], row).dimensions() > 1) {
            throw new UserException(SqlState.ARRAY_ELEMENT_ERROR, "wrong number of array subscripts")
                    .withDetail("Dimension array must be one dimensional.");
        }
        if (lengths.size() != bounds.size()) {
            throw new UserException(SqlState.ARRAY_ELEMENT_ERROR, "wrong number of array subscripts")
                    .withDetail("Low bound array has different size than dimensions array.");
        }
        long count = lengths.isEmpty() ? 0 : 1;
        for (int length : lengths) {
            count *= length;
        }
        ArrayBuilder builder = new ArrayBuilder(args[0].type());
        for (long i = 0; i < count; i++) {
            builder.add(args[0], row);
        }
        builder.write(lengths, bounds, out, row);
    }

    private static List<Integer> integers(ArrayValue array, ColumnVector out) {
        ColumnVector cell = ColumnVector.cell(array.elementType(), out.arena());
        List<Integer> result = new ArrayList<>();
        for (int i = 0; i < array.count(); i++) {
            array.get(i, cell, 0);
            if (cell.isNull(0)) {
                throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "dimension values cannot be null");
            }
            result.add((int) cell.getLong(0));
        }
        return result;
    }

    // ---- searching ----

    private static void searching(Registrar r) {
        r.immutable(
                "array_position(anycompatiblearray, anycompatible) int4",
                Rows.lenient((context, args, row, out) -> position(args, row, Integer.MIN_VALUE, out)));
        r.immutable(
                "array_position(anycompatiblearray, anycompatible, int4) int4",
                Rows.lenient((context, args, row, out) -> position(args, row, args[2].getLong(row), out)));
        r.immutable(
                "array_positions(anycompatiblearray, anycompatible) _int4", Rows.lenient((context, args, row, out) -> {
                    if (args[0].isNull(row)) {
                        out.setNull(row);
                        return;
                    }
                    ArrayValue array = oneDimensional(args[0], row);
                    ColumnVector cell = ColumnVector.cell(array.elementType(), out.arena());
                    ColumnVector index = ColumnVector.cell(omendb.engine.type.Types.INT4, out.arena());
                    ArrayBuilder builder = new ArrayBuilder(omendb.engine.type.Types.INT4);
                    for (int i = 0; i < array.count(); i++) {
                        array.get(i, cell, 0);
                        if (sameOrBothNull(cell, args[1], row)) {
                            index.setLong(0, array.lowerBound(0) + i);
                            builder.add(index, 0);
                        }
                    }
                    builder.write(out, row);
                }));
    }

    private static ArrayValue oneDimensional(ColumnVector in, int row) {
        ArrayValue array = ArrayValue.read(in, row);
        if (array.dimensions() > 1) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "searching for elements in multidimensional arrays is not supported");
        }
        return array;
    }

    private static void position(ColumnVector[] args, int row, long from, ColumnVector out) {
        if (args[0].isNull(row)) {
            out.setNull(row);
            return;
        }
        ArrayValue array = oneDimensional(args[0], row);
        ColumnVector cell = ColumnVector.cell(array.elementType(), out.arena());
        for (int i = 0; i < array.count(); i++) {
            array.get(i, cell, 0);
            if (array.lowerBound(0) + i >= from && sameOrBothNull(cell, args[1], row)) {
                out.setLong(row, array.lowerBound(0) + i);
                return;
            }
        }
        out.setNull(row);
    }

    private static StrictBody contains(int whole, int part) {
        return Rows.strict((context, args, row, out) -> {
            ArrayValue container = ArrayValue.read(args[whole], row);
            ArrayValue contained = ArrayValue.read(args[part], row);
            boolean all = true;
            ColumnVector cell = ColumnVector.cell(contained.elementType(), out.arena());
            for (int i = 0; i < contained.count() && all; i++) {
                contained.get(i, cell, 0);
                all = !cell.isNull(0) && holds(container, cell, out);
            }
            out.setBoolean(row, all);
        });
    }

    private static boolean overlap(ColumnVector[] args, int row, ColumnVector out) {
        ArrayValue a = ArrayValue.read(args[0], row);
        ArrayValue b = ArrayValue.read(args[1], row);
        ColumnVector cell = ColumnVector.cell(b.elementType(), out.arena());
        for (int i = 0; i < b.count(); i++) {
            b.get(i, cell, 0);
            if (!cell.isNull(0) && holds(a, cell, out)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(ArrayValue array, ColumnVector value, ColumnVector out) {
        ColumnVector cell = ColumnVector.cell(array.elementType(), out.arena());
        for (int i = 0; i < array.count(); i++) {
            array.get(i, cell, 0);
            if (!cell.isNull(0) && cell.type().equal(cell, 0, value, 0)) {
                return true;
            }
        }
        return false;
    }

    // ---- texts ----

    private static void texts(Registrar r) {
        BatchFunction join = Rows.lenient(ArrayFunctions::join);
        r.stable("array_to_string(anyarray, text) text", Rows.strict(ArrayFunctions::join));
        r.stable("array_to_string(anyarray, text, text) text", join);
        BatchFunction split = Rows.lenient((context, args, row, out) -> {
            if (args[0].isNull(row)) {
                out.setNull(row);
            } else {
                PatternFunctions.writeArray(split(args, row), out, row);
            }
        });
        r.immutable("string_to_array(text, text) _text", split);
        r.immutable("string_to_array(text, text, text) _text", split);
        r.immutable("parse_ident(str text, strict bool = true) _text", Rows.strict((context, args, row, out) -> {
            ArrayBuilder parts = new ArrayBuilder(Types.TEXT);
            ColumnVector cell = ColumnVector.cell(Types.TEXT, out.arena());
            for (String part : IdentifierParser.parse(args[0].getString(row), args[1].getBoolean(row))) {
                cell.setString(0, part);
                parts.add(cell, 0);
            }
            parts.write(out, row);
        }));
        SetFunction table =
                (context, args, row) -> PatternFunctions.strings(args[0].isNull(row) ? List.of() : split(args, row));
        r.lenientSet("string_to_table(text, text) setof text", Volatility.IMMUTABLE, table);
        r.lenientSet("string_to_table(text, text, text) setof text", Volatility.IMMUTABLE, table);
    }

    private static void join(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        if (args[0].isNull(row) || args[1].isNull(row)) {
            out.setNull(row);
            return;
        }
        ArrayValue array = ArrayValue.read(args[0], row);
        String delimiter = args[1].getString(row);
        String nullText = args.length > 2 && !args[2].isNull(row) ? args[2].getString(row) : null;
        ColumnVector cell = ColumnVector.cell(array.elementType(), out.arena());
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (int i = 0; i < array.count(); i++) {
            array.get(i, cell, 0);
            if (cell.isNull(0) && nullText == null) {
                continue;
            }
            text.append(first ? "" : delimiter);
            text.append(cell.isNull(0) ? String.valueOf(nullText) : Casts.textOf(context, cell, 0));
            first = false;
        }
        out.setString(row, text.toString());
    }

    /// A NULL delimiter splits into characters, an empty one not at all.
    private static List<@Nullable String> split(ColumnVector[] args, int row) {
        String text = args[0].getString(row);
        String nullText = args.length > 2 && !args[2].isNull(row) ? args[2].getString(row) : null;
        List<@Nullable String> parts = new ArrayList<>();
        if (text.isEmpty()) {
            return parts;
        }
        if (args[1].isNull(row)) {
            text.codePoints().forEach(c -> parts.add(Character.toString(c)));
        } else if (args[1].length(row) == 0) {
            parts.add(text);
        } else {
            parts.addAll(List.of(text.split(java.util.regex.Pattern.quote(args[1].getString(row)), -1)));
        }
        if (nullText != null) {
            parts.replaceAll(part -> nullText.equals(part) ? null : part);
        }
        return parts;
    }
}
