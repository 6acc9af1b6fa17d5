package omendb.sql.function;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonbValue;
import omendb.engine.type.TsVector;
import omendb.engine.type.TsVectorBuilder;
import omendb.engine.type.Types;
import omendb.sql.text.TextAnalyzer;
import omendb.sql.text.TextSearchConfig;
import org.jspecify.annotations.Nullable;

/// Functions and operators that make and change tsvectors.
final class TsVectorFunctions {
    private TsVectorFunctions() {}

    static void register(Registrar r) {
        documents(r);
        Comparisons.ordered(r, "tsvector", "tsvector_", Types.TSVECTOR, "tsvector_eq", "tsvector_ne");
        r.operator(
                "||",
                r.immutable(
                        "tsvector_concat(tsvector, tsvector) tsvector",
                        Rows.strict((_, args, row, out) -> concatenate(args[0].address(row), args[1].address(row))
                                .write(out, row))));
        r.immutable(
                "length(tsvector) int4",
                Rows.strict((_, args, row, out) -> out.setLong(row, TsVector.count(args[0].address(row)))));
        r.immutable(
                "strip(tsvector) tsvector",
                Rows.strict((_, args, row, out) -> strip(args[0].address(row)).write(out, row)));
        weights(r);
        arrays(r);
        r.set(
                "unnest(tsvector) setof record",
                Volatility.IMMUTABLE,
                (_, args, row) -> entries(args[0].address(row)),
                new FunctionDef.Column("lexeme", Types.TEXT),
                new FunctionDef.Column("positions", arrayOf(Types.INT2)),
                new FunctionDef.Column("weights", arrayOf(Types.TEXT)));
    }

    private static omendb.engine.type.SqlType arrayOf(omendb.engine.type.SqlType element) {
        return java.util.Objects.requireNonNull(element.arrayType());
    }

    // ---- documents ----

    private static void documents(Registrar r) {
        r.immutable(
                "to_tsvector(regconfig, text) tsvector",
                Rows.strict((_, args, row, out) -> new TextAnalyzer(config(args, row))
                        .add(args[1].getString(row))
                        .vector()
                        .write(out, row)));
        r.stable(
                "to_tsvector(text) tsvector",
                Rows.strict((context, args, row, out) -> new TextAnalyzer(defaultConfig(context))
                        .add(args[0].getString(row))
                        .vector()
                        .write(out, row)));
        for (String type : new String[] {"json", "jsonb"}) {
            r.immutable(
                    "to_tsvector(regconfig, " + type + ") tsvector",
                    Rows.strict((_, args, row, out) -> ofJson(config(args, row), json(args[1], row), Set.of("string"))
                            .write(out, row)));
            r.stable(
                    "to_tsvector(" + type + ") tsvector",
                    Rows.strict((context, args, row, out) -> ofJson(
                                    defaultConfig(context), json(args[0], row), Set.of("string"))
                            .write(out, row)));
            r.immutable(
                    type + "_to_tsvector(regconfig, " + type + ", jsonb) tsvector",
                    Rows.strict((_, args, row, out) -> ofJson(
                                    config(args, row), json(args[1], row), kinds(JsonbValue.read(args[2], row)))
                            .write(out, row)));
            r.stable(
                    type + "_to_tsvector(" + type + ", jsonb) tsvector",
                    Rows.strict((context, args, row, out) -> ofJson(
                                    defaultConfig(context), json(args[0], row), kinds(JsonbValue.read(args[1], row)))
                            .write(out, row)));
        }
    }

    static TextSearchConfig config(ColumnVector[] args, int row) {
        return TextSearchConfig.byOid(args[0].getLong(row));
    }

    static TextSearchConfig defaultConfig(EvalContext context) {
        return TextSearchConfig.byOid(context.types().textSearchConfig());
    }

    private static Json json(ColumnVector in, int row) {
        return in.type() == Types.JSONB ? JsonbValue.read(in, row) : Json.parse(in.getString(row));
    }

    /// The kinds of values that a filter such as `["string", "numeric"]` names.
    private static Set<String> kinds(Json filter) {
        List<Json> named = filter instanceof Json.Elements(var elements) ? elements : List.of(filter);
        if (filter instanceof Json.Members) {
            throw invalidFilter("wrong flag type, only arrays and scalars are allowed");
        }
        Set<String> kinds = new HashSet<>();
        for (Json flag : named) {
            if (!(flag instanceof Json.TextValue(var kind))) {
                throw invalidFilter("flag array element is not a string");
            }
            switch (kind.toLowerCase(java.util.Locale.ROOT)) {
                case "all" -> kinds.addAll(Set.of("string", "numeric", "boolean", "key"));
                case "string", "numeric", "boolean", "key" -> kinds.add(kind.toLowerCase(java.util.Locale.ROOT));
                default -> throw invalidFilter("wrong flag in flag array: \"" + kind + "\"");
            }
        }
        return kinds;
    }

    private static UserException invalidFilter(String message) {
        UserException error = new UserException(SqlState.INVALID_PARAMETER_VALUE, message);
        return message.startsWith("wrong flag type")
                ? error
                : (UserException) error.withHint(
                        "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and \"all\".");
    }

    private static TsVectorBuilder ofJson(TextSearchConfig config, Json document, Set<String> kinds) {
        TextAnalyzer analyzer = new TextAnalyzer(config);
        addJson(document, kinds, analyzer);
        return analyzer.vector();
    }

    private static void addJson(Json value, Set<String> kinds, TextAnalyzer analyzer) {
        switch (value) {
            case Json.TextValue(var text) -> addIf(kinds.contains("string"), text, analyzer);
            case Json.NumberValue(var number) -> addIf(kinds.contains("numeric"), number.toString(), analyzer);
            case Json.BooleanValue(var truth) -> addIf(kinds.contains("boolean"), truth ? "true" : "false", analyzer);
            case Json.NullValue() -> {}
            case Json.Elements(var elements) -> elements.forEach(element -> addJson(element, kinds, analyzer));
            case Json.Members(var members) ->
                members.forEach((key, member) -> {
                    addIf(kinds.contains("key"), key, analyzer);
                    addJson(member, kinds, analyzer);
                });
        }
    }

    private static void addIf(boolean wanted, String text, TextAnalyzer analyzer) {
        if (wanted) {
            analyzer.addApart(text);
        }
    }

    // ---- changes ----

    private static byte[] lexeme(long vector, int index) {
        byte[] bytes = new byte[TsVector.lexemeLength(vector, index)];
        omendb.memory.NativeMemory.copy(TsVector.lexemeAddress(vector, index), bytes, 0, bytes.length);
        return bytes;
    }

    private static TsVectorBuilder strip(long vector) {
        TsVectorBuilder builder = new TsVectorBuilder();
        for (int i = 0; i < TsVector.count(vector); i++) {
            builder.add(lexeme(vector, i));
        }
        return builder;
    }

    private static void addAll(long vector, int shift, TsVectorBuilder builder) {
        for (int i = 0; i < TsVector.count(vector); i++) {
            byte[] lexeme = lexeme(vector, i);
            builder.add(lexeme);
            for (int j = 0; j < TsVector.positionCount(vector, i); j++) {
                int stored = TsVector.stored(vector, i, j);
                int position = TsVector.limited(TsVector.position(stored) + (long) shift);
                builder.add(lexeme, TsVector.store(position, TsVector.weight(stored)));
            }
        }
    }

    /// The positions of `b` follow those of `a`.
    private static TsVectorBuilder concatenate(long a, long b) {
        int last = 0;
        for (int i = 0; i < TsVector.count(a); i++) {
            int positions = TsVector.positionCount(a, i);
            last = positions == 0 ? last : Math.max(last, TsVector.position(TsVector.stored(a, i, positions - 1)));
        }
        TsVectorBuilder builder = new TsVectorBuilder();
        addAll(a, 0, builder);
        addAll(b, last, builder);
        return builder;
    }

    private static void weights(Registrar r) {
        r.immutable(
                "setweight(tsvector, char) tsvector",
                Rows.strict((_, args, row, out) -> weighted(
                                args[0].address(row), weight((char) args[1].getLong(row)), null)
                        .write(out, row)));
        r.immutable(
                "setweight(tsvector, char, _text) tsvector",
                Rows.strict((_, args, row, out) -> weighted(
                                args[0].address(row), weight((char) args[1].getLong(row)), lexemes(args[2], row, out))
                        .write(out, row)));
        r.immutable("ts_filter(tsvector, _char) tsvector", Rows.strict((_, args, row, out) -> {
            int wanted = 0;
            ArrayValue names = ArrayValue.read(args[1], row);
            ColumnVector cell = ColumnVector.cell(Types.CHAR, out.arena());
            for (int i = 0; i < names.count(); i++) {
                names.get(i, cell, 0);
                if (cell.isNull(0)) {
                    throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "weight array may not contain nulls");
                }
                wanted |= 1 << weight((char) cell.getLong(0));
            }
            filtered(args[0].address(row), wanted).write(out, row);
        }));
    }

    private static int weight(char name) {
        int weight = "dcba".indexOf(Character.toLowerCase(name));
        if (weight < 0) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "unrecognized weight: \"" + name + "\"");
        }
        return weight;
    }

    /// The lexemes of a text[], NULLs left out.
    private static Set<String> lexemes(ColumnVector in, int row, ColumnVector out) {
        Set<String> lexemes = new HashSet<>();
        for (String lexeme : JsonFunctions.strings(in, row, out)) {
            if (lexeme != null) {
                lexemes.add(lexeme);
            }
        }
        return lexemes;
    }

    private static boolean isAmong(byte[] lexeme, Set<String> lexemes) {
        return lexemes.contains(new String(lexeme, StandardCharsets.UTF_8));
    }

    /// @param only lexemes that get the weight, null = all
    private static TsVectorBuilder weighted(long vector, int weight, @Nullable Set<String> only) {
        TsVectorBuilder builder = new TsVectorBuilder();
        for (int i = 0; i < TsVector.count(vector); i++) {
            byte[] lexeme = lexeme(vector, i);
            boolean changed = only == null || isAmong(lexeme, only);
            builder.add(lexeme);
            for (int j = 0; j < TsVector.positionCount(vector, i); j++) {
                int stored = TsVector.stored(vector, i, j);
                builder.add(lexeme, changed ? TsVector.store(TsVector.position(stored), weight) : stored);
            }
        }
        return builder;
    }

    private static TsVectorBuilder filtered(long vector, int weights) {
        TsVectorBuilder builder = new TsVectorBuilder();
        for (int i = 0; i < TsVector.count(vector); i++) {
            byte[] lexeme = lexeme(vector, i);
            for (int j = 0; j < TsVector.positionCount(vector, i); j++) {
                int stored = TsVector.stored(vector, i, j);
                if ((weights >> TsVector.weight(stored) & 1) != 0) {
                    builder.add(lexeme, stored);
                }
            }
        }
        return builder;
    }

    private static TsVectorBuilder without(long vector, Set<String> lexemes) {
        TsVectorBuilder builder = new TsVectorBuilder();
        for (int i = 0; i < TsVector.count(vector); i++) {
            byte[] lexeme = lexeme(vector, i);
            if (!isAmong(lexeme, lexemes)) {
                builder.add(lexeme);
                for (int j = 0; j < TsVector.positionCount(vector, i); j++) {
                    builder.add(lexeme, TsVector.stored(vector, i, j));
                }
            }
        }
        return builder;
    }

    // ---- arrays ----

    private static void arrays(Registrar r) {
        r.immutable(
                "ts_delete(tsvector, text) tsvector",
                Rows.strict((_, args, row, out) -> without(args[0].address(row), Set.of(args[1].getString(row)))
                        .write(out, row)));
        r.immutable(
                "ts_delete(tsvector, _text) tsvector",
                Rows.strict((_, args, row, out) -> without(args[0].address(row), lexemes(args[1], row, out))
                        .write(out, row)));
        r.immutable("tsvector_to_array(tsvector) _text", Rows.strict((_, args, row, out) -> {
            long vector = args[0].address(row);
            ArrayBuilder array = new ArrayBuilder(Types.TEXT);
            for (int i = 0; i < TsVector.count(vector); i++) {
                ColumnVector cell = ColumnVector.cell(Types.TEXT, out.arena());
                cell.setReference(0, TsVector.lexemeAddress(vector, i), TsVector.lexemeLength(vector, i));
                array.add(cell, 0);
            }
            array.write(out, row);
        }));
        r.immutable("array_to_tsvector(_text) tsvector", Rows.strict((_, args, row, out) -> {
            TsVectorBuilder builder = new TsVectorBuilder();
            for (String lexeme : JsonFunctions.strings(args[0], row, out)) {
                if (lexeme == null) {
                    throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "lexeme array may not contain nulls");
                }
                if (lexeme.isEmpty()) {
                    throw new UserException(
                            SqlState.ZERO_LENGTH_CHARACTER_STRING, "lexeme array may not contain empty strings");
                }
                builder.add(lexeme.getBytes(StandardCharsets.UTF_8));
            }
            builder.write(out, row);
        }));
    }

    private static SetFunction.Cursor entries(long vector) {
        return new SetFunction.Cursor() {
            private int next;

            @Override
            public int fill(ColumnVector[] out, int offset, int capacity) {
                int count = Math.min(capacity, TsVector.count(vector) - next);
                for (int i = 0; i < count; i++) {
                    entry(vector, next++, out, offset + i);
                }
                return count;
            }
        };
    }

    private static void entry(long vector, int index, ColumnVector[] out, int row) {
        out[0].setReference(row, TsVector.lexemeAddress(vector, index), TsVector.lexemeLength(vector, index));
        int count = TsVector.positionCount(vector, index);
        if (count == 0) {
            out[1].setNull(row);
            out[2].setNull(row);
            return;
        }
        ArrayBuilder positions = new ArrayBuilder(Types.INT2);
        ArrayBuilder weights = new ArrayBuilder(Types.TEXT);
        for (int i = 0; i < count; i++) {
            int stored = TsVector.stored(vector, index, i);
            ColumnVector position = ColumnVector.cell(Types.INT2, out[1].arena());
            position.setLong(0, TsVector.position(stored));
            positions.add(position, 0);
            ColumnVector weight = ColumnVector.cell(Types.TEXT, out[2].arena());
            weight.setString(0, String.valueOf("DCBA".charAt(TsVector.weight(stored))));
            weights.add(weight, 0);
        }
        positions.write(out[1], row);
        weights.write(out[2], row);
    }
}
