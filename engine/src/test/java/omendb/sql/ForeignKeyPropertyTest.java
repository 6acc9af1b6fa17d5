package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/// Random changes to a table and one that refers to it, against a model that applies the action or refuses.
class ForeignKeyPropertyTest {
    private static final int DEFAULT = 4;

    /// What a statement does; NULL refers to nothing.
    sealed interface Op {
        record AddParent(int id) implements Op {}

        record DeleteParents(int from, int to) implements Op {}

        record MoveParents(int from, int to, int by) implements Op {}

        record AddChildren(int from, int to) implements Op {}

        record MoveChildren(int from, Integer to) implements Op {}
    }

    /// Parents by id, children by number with the parent each refers to.
    private static final class Model {
        private TreeMap<Integer, Boolean> parents = new TreeMap<>();
        private TreeMap<Integer, Integer> children = new TreeMap<>();
        private int nextChild;

        Model copy() {
            Model copy = new Model();
            copy.parents = new TreeMap<>(parents);
            copy.children = new TreeMap<>(children);
            copy.nextChild = nextChild;
            return copy;
        }

        List<String> lines() {
            List<String> lines = new ArrayList<>();
            parents.keySet().forEach(id -> lines.add("p|" + id + "|"));
            children.forEach((n, id) -> lines.add("c|" + n + "|" + (id == null ? "" : id)));
            return lines;
        }

        boolean holds() {
            return children.values().stream().allMatch(id -> id == null || parents.containsKey(id));
        }

        /// Keys that went, each with the one that came instead, or null.
        void follow(Map<Integer, Integer> gone, String action, boolean moved) {
            for (Map.Entry<Integer, Integer> child : children.entrySet()) {
                if (child.getValue() == null || !gone.containsKey(child.getValue())) {
                    continue;
                }
                switch (action) {
                    case "CASCADE" -> child.setValue(moved ? gone.get(child.getValue()) : Integer.valueOf(-1));
                    case "SET NULL" -> child.setValue(null);
                    case "SET DEFAULT" -> child.setValue(DEFAULT);
                    default -> {}
                }
            }
            children.values().removeIf(id -> id != null && id == -1);
        }
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void tables_are_as_the_action_makes_them_and_never_with_an_orphan(
            @ForAll("actions") String action, @ForAll boolean indexed, @ForAll("histories") List<Op> history) {
        try (TestDatabase database = new TestDatabase()) {
            database.execute(
                    "CREATE TABLE p (id int PRIMARY KEY)",
                    "CREATE TABLE c (n int, p bigint DEFAULT " + DEFAULT + " REFERENCES p ON DELETE " + action
                            + " ON UPDATE " + action + ")");
            if (indexed) {
                database.execute("CREATE INDEX ON c (p, n)");
            }
            Model model = new Model();
            for (Op op : history) {
                Model after = model.copy();
                boolean possible = apply(op, after, action);
                String answer = database.connection().run(sql(op, model));
                assertEquals(possible, !answer.startsWith("ERROR"), () -> op + " -> " + answer);
                model = possible ? after : model;
                assertEquals(
                        model.lines(),
                        database.connection()
                                .rows("SELECT 'p', id, NULL FROM p UNION ALL SELECT 'c', n, p FROM c"
                                        + " ORDER BY 1 DESC, 2"));
            }
        }
    }

    private static String sql(Op op, Model model) {
        return switch (op) {
            case Op.AddParent(int id) -> "INSERT INTO p VALUES (" + id + ")";
            case Op.DeleteParents(int from, int to) -> "DELETE FROM p WHERE id BETWEEN " + from + " AND " + to;
            case Op.MoveParents(int from, int to, int by) ->
                "UPDATE p SET id = id + " + by + " WHERE id BETWEEN " + from + " AND " + to;
            case Op.AddChildren(int from, int to) ->
                "INSERT INTO c SELECT " + model.nextChild + " + i, i FROM generate_series(" + from + ", " + to + ") i";
            case Op.MoveChildren(int from, Integer to) -> "UPDATE c SET p = " + to + " WHERE p = " + from;
        };
    }

    /// False = the statement must fail; the model is of no use then.
    private static boolean apply(Op op, Model model, String action) {
        switch (op) {
            case Op.AddParent(int id) -> {
                return model.parents.put(id, true) == null;
            }
            case Op.DeleteParents(int from, int to) -> {
                Map<Integer, Integer> gone = new TreeMap<>();
                for (Integer id : List.copyOf(model.parents
                        .subMap(from, true, Math.max(from, to), true)
                        .keySet())) {
                    if (id <= to) {
                        model.parents.remove(id);
                        gone.put(id, null);
                    }
                }
                model.follow(gone, action, false);
            }
            case Op.MoveParents(int from, int to, int by) -> {
                Map<Integer, Integer> gone = new TreeMap<>();
                List<Integer> moving = model.parents.keySet().stream()
                        .filter(id -> id >= from && id <= to)
                        .toList();
                for (int id : moving) {
                    // an immediate unique index refuses a key that another row still has
                    if (by != 0 && model.parents.containsKey(id + by)) {
                        return false;
                    }
                    model.parents.remove(id);
                    model.parents.put(id + by, true);
                    if (by != 0) {
                        gone.put(id, id + by);
                    }
                }
                model.follow(gone, action, true);
            }
            case Op.AddChildren(int from, int to) -> {
                for (int id = from; id <= to; id++) {
                    model.children.put(model.nextChild + id, id);
                }
                model.nextChild += 10;
            }
            case Op.MoveChildren(int from, Integer to) ->
                model.children.replaceAll((_, id) -> id != null && id == from ? to : id);
        }
        return model.holds();
    }

    @Provide
    Arbitrary<String> actions() {
        return Arbitraries.of("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT");
    }

    @Provide
    Arbitrary<List<Op>> histories() {
        Arbitrary<Integer> id = Arbitraries.integers().between(1, 9);
        Arbitrary<Integer> far = Arbitraries.of(-100, 0, 100);
        Arbitrary<Op> addParent = id.map(Op.AddParent::new);
        Arbitrary<Op> deleteParents = Combinators.combine(id, id).as(Op.DeleteParents::new);
        Arbitrary<Op> moveParents = Combinators.combine(id, id, far).as(Op.MoveParents::new);
        Arbitrary<Op> addChildren = Combinators.combine(id, id).as(Op.AddChildren::new);
        Arbitrary<Op> moveChildren = Combinators.combine(id, id.injectNull(0.2)).as(Op.MoveChildren::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(5, addParent),
                        Tuple.of(2, deleteParents),
                        Tuple.of(2, moveParents),
                        Tuple.of(4, addChildren),
                        Tuple.of(2, moveChildren))
                .list()
                .ofMinSize(5)
                .ofMaxSize(30);
    }
}
