package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.table.TermQuery;
import omendb.engine.type.Json;
import omendb.engine.type.JsonPath;
import omendb.engine.type.JsonPath.Accessor;
import omendb.engine.type.JsonPath.Node;
import omendb.engine.type.JsonbPathTerms;
import omendb.engine.type.JsonbTerms;
import org.jspecify.annotations.Nullable;

/// What an inverted index over jsonb can tell of `@?` and `@@`: the names that a path goes through must be there
/// (jsonb_ops), and what it compares for equality (both operator classes). Null everywhere = nothing is known.
final class JsonPathTermQueries {
    private final int column;
    private final boolean byPath;

    /// Where `@` stands: the hash of the names that led there, null = unknown; jsonb_path_ops only.
    private @Nullable Long currentPath = JsonbPathTerms.ROOT;

    private JsonPathTermQueries(int column, boolean byPath) {
        this.column = column;
        this.byPath = byPath;
    }

    /// `jsonb @? path`
    static TermQuery exists(JsonPath path, int column, boolean byPath) {
        JsonPathTermQueries queries = new JsonPathTermQueries(column, byPath);
        // a predicate is an item, whatever it says
        return queries.orEverything(JsonPath.isPredicate(path.root()) ? null : queries.items(path.root()));
    }

    /// `jsonb @@ path`
    static TermQuery matches(JsonPath path, int column, boolean byPath) {
        JsonPathTermQueries queries = new JsonPathTermQueries(column, byPath);
        return queries.orEverything(
                JsonPath.isPredicate(path.root()) ? queries.truth(path.root()) : queries.items(path.root()));
    }

    private TermQuery orEverything(@Nullable TermQuery query) {
        return query == null ? new TermQuery.Everything(column) : query;
    }

    private static @Nullable TermQuery both(@Nullable TermQuery a, @Nullable TermQuery b) {
        return a == null ? b : b == null ? a : new TermQuery.All(List.of(a, b));
    }

    // ---- what must be there if the predicate is true ----

    private @Nullable TermQuery truth(Node predicate) {
        return switch (predicate) {
            case JsonPath.And(var left, var right) -> both(truth(left), truth(right));
            case JsonPath.Or(var left, var right) -> {
                TermQuery a = truth(left);
                TermQuery b = truth(right);
                yield a == null || b == null ? null : new TermQuery.Any(List.of(a, b));
            }
            case JsonPath.Exists(var operand) -> JsonPath.isPredicate(operand) ? null : items(operand);
            case JsonPath.Comparison(var operator, var left, var right) ->
                both(both(items(left), items(right)), operator.equals("==") ? equality(left, right) : null);
            case JsonPath.StartsWith(var whole, var _) -> items(whole);
            case JsonPath.LikeRegex(var text, var _, var _) -> items(text);
            default -> null;
        };
    }

    private @Nullable TermQuery equality(Node left, Node right) {
        if (right instanceof JsonPath.Literal(var value)) {
            return equal(left, value);
        }
        return left instanceof JsonPath.Literal(var value) ? equal(right, value) : null;
    }

    private @Nullable TermQuery equal(Node node, Json value) {
        boolean direct = node instanceof JsonPath.Root
                || node instanceof JsonPath.Current
                || (node instanceof JsonPath.Chain(var _, var accessors)
                        && accessors.stream().noneMatch(JsonPath.Method.class::isInstance)
                        && isDocument(node));
        if (!direct) {
            return null;
        }
        if (!byPath) {
            TermQuery member = TermQuery.term(column, JsonbTerms.value(value));
            return value instanceof Json.TextValue(var text)
                    ? new TermQuery.Any(List.of(member, TermQuery.term(column, JsonbTerms.key(text))))
                    : member;
        }
        Long path = path(node);
        return path == null ? null : TermQuery.term(column, JsonbPathTerms.term(path, value));
    }

    private static boolean isDocument(Node node) {
        return node instanceof JsonPath.Chain(var base, var _)
                && (base instanceof JsonPath.Root || base instanceof JsonPath.Current);
    }

    /// The names on the way to a node, hashed; null if they are not known.
    private @Nullable Long path(Node node) {
        Long path = node instanceof JsonPath.Current
                        || (node instanceof JsonPath.Chain(var base, var _) && base instanceof JsonPath.Current)
                ? currentPath
                : Long.valueOf(JsonbPathTerms.ROOT);
        if (node instanceof JsonPath.Chain(var _, var accessors)) {
            for (Accessor accessor : accessors) {
                path = step(path, accessor);
            }
        }
        return path;
    }

    private static @Nullable Long step(@Nullable Long path, Accessor accessor) {
        if (path == null) {
            return null;
        }
        return switch (accessor) {
            case JsonPath.Key(var name) -> JsonbPathTerms.step(path, name);
            case JsonPath.AnyElement() -> path;
            case JsonPath.Elements _ -> path;
            case JsonPath.Filter _ -> path;
            default -> null;
        };
    }

    // ---- what must be there if the expression yields an item ----

    private @Nullable TermQuery items(Node node) {
        return switch (node) {
            case JsonPath.Chain(var base, var accessors) when !JsonPath.isPredicate(base) -> chain(base, accessors);
            case JsonPath.Sign(var _, var operand) -> items(operand);
            case JsonPath.Arithmetic(var _, var left, var right) -> both(items(left), items(right));
            default -> null;
        };
    }

    private @Nullable TermQuery chain(Node base, List<Accessor> accessors) {
        TermQuery query = items(base);
        boolean ofDocument = base instanceof JsonPath.Root || base instanceof JsonPath.Current;
        List<TermQuery> names = new ArrayList<>();
        Long outer = currentPath;
        Long path = base instanceof JsonPath.Root
                ? Long.valueOf(JsonbPathTerms.ROOT)
                : base instanceof JsonPath.Current ? currentPath : null;
        for (Accessor accessor : accessors) {
            if (accessor instanceof JsonPath.Method) {
                break; // what follows is no part of the document
            }
            if (accessor instanceof JsonPath.Key(var name) && ofDocument && !byPath) {
                names.add(TermQuery.term(column, JsonbTerms.key(name)));
            }
            if (accessor instanceof JsonPath.Filter(var predicate) && ofDocument) {
                currentPath = path;
                query = both(query, truth(predicate));
                currentPath = outer;
            }
            path = step(path, accessor);
        }
        return names.isEmpty() ? query : both(new TermQuery.All(names), query);
    }
}
