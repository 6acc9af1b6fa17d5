package omendb.sql.function;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonbValue;
import omendb.engine.type.SqlType;
import omendb.engine.type.TextSearchNames;
import omendb.engine.type.Types;
import omendb.sql.text.CompiledQuery;
import omendb.sql.text.Dictionary;
import omendb.sql.text.Headline;
import omendb.sql.text.TextParser;
import omendb.sql.text.TextSearchConfig;
import omendb.sql.text.TokenType;
import omendb.sql.text.TsCoverDensity;
import omendb.sql.text.TsRank;
import org.jspecify.annotations.Nullable;

/// Ranking, headlines, and a look at how documents are taken apart.
final class TextSearchFunctions {
    private static final float[] DEFAULT_WEIGHTS = {0.1f, 0.2f, 0.4f, 1.0f};

    private TextSearchFunctions() {}

    static void register(Registrar r) {
        TsVectorFunctions.register(r);
        TsQueryFunctions.register(r);
        ranks(r, "ts_rank", TsRank::rank);
        ranks(r, "ts_rank_cd", TsCoverDensity::rank);
        headlines(r);
        r.stable(
                "get_current_ts_config() regconfig",
                Rows.lenient((context, _, row, out) ->
                        out.setLong(row, context.types().textSearchConfig())));
        r.immutable("ts_lexize(regdictionary, text) _text", Rows.strict((_, args, row, out) -> {
            Dictionary dictionary = TextSearchConfig.dictionary(args[0].getLong(row));
            writeTexts(dictionary.lexize(args[1].getString(row)), out, row);
        }));
        parsing(r);
    }

    private static void writeTexts(@Nullable List<String> texts, ColumnVector out, int row) {
        if (texts == null) {
            out.setNull(row);
            return;
        }
        ArrayBuilder array = new ArrayBuilder(Types.TEXT);
        for (String text : texts) {
            ColumnVector cell = ColumnVector.cell(Types.TEXT, out.arena());
            cell.setString(0, text);
            array.add(cell, 0);
        }
        array.write(out, row);
    }

    // ---- ranks ----

    @FunctionalInterface
    private interface Ranking {
        float rank(float[] weights, long vector, CompiledQuery query, int normalization);
    }

    private static void ranks(Registrar r, String name, Ranking ranking) {
        r.immutable(
                name + "(tsvector, tsquery) float4",
                Rows.strict((context, args, row, out) -> out.setDouble(
                        row,
                        ranking.rank(
                                DEFAULT_WEIGHTS,
                                args[0].address(row),
                                TsQueryFunctions.compiled(context, args[1], row),
                                0))));
        r.immutable(
                name + "(tsvector, tsquery, int4) float4",
                Rows.strict((context, args, row, out) -> out.setDouble(
                        row,
                        ranking.rank(
                                DEFAULT_WEIGHTS,
                                args[0].address(row),
                                TsQueryFunctions.compiled(context, args[1], row),
                                (int) args[2].getLong(row)))));
        r.immutable(
                name + "(_float4, tsvector, tsquery) float4",
                Rows.strict((context, args, row, out) -> out.setDouble(
                        row,
                        ranking.rank(
                                weights(args[0], row, out),
                                args[1].address(row),
                                TsQueryFunctions.compiled(context, args[2], row),
                                0))));
        r.immutable(
                name + "(_float4, tsvector, tsquery, int4) float4",
                Rows.strict((context, args, row, out) -> out.setDouble(
                        row,
                        ranking.rank(
                                weights(args[0], row, out),
                                args[1].address(row),
                                TsQueryFunctions.compiled(context, args[2], row),
                                (int) args[3].getLong(row)))));
    }

    /// Weights of D, C, B and A; a negative one is the default's.
    private static float[] weights(ColumnVector in, int row, ColumnVector out) {
        ArrayValue array = ArrayValue.read(in, row);
        if (array.dimensions() != 1) {
            throw new UserException(SqlState.ARRAY_ELEMENT_ERROR, "array of weight must be one-dimensional");
        }
        if (array.count() < DEFAULT_WEIGHTS.length) {
            throw new UserException(SqlState.ARRAY_ELEMENT_ERROR, "array of weight is too short");
        }
        if (array.hasNulls()) {
            throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "array of weight must not contain nulls");
        }
        ColumnVector cell = ColumnVector.cell(Types.FLOAT4, out.arena());
        float[] weights = DEFAULT_WEIGHTS.clone();
        for (int i = 0; i < weights.length; i++) {
            array.get(i, cell, 0);
            float weight = (float) cell.getDouble(0);
            weights[i] = weight >= 0 ? weight : weights[i];
            if (weights[i] > 1) {
                throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "weight out of range");
            }
        }
        return weights;
    }

    // ---- headlines ----

    private static void headlines(Registrar r) {
        for (String type : new String[] {"text", "json", "jsonb"}) {
            String result = ") " + type;
            r.immutable(
                    "ts_headline(regconfig, " + type + ", tsquery" + result,
                    Rows.strict((context, args, row, out) ->
                            headline(context, TsVectorFunctions.config(args, row), args, 1, row, out)));
            r.immutable(
                    "ts_headline(regconfig, " + type + ", tsquery, text" + result,
                    Rows.strict((context, args, row, out) ->
                            headline(context, TsVectorFunctions.config(args, row), args, 1, row, out)));
            r.stable(
                    "ts_headline(" + type + ", tsquery" + result,
                    Rows.strict((context, args, row, out) ->
                            headline(context, TsVectorFunctions.defaultConfig(context), args, 0, row, out)));
            r.stable(
                    "ts_headline(" + type + ", tsquery, text" + result,
                    Rows.strict((context, args, row, out) ->
                            headline(context, TsVectorFunctions.defaultConfig(context), args, 0, row, out)));
        }
    }

    /// @param first where the document, the query and perhaps the options stand
    private static void headline(
            EvalContext context, TextSearchConfig config, ColumnVector[] args, int first, int row, ColumnVector out) {
        CompiledQuery query = TsQueryFunctions.compiled(context, args[first + 1], row);
        String options = args.length > first + 2 ? args[first + 2].getString(row) : "";
        ColumnVector document = args[first];
        if (document.type() == Types.JSONB) {
            JsonbValue.write(headlines(JsonbValue.read(document, row), config, query, options), out, row);
        } else if (document.type() == Types.JSON) {
            out.setString(
                    row,
                    JsonSpan.of(document.getString(row)).mapTexts(text -> Headline.of(config, text, query, options)));
        } else {
            out.setString(row, Headline.of(config, document.getString(row), query, options));
        }
    }

    private static Json headlines(Json value, TextSearchConfig config, CompiledQuery query, String options) {
        return switch (value) {
            case Json.TextValue(var text) -> new Json.TextValue(Headline.of(config, text, query, options));
            case Json.Elements(var elements) ->
                new Json.Elements(new java.util.ArrayList<>(elements.stream()
                        .map(element -> headlines(element, config, query, options))
                        .toList()));
            case Json.Members(var members) -> {
                Json.Members changed = Json.object();
                members.forEach((key, member) -> changed.members().put(key, headlines(member, config, query, options)));
                yield changed;
            }
            default -> value;
        };
    }

    // ---- parsing ----

    private static void parsing(Registrar r) {
        FunctionDef.Column id = new FunctionDef.Column("tokid", Types.INT4);
        FunctionDef.Column token = new FunctionDef.Column("token", Types.TEXT);
        FunctionDef.Column alias = new FunctionDef.Column("alias", Types.TEXT);
        FunctionDef.Column description = new FunctionDef.Column("description", Types.TEXT);
        for (String parser : new String[] {"oid", "text"}) {
            Volatility volatility = parser.equals("oid") ? Volatility.IMMUTABLE : Volatility.STABLE;
            r.set(
                    "ts_parse(" + parser + ", text) setof record",
                    volatility,
                    (_, args, row) -> {
                        requireDefaultParser(args[0], row);
                        return tokens(args[1].getString(row));
                    },
                    id,
                    token);
            r.set(
                    "ts_token_type(" + parser + ") setof record",
                    volatility,
                    (_, args, row) -> {
                        requireDefaultParser(args[0], row);
                        return tokenTypes();
                    },
                    id,
                    alias,
                    description);
        }
        SqlType dictionaries = Objects.requireNonNull(Types.REGDICTIONARY.arrayType());
        FunctionDef.Column[] debugged = {
            alias,
            description,
            token,
            new FunctionDef.Column("dictionaries", dictionaries),
            new FunctionDef.Column("dictionary", Types.REGDICTIONARY),
            new FunctionDef.Column("lexemes", Objects.requireNonNull(Types.TEXT.arrayType()))
        };
        r.set(
                "ts_debug(regconfig, text) setof record",
                Volatility.STABLE,
                (_, args, row) -> debug(TsVectorFunctions.config(args, row), args[1].getString(row)),
                debugged);
        r.set(
                "ts_debug(text) setof record",
                Volatility.STABLE,
                (context, args, row) -> debug(TsVectorFunctions.defaultConfig(context), args[0].getString(row)),
                debugged);
    }

    private static void requireDefaultParser(ColumnVector in, int row) {
        if (in.type() == Types.OID) {
            if (in.getLong(row) != TextSearchNames.DEFAULT_PARSER) {
                throw new UserException(
                        SqlState.INTERNAL_ERROR, "cache lookup failed for text search parser " + in.getLong(row));
            }
            return;
        }
        String name = in.getString(row);
        if (!name.equals("default") && !name.equals("pg_catalog.default")) {
            throw new UserException(SqlState.UNDEFINED_OBJECT, "text search parser \"" + name + "\" does not exist");
        }
    }

    private static SetFunction.Cursor tokens(String document) {
        TextParser parser = new TextParser(document);
        return (out, offset, capacity) -> {
            int count = 0;
            while (count < capacity && parser.next()) {
                out[0].setLong(offset + count, parser.type().id());
                out[1].setString(offset + count++, parser.token());
            }
            return count;
        };
    }

    private static SetFunction.Cursor tokenTypes() {
        Iterator<TokenType> types = List.of(TokenType.values()).iterator();
        return (out, offset, capacity) -> {
            int count = 0;
            while (count < capacity && types.hasNext()) {
                TokenType type = types.next();
                out[0].setLong(offset + count, type.id());
                out[1].setString(offset + count, type.alias());
                out[2].setString(offset + count++, type.description());
            }
            return count;
        };
    }

    private static SetFunction.Cursor debug(TextSearchConfig config, String document) {
        TextParser parser = new TextParser(document);
        return (out, offset, capacity) -> {
            int count = 0;
            while (count < capacity && parser.next()) {
                int row = offset + count++;
                out[0].setString(row, parser.type().alias());
                out[1].setString(row, parser.type().description());
                out[2].setString(row, parser.token());
                Dictionary dictionary = config.dictionary(parser.type());
                ArrayBuilder dictionaries = new ArrayBuilder(Types.REGDICTIONARY);
                if (dictionary == null) {
                    out[4].setNull(row);
                    out[5].setNull(row);
                } else {
                    ColumnVector cell = ColumnVector.cell(Types.REGDICTIONARY, out[3].arena());
                    cell.setLong(0, dictionary.oid());
                    dictionaries.add(cell, 0);
                    out[4].setLong(row, dictionary.oid());
                    writeTexts(dictionary.lexize(parser.token()), out[5], row);
                }
                dictionaries.write(out[3], row);
            }
            return count;
        };
    }
}
