package omendb.sql.bind;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.QualifiedName;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.CastDef.Context;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.OperatorDef;
import omendb.sql.function.WindowDef;
import org.jspecify.annotations.Nullable;

/// Which function, aggregate or operator a call means: exact match, then the candidates its arguments can be
/// coerced
/// to,
/// then PostgreSQL's rules to choose among them ("Type Conversion", functions and operators).
final class FunctionResolver {
    private static final int TOO_MANY_ARGUMENTS = 100;

    private final FunctionRegistry registry;
    private final List<String> searchPath;
    private final Coercions coercions;

    FunctionResolver(BindEnvironment environment, Coercions coercions) {
        this.registry = environment.functions();
        this.searchPath = environment.searchPath();
        this.coercions = coercions;
    }

    /// One overload, as a call with this many arguments sees it.
    ///
    /// @param target   a [FunctionDef], [AggregateDef], [WindowDef] or [OperatorDef]
    /// @param declared parameter types, a VARIADIC tail expanded
    /// @param result   declared result type
    /// @param variadic first argument of the expanded tail, -1 = none
    private record Candidate(Object target, List<SqlType> declared, SqlType result, int variadic) {}

    /// What a call means, types settled.
    ///
    /// @param target        a [FunctionDef], [AggregateDef], [WindowDef] or [OperatorDef]
    /// @param argumentTypes what each argument is to be coerced to
    /// @param variadic      arguments from here on are packed into an array, -1 = none
    record Resolved(Object target, List<SqlType> argumentTypes, SqlType result, int variadic) {}

    private boolean visible(String schema, @Nullable String wanted) {
        return wanted == null ? schema.equals("pg_catalog") || searchPath.contains(schema) : wanted.equals(schema);
    }

    boolean exists(QualifiedName name) {
        return registry.functions(name.name()).stream().anyMatch(f -> visible(f.schema(), name.schema()))
                || registry.aggregates(name.name()).stream().anyMatch(a -> visible(a.schema(), name.schema()))
                || (!registry.windows(name.name()).isEmpty() && visible("pg_catalog", name.schema()));
    }

    /// Resolves a function or aggregate call; null if none matches.
    ///
    /// @param explicitVariadic the last argument is an array passed with VARIADIC
    @Nullable
    Resolved function(QualifiedName name, List<SqlType> arguments, boolean explicitVariadic, int position) {
        if (arguments.size() > TOO_MANY_ARGUMENTS) {
            throw new UserException(SqlState.TOO_MANY_ARGUMENTS, "cannot pass more than 100 arguments to a function")
                    .withPosition(position);
        }
        List<Candidate> candidates = new ArrayList<>();
        for (FunctionDef function : registry.functions(name.name())) {
            if (visible(function.schema(), name.schema())) {
                addFunction(candidates, function, arguments.size(), explicitVariadic);
            }
        }
        for (AggregateDef aggregate : registry.aggregates(name.name())) {
            if (visible(aggregate.schema(), name.schema())) {
                addAggregate(candidates, aggregate, arguments.size());
            }
        }
        for (WindowDef window : registry.windows(name.name())) {
            if (visible("pg_catalog", name.schema()) && window.argTypes().size() == arguments.size()) {
                candidates.add(new Candidate(window, window.argTypes(), window.resultType(), -1));
            }
        }
        return chooseCall(candidates, name, arguments, position);
    }

    /// Resolves an aggregate with WITHIN GROUP; `arguments` are the direct ones and then the sorted ones.
    @Nullable
    Resolved orderedSet(QualifiedName name, List<SqlType> arguments, int position) {
        List<Candidate> candidates = new ArrayList<>();
        for (AggregateDef aggregate : registry.orderedSets(name.name())) {
            if (visible(aggregate.schema(), name.schema())) {
                addAggregate(candidates, aggregate, arguments.size());
            }
        }
        return chooseCall(candidates, name, arguments, position);
    }

    private @Nullable Resolved chooseCall(
            List<Candidate> candidates, QualifiedName name, List<SqlType> arguments, int position) {
        for (Candidate candidate : candidates) {
            if (candidate.variadic() < 0 && candidate.declared().equals(arguments)) {
                return settle(candidate, arguments);
            }
        }
        Candidate chosen = choose(candidates, arguments);
        if (AMBIGUOUS.equals(chosen)) {
            throw new UserException(
                            SqlState.AMBIGUOUS_FUNCTION,
                            "function " + signature(name.toString(), arguments) + " is not unique")
                    .withHint("Could not choose a best candidate function. You might need to add explicit type casts.")
                    .withPosition(position);
        }
        return chosen == null ? null : settle(chosen, arguments);
    }

    OmenException noFunction(QualifiedName name, List<SqlType> arguments, int position) {
        return new UserException(
                        SqlState.UNDEFINED_FUNCTION,
                        "function " + signature(name.toString(), arguments) + " does not exist")
                .withHint("No function matches the given name and argument types."
                        + " You might need to add explicit type casts.")
                .withPosition(position);
    }

    static String signature(String name, List<SqlType> arguments) {
        return arguments.stream().map(type -> type.format(-1)).collect(Collectors.joining(", ", name + "(", ")"));
    }

    private static void addFunction(List<Candidate> out, FunctionDef function, int count, boolean explicitVariadic) {
        List<SqlType> declared = function.argTypes();
        SqlType element = function.variadicElement();
        if (element == null || explicitVariadic) {
            if (count <= declared.size() && count >= function.requiredArguments()) {
                out.add(new Candidate(function, declared.subList(0, count), function.resultType(), -1));
            }
            return;
        }
        int fixed = declared.size() - 1;
        if (count > fixed || (count == fixed && element == Types.ANY)) {
            List<SqlType> expanded = new ArrayList<>(declared.subList(0, fixed));
            while (expanded.size() < count) {
                expanded.add(element);
            }
            out.add(new Candidate(function, expanded, function.resultType(), fixed));
        }
    }

    private static void addAggregate(List<Candidate> out, AggregateDef aggregate, int count) {
        List<SqlType> declared = aggregate.argTypes();
        if (!aggregate.variadic()) {
            if (declared.size() == count) {
                out.add(new Candidate(aggregate, declared, aggregate.resultType(), -1));
            }
            return;
        }
        if (count >= declared.size()) {
            List<SqlType> expanded = new ArrayList<>(declared);
            while (expanded.size() < count) {
                expanded.add(declared.getLast());
            }
            out.add(new Candidate(aggregate, expanded, aggregate.resultType(), -1));
        }
    }

    private Resolved settle(Candidate candidate, List<SqlType> arguments) {
        Polymorphism.Resolved types =
                Polymorphism.resolve(candidate.declared(), arguments, candidate.result(), coercions);
        if (types == null) {
            return new Resolved(candidate.target(), candidate.declared(), candidate.result(), candidate.variadic());
        }
        return new Resolved(candidate.target(), types.arguments(), types.result(), candidate.variadic());
    }

    /// Resolves `left op right` (`left` null for a prefix operator).
    Resolved operator(OperatorName name, @Nullable SqlType left, SqlType right, int position) {
        List<SqlType> arguments = left == null ? List.of(right) : List.of(left, right);
        List<Candidate> candidates = new ArrayList<>();
        for (OperatorDef operator : registry.operators(name.name())) {
            SqlType declaredLeft = operator.left();
            if ((declaredLeft == null) == (left == null) && visible(operator.schema(), name.schema())) {
                List<SqlType> declared =
                        declaredLeft == null ? List.of(operator.right()) : List.of(declaredLeft, operator.right());
                candidates.add(new Candidate(operator, declared, operator.resultType(), -1));
            }
        }
        List<SqlType> exact = arguments;
        if (left != null && left != right && (left == Types.UNKNOWN || right == Types.UNKNOWN)) {
            SqlType known = left == Types.UNKNOWN ? right : left;
            exact = List.of(known, known);
        }
        for (Candidate candidate : candidates) {
            if (candidate.declared().equals(exact)) {
                return settle(candidate, arguments);
            }
        }
        Candidate chosen = choose(candidates, arguments);
        if (AMBIGUOUS.equals(chosen)) {
            throw new UserException(
                            SqlState.AMBIGUOUS_FUNCTION, "operator is not unique: " + operatorText(name, left, right))
                    .withHint("Could not choose a best candidate operator. You might need to add explicit type casts.")
                    .withPosition(position);
        }
        if (chosen == null) {
            throw new UserException(
                            SqlState.UNDEFINED_FUNCTION, "operator does not exist: " + operatorText(name, left, right))
                    .withHint(
                            left == null
                                    ? "No operator matches the given name and argument type."
                                            + " You might need to add an explicit type cast."
                                    : "No operator matches the given name and argument types."
                                            + " You might need to add explicit type casts.")
                    .withPosition(position);
        }
        return settle(chosen, arguments);
    }

    private static String operatorText(OperatorName name, @Nullable SqlType left, SqlType right) {
        String sign = name.schema() == null ? name.name() : name.schema() + "." + name.name();
        return (left == null ? "" : left.format(-1) + " ") + sign + " " + right.format(-1);
    }

    private static final Candidate AMBIGUOUS = new Candidate("", List.of(), Types.UNKNOWN, -1);

    /// The best candidate, null if none fits, [#AMBIGUOUS] if several fit equally.
    private @Nullable Candidate choose(List<Candidate> candidates, List<SqlType> arguments) {
        List<Candidate> left = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (fits(candidate, arguments)) {
                left.add(candidate);
            }
        }
        left = preferFixedOverVariadic(left);
        if (left.size() <= 1) {
            return left.isEmpty() ? null : left.getFirst();
        }
        left = best(left, candidate -> exactMatches(candidate, arguments, false));
        if (left.size() == 1) {
            return left.getFirst();
        }
        left = best(left, candidate -> exactMatches(candidate, arguments, true));
        if (left.size() == 1) {
            return left.getFirst();
        }
        return chooseByUnknowns(left, arguments);
    }

    private boolean fits(Candidate candidate, List<SqlType> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (!coercions.canCoerce(arguments.get(i), candidate.declared().get(i), Context.IMPLICIT)) {
                return false;
            }
        }
        return Polymorphism.resolve(candidate.declared(), arguments, Types.BOOL, coercions) != null;
    }

    /// Two forms of one signature: the one without VARIADIC wins.
    private static List<Candidate> preferFixedOverVariadic(List<Candidate> candidates) {
        List<Candidate> kept = new ArrayList<>();
        for (Candidate candidate : candidates) {
            boolean shadowed = candidate.variadic() >= 0
                    && candidates.stream()
                            .anyMatch(other ->
                                    other.variadic() < 0 && other.declared().equals(candidate.declared()));
            if (!shadowed) {
                kept.add(candidate);
            }
        }
        return kept;
    }

    private interface Score {
        int of(Candidate candidate);
    }

    private static List<Candidate> best(List<Candidate> candidates, Score score) {
        int highest = candidates.stream().mapToInt(score::of).max().orElse(0);
        return candidates.stream()
                .filter(candidate -> score.of(candidate) == highest)
                .toList();
    }

    private static int exactMatches(Candidate candidate, List<SqlType> arguments, boolean orPreferred) {
        int matches = 0;
        for (int i = 0; i < arguments.size(); i++) {
            SqlType argument = arguments.get(i);
            SqlType declared = candidate.declared().get(i);
            if (argument != Types.UNKNOWN
                    && (declared == argument
                            || (orPreferred && declared.preferred() && declared.category() == argument.category()))) {
                matches++;
            }
        }
        return matches;
    }

    private Candidate chooseByUnknowns(List<Candidate> candidates, List<SqlType> arguments) {
        if (!arguments.contains(Types.UNKNOWN)) {
            return AMBIGUOUS;
        }
        List<Candidate> left = byCategory(candidates, arguments);
        if (left.size() == 1) {
            return left.getFirst();
        }
        return sameAsKnown(left.isEmpty() ? candidates : left, arguments);
    }

    /// Gives every untyped argument a category (string if any candidate takes one) and keeps the candidates
    /// that agree.
    private static List<Candidate> byCategory(List<Candidate> candidates, List<SqlType> arguments) {
        List<Candidate> left = candidates;
        List<Character> categories = new ArrayList<>();
        List<Boolean> preferredSeen = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            char category = 0;
            boolean preferred = false;
            if (arguments.get(i) == Types.UNKNOWN) {
                int at = i;
                boolean anyString = candidates.stream()
                        .anyMatch(candidate -> candidate.declared().get(at).category() == 'S');
                Set<Character> all = new HashSet<>();
                candidates.forEach(
                        candidate -> all.add(candidate.declared().get(at).category()));
                if (!anyString && all.size() > 1) {
                    return candidates;
                }
                char settled = anyString ? 'S' : all.iterator().next();
                category = settled;
                preferred = candidates.stream().anyMatch(candidate -> {
                    SqlType type = candidate.declared().get(at);
                    return type.category() == settled && type.preferred();
                });
            }
            categories.add(category);
            preferredSeen.add(preferred);
        }
        for (int i = 0; i < arguments.size(); i++) {
            int at = i;
            if (arguments.get(i) == Types.UNKNOWN) {
                left = left.stream()
                        .filter(candidate -> {
                            SqlType type = candidate.declared().get(at);
                            return type.category() == categories.get(at)
                                    && (!preferredSeen.get(at) || type.preferred());
                        })
                        .toList();
            }
        }
        return left.isEmpty() ? candidates : left;
    }

    /// If all typed arguments have one type, the untyped ones are taken to have it too.
    private Candidate sameAsKnown(List<Candidate> candidates, List<SqlType> arguments) {
        SqlType known = null;
        for (SqlType argument : arguments) {
            if (argument != Types.UNKNOWN) {
                if (known != null && known != argument) {
                    return AMBIGUOUS;
                }
                known = argument;
            }
        }
        if (known == null) {
            return AMBIGUOUS;
        }
        Candidate only = null;
        for (Candidate candidate : candidates) {
            SqlType type = known;
            if (candidate.declared().stream()
                    .allMatch(declared -> coercions.canCoerce(type, declared, Context.IMPLICIT))) {
                if (only != null) {
                    return AMBIGUOUS;
                }
                only = candidate;
            }
        }
        return only == null ? AMBIGUOUS : only;
    }

    /// The `=` or `<` operator two values of these types are compared by.
    OperatorDef comparison(String sign, SqlType left, SqlType right, int position) {
        return (OperatorDef)
                operator(OperatorName.of(sign), left, right, position).target();
    }
}
