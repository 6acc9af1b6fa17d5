package omendb.sql.function;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TsQuery;
import omendb.engine.type.TsQuery.And;
import omendb.engine.type.TsQuery.Empty;
import omendb.engine.type.TsQuery.Not;
import omendb.engine.type.TsQuery.Operand;
import omendb.engine.type.TsQuery.Or;
import omendb.engine.type.TsQuery.Phrase;
import omendb.engine.type.TsQuery.Stop;
import omendb.engine.type.TsQueryParser;
import omendb.engine.type.Types;
import omendb.memory.NativeMemory;
import omendb.sql.text.CompiledQuery;
import omendb.sql.text.TextAnalyzer;
import omendb.sql.text.TextSearchConfig;
import omendb.sql.text.TsMatcher;
import org.jspecify.annotations.Nullable;

/// Functions and operators that make and combine tsqueries, and `@@`.
final class TsQueryFunctions {
    /// Queries that a statement meets are mostly one; more than these are compiled again.
    private static final int MOST_COMPILED = 256;

    /// Compiled queries of a statement by their stored form.
    private static final class Compiled {
        private final Map<ByteBuffer, CompiledQuery> byBytes = new HashMap<>();
        private byte[] lastBytes = new byte[0];
        private @Nullable CompiledQuery last;

        CompiledQuery get(ColumnVector in, int row) {
            CompiledQuery known = last;
            if (known != null && isLast(in.address(row), in.length(row))) {
                return known;
            }
            byte[] bytes = in.getBytes(row);
            if (byBytes.size() >= MOST_COMPILED) {
                byBytes.clear();
            }
            CompiledQuery query =
                    byBytes.computeIfAbsent(ByteBuffer.wrap(bytes), _ -> new CompiledQuery(TsQuery.read(in, row)));
            last = query;
            lastBytes = bytes;
            return query;
        }

        private boolean isLast(long address, int length) {
            if (length != lastBytes.length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (NativeMemory.getByte(address + i) != lastBytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private TsQueryFunctions() {}

    static void register(Registrar r) {
        parsers(r, "to_tsquery", TsQueryParser.Form.STANDARD, true);
        parsers(r, "plainto_tsquery", TsQueryParser.Form.PLAIN, false);
        parsers(r, "phraseto_tsquery", TsQueryParser.Form.PLAIN, true);
        parsers(r, "websearch_to_tsquery", TsQueryParser.Form.WEB, true);
        Comparisons.ordered(r, "tsquery", "tsquery_", Types.TSQUERY, "tsquery_eq", "tsquery_ne");
        combinations(r);
        matches(r);
        r.immutable(
                "numnode(tsquery) int4",
                Rows.strict((_, args, row, out) ->
                        out.setLong(row, TsQuery.read(args[0], row).nodeCount())));
        r.immutable("querytree(tsquery) text", Rows.strict((_, args, row, out) -> {
            TsQuery query = TsQuery.read(args[0], row);
            TsQuery indexed = query instanceof Empty ? query : indexable(query);
            out.setString(row, indexed == null ? "T" : indexed.print());
        }));
        r.operator(
                "@>",
                r.immutable(
                        "tsq_mcontains(tsquery, tsquery) bool",
                        Rows.strict((_, args, row, out) ->
                                out.setBoolean(row, lexemes(args[0], row).containsAll(lexemes(args[1], row))))));
        r.operator(
                "<@",
                r.immutable(
                        "tsq_mcontained(tsquery, tsquery) bool",
                        Rows.strict((_, args, row, out) ->
                                out.setBoolean(row, lexemes(args[1], row).containsAll(lexemes(args[0], row))))));
    }

    /// A query argument, compiled once per statement.
    static CompiledQuery compiled(EvalContext context, ColumnVector in, int row) {
        return context.cached(Compiled.class, Compiled::new).get(in, row);
    }

    // ---- texts ----

    private static void parsers(Registrar r, String name, TsQueryParser.Form form, boolean phrase) {
        r.immutable(
                name + "(regconfig, text) tsquery",
                Rows.strict((context, args, row, out) -> parse(
                                context, TsVectorFunctions.config(args, row), args[1].getString(row), form, phrase)
                        .write(out, row)));
        r.stable(
                name + "(text) tsquery",
                Rows.strict((context, args, row, out) -> parse(
                                context, TsVectorFunctions.defaultConfig(context), args[0].getString(row), form, phrase)
                        .write(out, row)));
    }

    private static TsQuery parse(
            EvalContext context, TextSearchConfig config, String text, TsQueryParser.Form form, boolean phrase) {
        TsQuery query = TsQueryParser.parse(text, form, TextAnalyzer.operands(config, phrase));
        if (query instanceof Empty) {
            context.notice("text-search query contains only stop words or doesn't contain lexemes, ignored");
        }
        return query;
    }

    // ---- operators ----

    @FunctionalInterface
    private interface Combination {
        TsQuery of(TsQuery left, TsQuery right);
    }

    private static void combinations(Registrar r) {
        r.operator("&&", r.immutable("tsquery_and(tsquery, tsquery) tsquery", combine(And::new)));
        r.operator("||", r.immutable("tsquery_or(tsquery, tsquery) tsquery", combine(Or::new)));
        r.operator(
                "<->",
                r.immutable(
                        "tsquery_phrase(tsquery, tsquery) tsquery",
                        combine((left, right) -> new Phrase(left, right, 1))));
        r.immutable("tsquery_phrase(tsquery, tsquery, int4) tsquery", Rows.strict((_, args, row, out) -> {
            long distance = args[2].getLong(row);
            if (distance < 0 || distance > TsQuery.MAX_DISTANCE) {
                throw new UserException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "distance in phrase operator must be an integer value between zero and " + TsQuery.MAX_DISTANCE
                                + " inclusive");
            }
            combined(args, row, (left, right) -> new Phrase(left, right, (int) distance))
                    .write(out, row);
        }));
        r.operator("!!", r.immutable("tsquery_not(tsquery) tsquery", Rows.strict((_, args, row, out) -> {
            TsQuery query = TsQuery.read(args[0], row);
            (query instanceof Empty ? query : new Not(query)).write(out, row);
        })));
    }

    private static StrictBody combine(Combination combination) {
        return Rows.strict(
                (_, args, row, out) -> combined(args, row, combination).write(out, row));
    }

    private static TsQuery combined(ColumnVector[] args, int row, Combination combination) {
        TsQuery left = TsQuery.read(args[0], row);
        TsQuery right = TsQuery.read(args[1], row);
        return left instanceof Empty ? right : right instanceof Empty ? left : combination.of(left, right);
    }

    private static void matches(Registrar r) {
        FunctionDef vectorFirst = r.immutable(
                "ts_match_vq(tsvector, tsquery) bool",
                Rows.strict((context, args, row, out) ->
                        out.setBoolean(row, TsMatcher.matches(args[0].address(row), compiled(context, args[1], row)))));
        FunctionDef queryFirst = r.immutable(
                "ts_match_qv(tsquery, tsvector) bool",
                Rows.strict((context, args, row, out) ->
                        out.setBoolean(row, TsMatcher.matches(args[1].address(row), compiled(context, args[0], row)))));
        for (String name : new String[] {"@@", "@@@"}) {
            r.operator(name, vectorFirst);
            r.operator(name, queryFirst);
        }
        r.operator("@@", r.stable("ts_match_tt(text, text) bool", Rows.strict((context, args, row, out) -> {
            TextSearchConfig config = TsVectorFunctions.defaultConfig(context);
            TsQuery query = parse(context, config, args[1].getString(row), TsQueryParser.Form.PLAIN, false);
            out.setBoolean(row, matches(config, args[0].getString(row), new CompiledQuery(query), out));
        })));
        r.operator(
                "@@",
                r.stable(
                        "ts_match_tq(text, tsquery) bool",
                        Rows.strict((context, args, row, out) -> out.setBoolean(
                                row,
                                matches(
                                        TsVectorFunctions.defaultConfig(context),
                                        args[0].getString(row),
                                        compiled(context, args[1], row),
                                        out)))));
    }

    private static boolean matches(TextSearchConfig config, String document, CompiledQuery query, ColumnVector out) {
        ColumnVector vector = ColumnVector.cell(Types.TSVECTOR, out.arena());
        new TextAnalyzer(config).add(document).vector().write(vector, 0);
        return TsMatcher.matches(vector.address(0), query);
    }

    // ---- questions ----

    private static Set<String> lexemes(ColumnVector in, int row) {
        Set<String> lexemes = new TreeSet<>();
        collect(TsQuery.read(in, row), lexemes);
        return lexemes;
    }

    private static void collect(TsQuery query, Set<String> lexemes) {
        switch (query) {
            case Operand operand -> lexemes.add(operand.lexeme());
            case Not(var operand) -> collect(operand, lexemes);
            case And(var left, var right) -> {
                collect(left, lexemes);
                collect(right, lexemes);
            }
            case Or(var left, var right) -> {
                collect(left, lexemes);
                collect(right, lexemes);
            }
            case Phrase(var left, var right, var _) -> {
                collect(left, lexemes);
                collect(right, lexemes);
            }
            case Empty(), Stop() -> {}
        }
    }

    /// The part of a query that an index can answer, null = none.
    static @Nullable TsQuery indexable(TsQuery query) {
        return switch (query) {
            case Operand operand -> operand;
            case Not _ -> null;
            case Empty(), Stop() -> null;
            case Or(var left, var right) -> {
                TsQuery a = indexable(left);
                TsQuery b = indexable(right);
                yield a == null || b == null ? null : new Or(a, b);
            }
            case And(var left, var right) -> {
                TsQuery a = indexable(left);
                TsQuery b = indexable(right);
                yield a == null ? b : b == null ? a : new And(a, b);
            }
            case Phrase(var left, var right, var distance) -> {
                TsQuery a = indexable(left);
                TsQuery b = indexable(right);
                yield a == null ? b : b == null ? a : new Phrase(a, b, distance);
            }
        };
    }
}
