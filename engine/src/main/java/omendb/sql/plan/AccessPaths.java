package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.engine.catalog.IndexDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.plan.PhysicalPlan.Bound;
import omendb.sql.plan.PhysicalPlan.KeyBounds;
import omendb.sql.plan.PhysicalPlan.TableRead;
import org.jspecify.annotations.Nullable;

/// The ways to read a table under conditions: all of it, a range of a btree index, or what an inverted index finds.
final class AccessPaths {
    private static final double ROW = 0.01;
    private static final double CONDITION = 0.0025;
    private static final double DESCENT = 0.3;
    static final double FETCH = 0.04;
    private static final double DISABLED = 1e10;

    private final PlannerEnvironment environment;
    private final VectorPaths vectors;

    AccessPaths(PlannerEnvironment environment) {
        this.environment = environment;
        this.vectors = new VectorPaths(this, environment);
    }

    /// The paths by indexes over vectors.
    VectorPaths vectors() {
        return vectors;
    }

    /// The column an expression is, seen through relabelling; else null.
    static @Nullable Field column(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Column(Field field) -> field;
            case Scalar.Relabel relabel -> column(relabel.operand());
            default -> null;
        };
    }

    /// The cheapest way.
    PhysicalPlan best(LogicalPlan.Scan scan, List<Scalar> conditions) {
        PhysicalPlan direct = byRowId(scan, conditions);
        if (direct != null) {
            return direct;
        }
        PhysicalPlan best = sequential(scan, conditions);
        for (IndexDef index : environment.catalog().indexesOf(scan.table().oid())) {
            PhysicalPlan path = index.isVector()
                    ? null
                    : index.isInverted() ? byTerms(scan, index, conditions) : byIndex(scan, index, conditions);
            if (path != null && path.estimate().total() < best.estimate().total()) {
                best = path;
            }
        }
        PhysicalPlan near = vectors.range(scan, conditions);
        return near != null && near.estimate().total() < best.estimate().total() ? near : best;
    }

    /// The row itself, if a condition names it.
    private @Nullable PhysicalPlan byRowId(LogicalPlan.Scan scan, List<Scalar> conditions) {
        Field rowId = scan.rowId();
        if (rowId == null) {
            return null;
        }
        Set<Field> own = new HashSet<>(scan.output());
        for (Scalar condition : conditions) {
            if (condition instanceof Scalar.Call call
                    && call.form() == Scalar.CallForm.OPERATOR
                    && call.name().equals("=")
                    && rowId.equals(column(call.args().getFirst()))
                    && isOutside(call.args().getLast(), own)) {
                List<Scalar> rest = new ArrayList<>(conditions);
                rest.remove(condition);
                return new PhysicalPlan.RowIdScan(
                        read(scan, rest),
                        call.args().getLast(),
                        condition,
                        new Estimate(1, 0, FETCH + ROW, width(scan.fields())));
            }
        }
        return null;
    }

    TableRead read(LogicalPlan.Scan scan, List<Scalar> filter) {
        return new TableRead(scan.table(), scan.alias(), scan.fields(), scan.rowId(), Scalars.conjunction(filter));
    }

    double rowsAfter(LogicalPlan.Scan scan, List<Scalar> conditions) {
        double rows = environment.rows(scan.table().oid());
        List<IndexDef> indexes = environment.catalog().indexesOf(scan.table().oid());
        return Math.max(1, rows * Selectivity.of(conditions, scan.table(), indexes, rows));
    }

    static int width(List<Field> fields) {
        int width = 0;
        for (Field field : fields) {
            SqlType type = field.type();
            boolean vector = type == Types.VECTOR && field.typmod() > 0;
            width += vector ? 4 * field.typmod() + 8 : type.storageWidth() > 0 ? type.storageWidth() : 32;
        }
        return width;
    }

    PhysicalPlan sequential(LogicalPlan.Scan scan, List<Scalar> conditions) {
        double rows = environment.rows(scan.table().oid());
        double cost = rows * (ROW + conditions.size() * CONDITION) + rows * width(scan.fields()) / 8192;
        double start = environment.enabled("enable_seqscan") ? 0 : DISABLED;
        return new PhysicalPlan.SeqScan(
                read(scan, conditions),
                new Estimate(rowsAfter(scan, conditions), start, start + cost, width(scan.fields())));
    }

    private @Nullable PhysicalPlan byIndex(LogicalPlan.Scan scan, IndexDef index, List<Scalar> conditions) {
        IndexTerms terms = terms(scan, index, conditions);
        if (terms == null) {
            return null;
        }
        Match match = match(scan, index, terms, conditions);
        boolean ranges = match.bounds().lower() != null || match.bounds().upper() != null;
        if (ranges && index.method().equals(IndexDef.HASH)) {
            return null;
        }
        // a partial index alone narrows the rows down
        return match.used().isEmpty() && !index.isPartial() ? null : indexScan(scan, index, match, conditions, false);
    }

    private @Nullable PhysicalPlan byTerms(LogicalPlan.Scan scan, IndexDef index, List<Scalar> conditions) {
        IndexTerms terms = terms(scan, index, conditions);
        InvertedPaths.Match match = terms == null ? null : new InvertedPaths(scan, index, terms).match(conditions);
        if (match == null) {
            return null;
        }
        double touched =
                Math.max(1, environment.rows(scan.table().oid()) * match.probe().selectivity());
        double rows = Math.min(rowsAfter(scan, conditions), touched);
        double start = (environment.enabled("enable_bitmapscan") ? 0 : DISABLED)
                + DESCENT * match.probe().tests().size()
                + touched * ROW;
        double cost = start + touched * (FETCH + ROW + conditions.size() * CONDITION);
        return new PhysicalPlan.BitmapScan(
                read(scan, conditions),
                index,
                match.probe(),
                match.conditions(),
                new Estimate(rows, start, cost, width(scan.fields())));
    }

    /// The index's expressions over the scan, null if it may not be used or its predicate does not follow.
    private @Nullable IndexTerms terms(LogicalPlan.Scan scan, IndexDef index, List<Scalar> conditions) {
        if (!environment.usable(index.oid())) {
            return null;
        }
        IndexTerms terms = environment.terms(index, scan.fields());
        return covers(terms, conditions) ? terms : null;
    }

    /// Whether every row that the conditions let through is in the index.
    boolean covers(IndexTerms terms, List<Scalar> conditions) {
        Scalar predicate = terms.predicate();
        return predicate == null || new Implication(environment::holds).implies(conditions, predicate);
    }

    /// A scan in the index's order that yields rows in the order of `keys`, or null.
    @Nullable
    PhysicalPlan ordered(LogicalPlan.Scan scan, List<Scalar> conditions, List<SortKey> keys) {
        for (IndexDef index : environment.catalog().indexesOf(scan.table().oid())) {
            IndexTerms terms = index.method().equals(IndexDef.BTREE) ? terms(scan, index, conditions) : null;
            if (terms == null) {
                continue;
            }
            Match match = match(scan, index, terms, conditions);
            Boolean backward = direction(index, terms, match, keys);
            if (backward != null && match.bounds().any() == null) {
                return indexScan(scan, index, match, conditions, backward);
            }
        }
        return null;
    }

    /// Whether the index has to be read backward (or forward) to yield the order; null = it cannot.
    private static @Nullable Boolean direction(IndexDef index, IndexTerms terms, Match match, List<SortKey> keys) {
        int fixed = match.bounds().equals().size();
        Boolean backward = null;
        int at = fixed;
        for (SortKey key : keys) {
            if (at == index.keys().size()) {
                return null;
            }
            Scalar computed = terms.keys().get(at);
            IndexDef.Key indexKey = index.keys().get(at++);
            Field field = column(key.expression());
            boolean same = computed != null
                    ? Implication.plain(key.expression()).equals(Implication.plain(computed))
                    : field != null && field.columnNumber() == indexKey.attnum();
            if (!same) {
                return null;
            }
            boolean reversed = key.descending() != indexKey.descending();
            boolean nullsFit = (key.nullsFirst() != indexKey.nullsFirst()) == reversed;
            if (!nullsFit || (backward != null && backward != reversed)) {
                return null;
            }
            backward = reversed;
        }
        return backward;
    }

    private PhysicalPlan indexScan(
            LogicalPlan.Scan scan, IndexDef index, Match match, List<Scalar> conditions, boolean backward) {
        List<Scalar> rest = new ArrayList<>(conditions);
        rest.removeAll(match.exact());
        Scalar predicate =
                index.isPartial() ? environment.terms(index, scan.fields()).predicate() : null;
        if (predicate != null) {
            rest.removeAll(Scalars.conjuncts(predicate)); // every entry satisfies it
        }
        double tableRows = environment.rows(scan.table().oid());
        double rows = rowsAfter(scan, conditions);
        double touched = match.used().isEmpty()
                ? tableRows
                : index.unique()
                                && match.bounds().equals().size()
                                        == index.keys().size()
                        ? 1
                        : rowsAfter(scan, match.used());
        double start = environment.enabled("enable_indexscan") ? DESCENT : DISABLED;
        double cost = start + touched * (FETCH + ROW + rest.size() * CONDITION);
        return new PhysicalPlan.IndexScan(
                read(scan, rest),
                index,
                match.bounds(),
                match.used(),
                backward,
                new Estimate(Math.min(rows, touched), start, cost, width(scan.fields())));
    }

    /// @param used  conditions that shape the bounds
    /// @param exact those of them that need no second look
    private record Match(KeyBounds bounds, List<Scalar> used, List<Scalar> exact) {}

    /// A key of an index as conditions may speak of it.
    ///
    /// @param expression over the scan's fields, null for the column `attnum`
    private record Term(int attnum, SqlType type, @Nullable Scalar expression) {}

    /// Finds bounds on the index's leading columns among the conditions.
    private static Match match(LogicalPlan.Scan scan, IndexDef index, IndexTerms terms, List<Scalar> conditions) {
        Set<Field> own = new HashSet<>(scan.fields());
        List<Scalar> used = new ArrayList<>();
        List<Scalar> exact = new ArrayList<>();
        List<Scalar> equals = new ArrayList<>();
        for (int i = 0; i < index.keys().size(); i++) {
            Scalar expression = terms.keys().get(i);
            int attnum = index.keys().get(i).attnum();
            Term column = new Term(
                    attnum,
                    expression != null
                            ? expression.type()
                            : scan.table().column(attnum).type(),
                    expression);
            Comparison equal = find(conditions, own, column, "=");
            if (equal != null) {
                equals.add(equal.value());
                equal.note(used, exact);
                continue;
            }
            Scalar any = findAny(conditions, own, column, used, exact);
            if (any != null) {
                return new Match(new KeyBounds(equals, any, null, null), used, exact);
            }
            Bound lower = bound(conditions, own, column, ">", used, exact);
            Bound upper = bound(conditions, own, column, "<", used, exact);
            return new Match(new KeyBounds(equals, null, lower, upper), used, exact);
        }
        return new Match(new KeyBounds(equals, null, null, null), used, exact);
    }

    private record Comparison(Scalar condition, String operator, Scalar value, boolean exact) {
        void note(List<Scalar> used, List<Scalar> exactOnes) {
            used.add(condition);
            if (exact) {
                exactOnes.add(condition);
            }
        }
    }

    private static @Nullable Bound bound(
            List<Scalar> conditions, Set<Field> own, Term column, String sign, List<Scalar> used, List<Scalar> exact) {
        Comparison strict = find(conditions, own, column, sign);
        Comparison inclusive = strict == null ? find(conditions, own, column, sign + "=") : null;
        Comparison found = strict == null ? inclusive : strict;
        if (found == null || !found.exact()) {
            return null;
        }
        found.note(used, exact);
        return new Bound(found.value(), strict == null);
    }

    private static @Nullable Comparison find(List<Scalar> conditions, Set<Field> own, Term column, String operator) {
        for (Scalar condition : conditions) {
            if (!(condition instanceof Scalar.Call call)
                    || call.form() != Scalar.CallForm.OPERATOR
                    || call.args().size() != 2) {
                continue;
            }
            Scalar left = call.args().get(0);
            Scalar right = call.args().get(1);
            if (call.name().equals(operator) && isColumn(left, own, column) && isOutside(right, own)) {
                Comparison found = comparison(condition, operator, right, column);
                if (found != null) {
                    return found;
                }
            }
            if (call.name().equals(mirrored(operator)) && isColumn(right, own, column) && isOutside(left, own)) {
                Comparison found = comparison(condition, operator, left, column);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static String mirrored(String operator) {
        return switch (operator) {
            case "<" -> ">";
            case "<=" -> ">=";
            case ">" -> "<";
            case ">=" -> "<=";
            default -> operator;
        };
    }

    private static boolean isColumn(Scalar scalar, Set<Field> own, Term column) {
        if (column.expression() != null) {
            return Implication.plain(scalar).equals(Implication.plain(column.expression()));
        }
        Field field = column(scalar);
        return field != null && own.contains(field) && field.columnNumber() == column.attnum();
    }

    /// Whether the value is known before the scan starts.
    static boolean isOutside(Scalar scalar, Set<Field> own) {
        return !Scalars.isVolatile(scalar)
                && !Scalars.contains(scalar, Scalar.Subquery.class)
                && Scalars.fields(scalar).stream().noneMatch(own::contains);
    }

    /// The value as one of the column's type; null if that could change its meaning.
    private static @Nullable Comparison comparison(Scalar condition, String operator, Scalar value, Term column) {
        Scalar plain = strip(value);
        if (plain.type() == column.type()) {
            return new Comparison(condition, operator, plain, true);
        }
        if (value.type() == column.type()) {
            return new Comparison(condition, operator, value, true);
        }
        int from = integerWidth(value.type());
        int to = integerWidth(column.type());
        if (from > 0 && to > 0) {
            // a wider value may not fit the key: the row's own value is compared again
            return new Comparison(condition, operator, new Scalar.Relabel(value, column.type(), -1, false), to >= from);
        }
        if (isText(value.type()) && isText(column.type())) {
            return new Comparison(condition, operator, new Scalar.Relabel(value, column.type(), -1, false), true);
        }
        return null;
    }

    static Scalar strip(Scalar scalar) {
        return scalar instanceof Scalar.Relabel relabel && !relabel.explicit() ? strip(relabel.operand()) : scalar;
    }

    private static int integerWidth(SqlType type) {
        return type == Types.INT2 ? 2 : type == Types.INT4 ? 4 : type == Types.INT8 ? 8 : 0;
    }

    private static boolean isText(SqlType type) {
        return type == Types.TEXT || type == Types.VARCHAR || type == Types.NAME;
    }

    /// `column = ANY (array)` with an array known before the scan.
    private static @Nullable Scalar findAny(
            List<Scalar> conditions, Set<Field> own, Term column, List<Scalar> used, List<Scalar> exact) {
        for (Scalar condition : conditions) {
            if (condition instanceof Scalar.AnyArray any
                    && !any.all()
                    && any.operator().equals("=")
                    && isColumn(any.left(), own, column)
                    && isOutside(any.array(), own)) {
                SqlType element = any.array().type().elementType();
                boolean fits = element == column.type()
                        || (element != null && isText(element) && isText(column.type()))
                        || (element != null
                                && integerWidth(element) > 0
                                && integerWidth(element) <= integerWidth(column.type()));
                if (fits) {
                    used.add(condition);
                    exact.add(condition);
                    return any.array();
                }
            }
        }
        return null;
    }
}
