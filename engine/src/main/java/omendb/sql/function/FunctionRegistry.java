package omendb.sql.function;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// Every function, operator, cast and aggregate; pg_proc, pg_operator, pg_cast and pg_aggregate are views of it.
///
/// Look-ups answer by exact name or exact type pair; overload resolution is the binder's. Threading: immutable once
/// built.
public final class FunctionRegistry {
    private record TypePair(int source, int target) {}

    private final Map<String, List<FunctionDef>> functions = new HashMap<>();
    private final Map<Integer, FunctionDef> functionsByOid = new HashMap<>();
    private final Map<String, List<OperatorDef>> operators = new HashMap<>();
    private final Map<String, List<AggregateDef>> aggregates = new HashMap<>();
    private final Map<String, List<AggregateDef>> orderedSets = new HashMap<>();
    private final Map<Integer, AggregateDef> aggregatesByOid = new HashMap<>();
    private final Map<String, List<WindowDef>> windows = new HashMap<>();
    private final Map<TypePair, CastDef> casts = new HashMap<>();

    private FunctionRegistry(Builder builder) {
        for (FunctionDef function : builder.functions) {
            functions
                    .computeIfAbsent(function.name(), name -> new ArrayList<>())
                    .add(function);
            functionsByOid.put(function.oid(), function);
        }
        for (OperatorDef operator : builder.operators) {
            operators
                    .computeIfAbsent(operator.name(), name -> new ArrayList<>())
                    .add(operator);
        }
        for (AggregateDef aggregate : builder.aggregates) {
            boolean normal = aggregate.kind() == AggregateDef.Kind.NORMAL;
            (normal ? aggregates : orderedSets)
                    .computeIfAbsent(aggregate.name(), name -> new ArrayList<>())
                    .add(aggregate);
            aggregatesByOid.put(aggregate.oid(), aggregate);
        }
        for (WindowDef window : builder.windows) {
            windows.computeIfAbsent(window.name(), name -> new ArrayList<>()).add(window);
        }
        for (CastDef cast : builder.casts) {
            casts.put(new TypePair(cast.source().oid(), cast.target().oid()), cast);
        }
    }

    /// Adds rows from another package (session and catalog functions).
    @FunctionalInterface
    public interface Contribution {
        void contribute(Builder builder);
    }

    /// The built-in rows alone.
    public static FunctionRegistry builtin() {
        return of(List.of());
    }

    /// The built-in rows and those of `contributions`.
    public static FunctionRegistry of(Collection<Contribution> contributions) {
        Builder builder = new Builder();
        Builtins.contribute(builder);
        contributions.forEach(contribution -> contribution.contribute(builder));
        return new FunctionRegistry(builder);
    }

    /// Functions of this name (lower case), any schema.
    public List<FunctionDef> functions(String name) {
        return functions.getOrDefault(name, List.of());
    }

    public @Nullable FunctionDef function(int oid) {
        return functionsByOid.get(oid);
    }

    /// Aggregates of this name, those with WITHIN GROUP aside.
    public List<AggregateDef> aggregates(String name) {
        return aggregates.getOrDefault(name, List.of());
    }

    /// Aggregates of this name that take WITHIN GROUP.
    public List<AggregateDef> orderedSets(String name) {
        return orderedSets.getOrDefault(name, List.of());
    }

    public @Nullable AggregateDef aggregate(int oid) {
        return aggregatesByOid.get(oid);
    }

    /// The window function with this oid, or null.
    public @Nullable WindowDef window(int oid) {
        return allWindows().stream()
                .filter(window -> window.oid() == oid)
                .findFirst()
                .orElse(null);
    }

    /// Functions of this name that need a window.
    public List<WindowDef> windows(String name) {
        return windows.getOrDefault(name, List.of());
    }

    /// Operators of this name, binary and prefix.
    public List<OperatorDef> operators(String name) {
        return operators.getOrDefault(name, List.of());
    }

    /// The registered cast, or null. Beyond these every type converts to and from text by input/output (to string types
    /// at assignment, from string types explicitly), and arrays convert element by element: the binder's rules.
    public @Nullable CastDef cast(SqlType source, SqlType target) {
        return casts.get(new TypePair(source.oid(), target.oid()));
    }

    public Collection<FunctionDef> allFunctions() {
        return Collections.unmodifiableCollection(functionsByOid.values());
    }

    public Collection<AggregateDef> allAggregates() {
        return Collections.unmodifiableCollection(aggregatesByOid.values());
    }

    public List<WindowDef> allWindows() {
        return windows.values().stream().flatMap(List::stream).toList();
    }

    public List<OperatorDef> allOperators() {
        return operators.values().stream().flatMap(List::stream).toList();
    }

    public Collection<CastDef> allCasts() {
        return Collections.unmodifiableCollection(casts.values());
    }

    /// Collects rows.
    public static final class Builder {
        private final List<FunctionDef> functions = new ArrayList<>();
        private final List<OperatorDef> operators = new ArrayList<>();
        private final List<AggregateDef> aggregates = new ArrayList<>();
        private final List<CastDef> casts = new ArrayList<>();
        private final List<WindowDef> windows = new ArrayList<>();

        private final Oids oids = new Oids();

        private Builder() {}

        Oids oids() {
            return oids;
        }

        public Builder add(FunctionDef function) {
            functions.add(function);
            return this;
        }

        public Builder add(OperatorDef operator) {
            operators.add(operator);
            return this;
        }

        public Builder add(AggregateDef aggregate) {
            aggregates.add(aggregate);
            return this;
        }

        public Builder add(WindowDef window) {
            windows.add(window);
            return this;
        }

        public Builder add(CastDef cast) {
            casts.add(cast);
            return this;
        }
    }
}
