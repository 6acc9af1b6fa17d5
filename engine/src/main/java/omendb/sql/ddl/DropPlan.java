package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import org.jspecify.annotations.Nullable;

/// Finds all that goes when objects are dropped, in the order and with the messages of PostgreSQL's dependency.c.
final class DropPlan {
    static final String HINT = "Use DROP ... CASCADE to drop the dependent objects too.";

    /// Lines of a message at most.
    private static final int MOST_SHOWN = 100;

    private final DdlContext context;
    private final DependencyGraph graph;
    private final ObjectDescriptions descriptions;
    private final List<ObjectAddress> originals;

    /// What goes, dependents before what they depend on.
    private final Map<ObjectAddress, Reason> targets = new LinkedHashMap<>();

    private final List<ObjectAddress> path = new ArrayList<>();

    /// Why an object goes.
    private static final class Reason {
        private boolean original;
        private boolean silent;
        private @Nullable ObjectAddress on;
    }

    private DropPlan(DdlContext context, List<ObjectAddress> originals) {
        this.context = context;
        this.originals = originals;
        this.graph = new DependencyGraph(context.catalog(), context.searchPath());
        this.descriptions = new ObjectDescriptions(context);
    }

    /// What goes with `objects`, dependents first; refuses without CASCADE (2BP01), tells with it.
    static List<ObjectAddress> of(DdlContext context, List<ObjectAddress> objects, boolean cascade) {
        DropPlan plan = new DropPlan(context, List.copyOf(objects));
        for (ObjectAddress object : objects) {
            plan.collect(object, null, null);
        }
        plan.report(cascade);
        return List.copyOf(plan.targets.keySet());
    }

    private void collect(ObjectAddress object, DependencyGraph.@Nullable Kind kind, @Nullable ObjectAddress on) {
        Reason known = known(object);
        if (known != null) {
            mark(known, kind);
            return;
        }
        if (path.contains(object)) {
            return;
        }
        ObjectAddress owner = ownerOutside(object, on);
        if (owner != null) {
            if (on == null) {
                throw requires(object, owner);
            }
            collect(owner, kind, on); // its owner goes in its place, and takes it along
            return;
        }
        path.add(object);
        List<DependencyGraph.Edge> dependents = new ArrayList<>(graph.dependentsOf(object));
        dependents.sort((a, b) -> ObjectAddress.NEWEST_FIRST.compare(a.dependent(), b.dependent()));
        for (DependencyGraph.Edge edge : dependents) {
            if (!edge.dependent().isPartOf(object)) {
                collect(edge.dependent(), edge.kind(), object);
            }
        }
        path.removeLast();
        Reason reason = new Reason();
        reason.on = on;
        mark(reason, kind);
        targets.put(object, reason);
    }

    /// The object itself or the whole that it is a column of.
    private @Nullable Reason known(ObjectAddress object) {
        Reason found = targets.get(object);
        return found != null || object.subId() == 0
                ? found
                : targets.get(new ObjectAddress(object.classOid(), object.oid(), 0));
    }

    private static void mark(Reason reason, DependencyGraph.@Nullable Kind kind) {
        reason.original |= kind == null;
        reason.silent |= kind == DependencyGraph.Kind.AUTO || kind == DependencyGraph.Kind.INTERNAL;
    }

    /// What the object is a part of, unless that goes as well.
    private @Nullable ObjectAddress ownerOutside(ObjectAddress object, @Nullable ObjectAddress on) {
        for (DependencyGraph.Edge edge : graph.dependenciesOf(object)) {
            if (edge.kind() == DependencyGraph.Kind.INTERNAL
                    && (on == null || !edge.on().isPartOf(on))
                    && originals.stream().noneMatch(edge.on()::isPartOf)
                    && path.stream().noneMatch(edge.on()::isPartOf)
                    && targets.keySet().stream().noneMatch(edge.on()::isPartOf)) {
                return edge.on();
            }
        }
        return null;
    }

    private OmenException requires(ObjectAddress object, ObjectAddress owner) {
        String other = descriptions.of(owner);
        return DdlErrors.error(
                        SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                        "cannot drop " + descriptions.of(object) + " because " + other + " requires it")
                .withHint("You can drop " + other + " instead.");
    }

    private void report(boolean cascade) {
        List<ObjectAddress> told = new ArrayList<>();
        targets.forEach((object, reason) -> {
            if (!reason.original && !reason.silent) {
                told.addFirst(object);
            }
        });
        if (told.isEmpty()) {
            return;
        }
        if (!cascade) {
            List<String> lines = told.stream()
                    .map(object -> descriptions.of(object) + " depends on "
                            + descriptions.of(Objects.requireNonNull(Objects.requireNonNull(targets.get(object)).on)))
                    .toList();
            String message = originals.size() == 1
                    ? "cannot drop " + descriptions.of(originals.getFirst()) + " because other objects depend on it"
                    : "cannot drop desired object(s) because other objects depend on them";
            throw DdlErrors.error(SqlState.DEPENDENT_OBJECTS_STILL_EXIST, message)
                    .withDetail(joined(lines))
                    .withHint(HINT);
        }
        List<String> lines = told.stream()
                .map(object -> "drop cascades to " + descriptions.of(object))
                .toList();
        if (lines.size() == 1) {
            context.notice(SqlState.SUCCESSFUL_COMPLETION, lines.getFirst());
        } else {
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION,
                    "drop cascades to " + lines.size() + " other objects",
                    joined(lines));
        }
    }

    private static String joined(List<String> lines) {
        if (lines.size() <= MOST_SHOWN) {
            return String.join("\n", lines);
        }
        int more = lines.size() - MOST_SHOWN;
        return String.join("\n", lines.subList(0, MOST_SHOWN)) + "\nand " + more + " other "
                + (more == 1 ? "object" : "objects") + " (see server log for list)";
    }
}
