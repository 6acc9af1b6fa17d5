package omendb.sql.plan;

import java.util.List;
import java.util.Set;
import omendb.engine.catalog.IndexDef;
import omendb.engine.table.IndexSlots;
import omendb.sql.plan.DistanceExpressions.Bound;
import omendb.sql.plan.DistanceExpressions.Ordering;
import org.jspecify.annotations.Nullable;

/// Which vector index of a table answers an expression with a distance, and what a condition on a distance
/// makes of it.
final class VectorPaths {
    private static final double DESCENT = 1;
    private static final double CODE = 0.0002;
    private static final double DIMENSIONS_PER_CODE = 256;

    private final AccessPaths paths;
    private final PlannerEnvironment environment;

    VectorPaths(AccessPaths paths, PlannerEnvironment environment) {
        this.paths = paths;
        this.environment = environment;
    }

    /// An index, the dimensions of its key, and the vector it is asked about.
    record Match(IndexDef index, int dimensions, Scalar query) {}

    /// The index that orders a scan's rows by a distance, or null.
    ///
    /// @param produced what is not known before the scan starts
    @Nullable
    Match match(LogicalPlan.Scan scan, Ordering ordering, List<Scalar> conditions, Set<Field> produced) {
        for (IndexDef index : environment.catalog().indexesOf(scan.table().oid())) {
            if (!index.isVector() || DistanceExpressions.ofIndex(index) != ordering.distance()) {
                continue;
            }
            IndexTerms terms = environment.terms(index, scan.fields());
            Scalar query = queryOf(ordering.call(), scan, index, terms.keys().getFirst());
            if (query != null
                    && !refersTo(query, produced)
                    && query.type() == IndexSlots.type(index, scan.table())
                    && paths.covers(terms, conditions)
                    && environment.usable(index.oid())) {
                return new Match(index, IndexSlots.dimensions(index, scan.table()), query);
            }
        }
        return null;
    }

    /// What the index's key is compared with, or null if it is not compared.
    ///
    /// @param expression the key over the scan's fields, null for a column
    private static @Nullable Scalar queryOf(
            Scalar.Call call, LogicalPlan.Scan scan, IndexDef index, @Nullable Scalar expression) {
        Scalar left = call.args().get(0);
        Scalar right = call.args().get(1);
        if (isKey(left, scan, index, expression)) {
            return right;
        }
        return isKey(right, scan, index, expression) ? left : null;
    }

    private static boolean isKey(Scalar scalar, LogicalPlan.Scan scan, IndexDef index, @Nullable Scalar expression) {
        if (expression != null) {
            return Implication.plain(scalar).equals(Implication.plain(expression));
        }
        Field field = AccessPaths.column(scalar);
        return field != null
                && scan.fields().contains(field)
                && field.columnNumber() == index.keys().getFirst().attnum();
    }

    /// All rows near a vector by its index, if a condition asks for them; else null.
    ///
    /// Not for rows that are to be locked or changed: those are looked for as long as it takes.
    @Nullable
    PhysicalPlan range(LogicalPlan.Scan scan, List<Scalar> conditions) {
        if (scan.rowId() != null || !environment.enabled("enable_indexscan")) {
            return null;
        }
        for (Scalar condition : conditions) {
            Bound bound = DistanceExpressions.bound(condition);
            if (bound == null || !isOutside(bound.radius().value(), scan)) {
                continue;
            }
            Match match = match(scan, bound.ordering(), conditions, Set.copyOf(scan.output()));
            if (match != null) {
                return range(scan, conditions, bound, match);
            }
        }
        return null;
    }

    private PhysicalPlan range(LogicalPlan.Scan scan, List<Scalar> conditions, Bound bound, Match match) {
        List<Scalar> rest = conditions.stream()
                .filter(condition -> !condition.equals(bound.condition()))
                .toList();
        double rows = environment.rows(scan.table().oid());
        double near = paths.rowsAfter(scan, List.of(bound.condition()));
        double perCode = CODE * (1 + match.dimensions() / DIMENSIONS_PER_CODE);
        return new PhysicalPlan.VectorRangeScan(
                paths.read(scan, rest),
                match.index(),
                match.query(),
                bound.radius(),
                bound.condition(),
                new Estimate(
                        paths.rowsAfter(scan, conditions),
                        DESCENT + rows * perCode,
                        DESCENT + rows * perCode + near * AccessPaths.FETCH,
                        AccessPaths.width(scan.fields())));
    }

    /// The bound that conditions put on a distance that an index is asked for, or null.
    PhysicalPlan.@Nullable Radius within(LogicalPlan.Scan scan, List<Scalar> conditions, Ordering ordering) {
        for (Scalar condition : conditions) {
            Bound bound = DistanceExpressions.bound(condition);
            if (bound != null
                    && bound.ordering().distance() == ordering.distance()
                    && bound.ordering().call().args().equals(ordering.call().args())
                    && isOutside(bound.radius().value(), scan)) {
                return bound.radius();
            }
        }
        return null;
    }

    private static boolean isOutside(Scalar value, LogicalPlan.Scan scan) {
        return !Scalars.contains(value, Scalar.Subquery.class) && !refersTo(value, Set.copyOf(scan.output()));
    }

    /// The query vector has to be known before the scan starts.
    private static boolean refersTo(Scalar query, Set<Field> produced) {
        return Scalars.isVolatile(query) || Scalars.fields(query).stream().anyMatch(produced::contains);
    }
}
