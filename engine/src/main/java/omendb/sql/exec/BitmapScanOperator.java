package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import omendb.engine.catalog.IndexDef;
import omendb.engine.table.RowFetch;
import omendb.engine.table.Table;
import omendb.engine.table.TermQuery;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.TermExtractor;
import omendb.sql.plan.InvertedProbe;
import omendb.sql.plan.PhysicalPlan;
import org.jspecify.annotations.Nullable;

/// Rows that an inverted index finds, in the order of their row ids. The conditions are to be evaluated on them again.
final class BitmapScanOperator extends Operator {
    private final int tableOid;
    private final IndexDef index;
    private final InvertedProbe probe;
    private final int[] attnums;
    private final Program values;
    private @Nullable RowFetch fetch;
    private long[] rowIds = {};
    private int next;
    private int nextTest;

    /// @param values the other operands of the probe's tests, in their order
    BitmapScanOperator(ExecutionContext context, PhysicalPlan.BitmapScan plan, Program values) {
        super(context, batchOf(plan.read().output()));
        this.tableOid = plan.read().table().oid();
        this.index = plan.index();
        this.probe = plan.probe();
        this.attnums = ScanOperators.attnums(plan.read());
        this.values = values;
    }

    @Override
    void start() {
        finish();
        Table table = context().database().table(context().transaction(), tableOid);
        fetch = table.fetch(context().transaction(), attnums);
        values.reset();
        nextTest = 0;
        TermQuery query = query(probe, table);
        rowIds = table.invertedIndex(index.oid()).find(context().transaction(), query);
    }

    private TermQuery query(InvertedProbe part, Table table) {
        return switch (part) {
            case InvertedProbe.Test test -> test(test, table);
            case InvertedProbe.All(var parts) -> new TermQuery.All(queries(parts, table));
            case InvertedProbe.Any(var parts) -> new TermQuery.Any(queries(parts, table));
        };
    }

    private List<TermQuery> queries(List<InvertedProbe> parts, Table table) {
        List<TermQuery> queries = new ArrayList<>();
        for (InvertedProbe part : parts) {
            queries.add(query(part, table));
        }
        return queries;
    }

    private TermQuery test(InvertedProbe.Test test, Table table) {
        ColumnVector value = values.evaluator(nextTest++).value(new ColumnVector[0], 1);
        if (value.isNull(0)) {
            return TermQuery.nothing();
        }
        IndexDef.Key key = index.keys().get(test.key());
        SqlType computed = key.type();
        SqlType type =
                computed != null ? computed : table.def().column(key.attnum()).type();
        String named = key.operatorClass();
        String operatorClass = named == null ? Objects.requireNonNull(TermExtractor.defaultClass(type)) : named;
        return TermQueries.of(test.strategy(), test.key(), operatorClass, value, 0);
    }

    @Override
    boolean advance() {
        out().reset();
        RowFetch rows = Objects.requireNonNull(fetch);
        while (!out().isFull() && next < rowIds.length) {
            rows.append(rowIds[next++], out());
        }
        return out().rowCount() > 0;
    }

    @Override
    void finish() {
        fetch = null;
        rowIds = new long[0];
        next = 0;
    }

    @Override
    public void close() {
        super.close();
        values.close();
    }
}
