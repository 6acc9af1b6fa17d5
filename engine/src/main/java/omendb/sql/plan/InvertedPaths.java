package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.engine.catalog.IndexDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.TermExtractor;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Finds what an inverted index can answer among conditions.
final class InvertedPaths {
    private final LogicalPlan.Scan scan;
    private final IndexDef index;
    private final IndexTerms terms;
    private final Set<Field> own;

    InvertedPaths(LogicalPlan.Scan scan, IndexDef index, IndexTerms terms) {
        this.scan = scan;
        this.index = index;
        this.terms = terms;
        this.own = new HashSet<>(scan.output());
    }

    /// @param conditions those of the given ones that the probe stands for
    record Match(InvertedProbe probe, List<Scalar> conditions) {}

    /// Null if the index answers none of them.
    @Nullable
    Match match(List<Scalar> conditions) {
        List<InvertedProbe> probes = new ArrayList<>();
        List<Scalar> used = new ArrayList<>();
        for (Scalar condition : conditions) {
            InvertedProbe probe = probe(condition);
            if (probe != null) {
                probes.add(probe);
                used.add(condition);
            }
        }
        if (probes.isEmpty()) {
            return null;
        }
        return new Match(probes.size() == 1 ? probes.getFirst() : new InvertedProbe.All(probes), used);
    }

    private @Nullable InvertedProbe probe(Scalar condition) {
        return switch (condition) {
            case Scalar.Call call
            when call.form() == Scalar.CallForm.OPERATOR && call.args().size() == 2 -> {
                InvertedProbe probe =
                        test(call.name(), call.args().getFirst(), call.args().getLast(), true);
                yield probe == null
                        ? test(call.name(), call.args().getLast(), call.args().getFirst(), false)
                        : probe;
            }
            case Scalar.Or(var arms) -> {
                List<InvertedProbe> probes = new ArrayList<>();
                for (Scalar arm : arms) {
                    Match match = match(Scalars.conjuncts(arm));
                    if (match == null) {
                        yield null;
                    }
                    probes.add(match.probe());
                }
                yield new InvertedProbe.Any(probes);
            }
            default -> null;
        };
    }

    private InvertedProbe.@Nullable Test test(String operator, Scalar key, Scalar value, boolean keyFirst) {
        if (!AccessPaths.isOutside(value, own)) {
            return null;
        }
        for (int i = 0; i < index.keys().size(); i++) {
            SqlType type = type(i);
            String named = index.keys().get(i).operatorClass();
            String operatorClass = named == null ? TermExtractor.defaultClass(type) : named;
            InvertedStrategy strategy =
                    operatorClass == null ? null : InvertedStrategy.find(operatorClass, operator, keyFirst);
            if (strategy != null && isKey(i, key)) {
                Scalar plain = AccessPaths.strip(value);
                if (suits(strategy, type, plain.type())) {
                    return new InvertedProbe.Test(i, strategy, plain);
                }
            }
        }
        return null;
    }

    private SqlType type(int key) {
        Scalar expression = terms.keys().get(key);
        return expression != null
                ? expression.type()
                : scan.table().column(index.keys().get(key).attnum()).type();
    }

    private boolean isKey(int key, Scalar scalar) {
        Scalar expression = terms.keys().get(key);
        if (expression != null) {
            return Implication.plain(scalar).equals(Implication.plain(expression));
        }
        Field field = AccessPaths.column(scalar);
        return field != null
                && own.contains(field)
                && field.columnNumber() == index.keys().get(key).attnum();
    }

    private static boolean suits(InvertedStrategy strategy, SqlType key, SqlType value) {
        return switch (strategy) {
            case MATCHES -> value == Types.TSQUERY;
            case JSON_EXISTS -> value == Types.TEXT;
            case JSON_EXISTS_ANY, JSON_EXISTS_ALL -> value == Types.TEXT.arrayType();
            case JSON_CONTAINS -> value == Types.JSONB;
            case JSON_PATH_EXISTS, JSON_PATH_MATCHES -> value == Types.JSONPATH;
            case ARRAY_CONTAINS, ARRAY_CONTAINED, ARRAY_OVERLAPS, ARRAY_EQUALS -> value == key;
        };
    }
}
