package omendb.sql.function;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import omendb.engine.error.OmenException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.RecordValue;
import omendb.engine.type.SqlType;
import omendb.engine.type.TypeContext;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;

/// One line of calls.tsv: a call of a registered function, operator or cast and PostgreSQL's answer.
record OracleCall(
        String kind,
        String name,
        String declared,
        String result,
        List<SqlType> actual,
        List<String> args,
        String answer) {

    static final TypeContext CONTEXT = new TypeContext() {
        @Override
        public java.time.ZoneId timeZone() {
            return java.time.ZoneId.of("America/New_York");
        }
    };

    static OracleCall parse(String line) {
        String[] parts = line.split("\t", -1);
        List<SqlType> actual = new ArrayList<>();
        for (String type : parts[4].isEmpty() ? new String[0] : parts[4].split(",")) {
            actual.add(Objects.requireNonNull(Types.byName(type), type));
        }
        List<String> args = Arrays.asList(parts).subList(5, parts.length - 1);
        return new OracleCall(parts[0], parts[1], parts[2], parts[3], actual, args, parts[parts.length - 1]);
    }

    static String unescape(String text) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                result.append(c);
                continue;
            }
            char next = text.charAt(++i);
            result.append(next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next);
        }
        return result.toString();
    }

    static EvalContext context() {
        return new EvalContext(CONTEXT, 0, 0, RandomGenerator.getDefault());
    }

    private FunctionDef function(FunctionRegistry registry) {
        List<SqlType> types = new ArrayList<>();
        for (String type : declared.isEmpty() ? new String[0] : declared.split(",")) {
            types.add(Types.byName(type));
        }
        if (kind.equals("operator")) {
            return registry.operators(name).stream()
                    .filter(o -> o.function().argTypes().equals(types))
                    .findFirst()
                    .orElseThrow()
                    .function();
        }
        return registry.functions(name).stream()
                .filter(f -> f.argTypes().equals(types))
                .findFirst()
                .orElseThrow();
    }

    private SqlType resultType(FunctionDef function) {
        SqlType type = function.resultType();
        if (!type.isPolymorphic()) {
            return type;
        }
        for (int i = 0; i < function.argTypes().size(); i++) {
            SqlType declaredType = function.argTypes().get(i);
            if (declaredType.name().endsWith("array")) {
                return type.name().endsWith("array")
                        ? actual.get(i)
                        : Objects.requireNonNull(actual.get(i).elementType());
            }
        }
        return type.name().endsWith("array")
                ? Objects.requireNonNull(actual.getFirst().arrayType())
                : actual.getFirst();
    }

    /// Our answer, in the form of the file's.
    String evaluate(FunctionRegistry registry) {
        try (ValueArena arena = new ValueArena()) {
            ColumnVector[] vectors = new ColumnVector[actual.size()];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = ColumnVector.cell(actual.get(i), arena);
                if (args.get(i).equals("\\N")) {
                    vectors[i].setNull(0);
                } else {
                    actual.get(i).io().parse(CONTEXT, unescape(args.get(i)), -1, vectors[i], 0);
                }
            }
            return kind.equals("cast") ? cast(registry, vectors, arena) : call(registry, vectors, arena);
        } catch (OmenException e) {
            return "!" + e.sqlState().code() + " " + e.getMessage();
        }
    }

    private String cast(FunctionRegistry registry, ColumnVector[] vectors, ValueArena arena) {
        SqlType target = Objects.requireNonNull(Types.byName(result));
        CastDef cast = Objects.requireNonNull(registry.cast(actual.getFirst(), target));
        if (cast.isBinaryCoercible() || cast.takesTypmod() && cast.source() == cast.target()) {
            vectors[0].retype(target);
            return text(vectors[0]);
        }
        ColumnVector out = ColumnVector.cell(target, arena);
        ColumnVector[] all = vectors;
        if (cast.takesTypmod()) {
            all = new ColumnVector[] {
                vectors[0], ColumnVector.cell(Types.INT4, arena), ColumnVector.cell(Types.BOOL, arena)
            };
            all[1].setLong(0, -1);
            all[2].setBoolean(0, true);
        }
        Objects.requireNonNull(cast.function()).scalarBody().apply(context(), all, out, 1);
        return text(out);
    }

    private String call(FunctionRegistry registry, ColumnVector[] vectors, ValueArena arena) {
        FunctionDef function = function(registry);
        if (function.returnsSet()) {
            return set(function, vectors, arena);
        }
        ColumnVector out = ColumnVector.cell(resultType(function), arena);
        function.scalarBody().apply(context(), vectors, out, 1);
        return text(out);
    }

    private String set(FunctionDef function, ColumnVector[] vectors, ValueArena arena) {
        for (ColumnVector vector : vectors) {
            if (vector.isNull(0)) {
                return "\\N";
            }
        }
        int columns = Math.max(1, function.columns().size());
        ColumnVector[] out = new ColumnVector[columns];
        for (int i = 0; i < columns; i++) {
            SqlType type = function.columns().isEmpty()
                    ? resultType(function)
                    : function.columns().get(i).type();
            out[i] = ColumnVector.cell(type, arena);
        }
        omendb.engine.type.ArrayBuilder rows = new omendb.engine.type.ArrayBuilder(Types.TEXT);
        SetFunction.Cursor cursor = Objects.requireNonNull(function.setBody()).open(context(), vectors, 0);
        ColumnVector cell = ColumnVector.cell(Types.TEXT, arena);
        while (cursor.fill(out, 0, 1) > 0) {
            ColumnVector row = out[0];
            if (columns > 1) {
                row = ColumnVector.cell(Types.RECORD, arena);
                RecordValue.write(out, 0, row);
            }
            if (row.isNull(0)) {
                rows.addNull();
            } else {
                cell.setString(0, row.type().io().toText(CONTEXT, row, 0));
                rows.add(cell, 0);
            }
        }
        if (rows.count() == 0) {
            return "\\N";
        }
        ColumnVector array = ColumnVector.cell(Objects.requireNonNull(Types.byName("_text")), arena);
        rows.write(array, 0);
        return text(array);
    }

    private static String text(ColumnVector out) {
        return out.isNull(0) ? "\\N" : "=" + out.type().io().toText(CONTEXT, out, 0);
    }

    /// PostgreSQL's answer in comparable form.
    String expected() {
        return answer.equals("\\N") ? answer : unescape(answer);
    }
}
