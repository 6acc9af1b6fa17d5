package omendb.sql.exec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import omendb.engine.table.TermQuery;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.JsonPath;
import omendb.engine.type.JsonbTerms;
import omendb.engine.type.TermExtractor;
import omendb.engine.type.TsQuery;
import omendb.engine.type.TsQuery.And;
import omendb.engine.type.TsQuery.Empty;
import omendb.engine.type.TsQuery.Not;
import omendb.engine.type.TsQuery.Operand;
import omendb.engine.type.TsQuery.Or;
import omendb.engine.type.TsQuery.Phrase;
import omendb.engine.type.TsQuery.Stop;
import omendb.engine.type.Types;
import omendb.sql.plan.InvertedStrategy;
import org.jspecify.annotations.Nullable;

/// Asks an inverted index for the rows that a condition can be true of.
final class TermQueries {
    private TermQueries() {}

    /// @param column        number of the index's key
    /// @param operatorClass its operator class
    /// @param value         the other operand, not NULL
    static TermQuery of(InvertedStrategy strategy, int column, String operatorClass, ColumnVector value, int row) {
        return switch (strategy) {
            case MATCHES -> {
                TsQuery query = TsQuery.read(value, row);
                TermQuery terms = query instanceof Empty ? TermQuery.nothing() : matching(query, column);
                yield terms == null ? new TermQuery.Everything(column) : terms;
            }
            case ARRAY_CONTAINS -> {
                ArrayValue array = ArrayValue.read(value, row);
                // nothing contains a NULL
                yield array.hasNulls() && hasNull(array)
                        ? TermQuery.nothing()
                        : all(terms(operatorClass, value, row, column), column);
            }
            case ARRAY_OVERLAPS -> new TermQuery.Any(terms(operatorClass, value, row, column));
            case ARRAY_CONTAINED -> {
                List<TermQuery> parts = terms(operatorClass, value, row, column);
                parts.add(TermQuery.withoutTerms(column));
                yield new TermQuery.Any(parts);
            }
            case ARRAY_EQUALS -> {
                List<TermQuery> parts = terms(operatorClass, value, row, column);
                if (hasNull(ArrayValue.read(value, row))) {
                    parts.add(TermQuery.withNullElement(column));
                }
                yield parts.isEmpty() ? TermQuery.withoutTerms(column) : new TermQuery.All(parts);
            }
            case JSON_CONTAINS -> all(terms(operatorClass, value, row, column), column);
            case JSON_EXISTS -> TermQuery.term(column, JsonbTerms.key(value.getString(row)));
            case JSON_EXISTS_ANY -> new TermQuery.Any(keys(value, row, column));
            case JSON_EXISTS_ALL -> all(keys(value, row, column), column);
            case JSON_PATH_EXISTS ->
                JsonPathTermQueries.exists(JsonPath.read(value, row), column, operatorClass.equals("jsonb_path_ops"));
            case JSON_PATH_MATCHES ->
                JsonPathTermQueries.matches(JsonPath.read(value, row), column, operatorClass.equals("jsonb_path_ops"));
        };
    }

    private static TermQuery all(List<TermQuery> parts, int column) {
        return parts.isEmpty() ? new TermQuery.Everything(column) : new TermQuery.All(parts);
    }

    private static boolean hasNull(ArrayValue array) {
        for (int i = 0; i < array.count(); i++) {
            if (array.isNull(i)) {
                return true;
            }
        }
        return false;
    }

    /// The terms of a value of the key's own type.
    private static List<TermQuery> terms(String operatorClass, ColumnVector value, int row, int column) {
        TermExtractor extractor = Objects.requireNonNull(TermExtractor.of(operatorClass, value.type()));
        NavigableSet<byte[]> terms = new TreeSet<>(Arrays::compareUnsigned);
        extractor.extract(value.address(row), value.length(row), terms);
        List<TermQuery> parts = new ArrayList<>();
        terms.forEach(term -> parts.add(TermQuery.term(column, term)));
        return parts;
    }

    private static List<TermQuery> keys(ColumnVector value, int row, int column) {
        ArrayValue array = ArrayValue.read(value, row);
        ColumnVector cell = ColumnVector.cell(Types.TEXT, value.arena());
        List<TermQuery> parts = new ArrayList<>();
        for (int i = 0; i < array.count(); i++) {
            array.get(i, cell, 0);
            if (!cell.isNull(0)) {
                parts.add(TermQuery.term(column, JsonbTerms.key(cell.getString(0))));
            }
        }
        return parts;
    }

    /// Null = it may be true of any row.
    private static @Nullable TermQuery matching(TsQuery query, int column) {
        return switch (query) {
            case Operand operand -> {
                byte[] lexeme = operand.lexeme().getBytes(java.nio.charset.StandardCharsets.UTF_8);
                yield operand.prefix() ? TermQuery.prefix(column, lexeme) : TermQuery.term(column, lexeme);
            }
            case Not _ -> null;
            case Empty(), Stop() -> null;
            case And(var left, var right) -> both(matching(left, column), matching(right, column));
            case Phrase(var left, var right, var _) -> both(matching(left, column), matching(right, column));
            case Or(var left, var right) -> {
                TermQuery a = matching(left, column);
                TermQuery b = matching(right, column);
                yield a == null || b == null ? null : new TermQuery.Any(List.of(a, b));
            }
        };
    }

    private static @Nullable TermQuery both(@Nullable TermQuery a, @Nullable TermQuery b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        List<TermQuery> parts = new ArrayList<>();
        for (TermQuery part : List.of(a, b)) {
            if (part instanceof TermQuery.All(var inner)) {
                parts.addAll(inner);
            } else {
                parts.add(part);
            }
        }
        return new TermQuery.All(parts);
    }
}
