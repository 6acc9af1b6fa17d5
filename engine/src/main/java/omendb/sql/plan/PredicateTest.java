package omendb.sql.plan;

import java.util.List;

/// [Implication] for the binder, which compares no constants.
public final class PredicateTest {
    private PredicateTest() {}

    /// Whether the predicate is true wherever all conditions are, by their form alone.
    public static boolean implied(List<Scalar> conditions, Scalar predicate) {
        return new Implication(_ -> false).implies(conditions, predicate);
    }

    /// An expression without relabelling, which changes no value: for comparing two.
    public static Scalar plain(Scalar scalar) {
        return Implication.plain(scalar);
    }
}
