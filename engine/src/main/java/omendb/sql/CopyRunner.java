package omendb.sql;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TableRef;
import omendb.sql.ast.Utility;
import omendb.sql.bind.Binder;
import omendb.sql.bind.ParameterTypes;
import omendb.sql.copy.CopyColumn;
import omendb.sql.copy.CopyFormat;
import omendb.sql.copy.CopyIn;
import omendb.sql.copy.CopyOut;
import omendb.sql.copy.CopyReader;
import omendb.sql.exec.CopyInsert;
import omendb.sql.exec.CopyQuery;
import omendb.sql.exec.Execution;
import omendb.sql.plan.Field;

/// Starts COPY. The statement stays open until the client has sent everything, or has been sent everything.
final class CopyRunner {
    private final SessionParts parts;

    CopyRunner(SessionParts parts) {
        this.parts = parts;
    }

    ExecutionResult start(Utility.Copy copy) {
        if (copy.filename() != null) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "COPY with a file is not supported")
                    .withHint("Use COPY ... FROM STDIN or TO STDOUT; psql's \\copy command does.");
        }
        CopyFormat format = CopyFormat.of(copy.options(), copy.from());
        Transaction transaction = parts.transactions().startStatement();
        try {
            parts.environment().refresh();
            Execution.Statement statement = parts.queries().statement(transaction, parts.evaluation(), List.of());
            return copy.from() ? from(copy, format, statement) : to(copy, format, statement);
        } catch (OmenException e) {
            parts.transactions().endStatement();
            throw e;
        }
    }

    private ExecutionResult from(Utility.Copy copy, CopyFormat format, Execution.Statement statement) {
        if (copy.table() == null) {
            throw new UserException(SqlState.SYNTAX_ERROR, "COPY FROM needs a table");
        }
        TableDef table = parts.requireTable(copy.table());
        if (statement.transaction().readOnly() && !statement.catalog().isTemporary(table)) {
            throw new UserException(
                    SqlState.READ_ONLY_SQL_TRANSACTION, "cannot execute COPY FROM in a read-only transaction");
        }
        table = new TableLocker(parts).lock(statement.transaction(), copy.table(), TableLockMode.ROW_EXCLUSIVE, false);
        statement.transaction().renewSnapshotAfterWait();
        Binder binder = new Binder(parts.environment(), ParameterTypes.of(new int[0]));
        List<Field> row = binder.row(table);
        SchemaDef schema = parts.environment().catalog().schema(table.schemaOid());
        List<ColumnDef> columns = columns(table, copy.columns());
        CopyInsert rows = new CopyInsert(
                statement,
                new CopyInsert.Target(
                        table,
                        schema == null ? "" : schema.name(),
                        columns,
                        binder.defaults(table),
                        row,
                        copy.where() == null ? null : binder.copyCondition(table, copy.where(), row),
                        binder.checks(table, row)),
                parts.queries()::planSubquery);
        List<CopyColumn> copyColumns = columns.stream()
                .map(column -> new CopyColumn(column.name(), column.type(), column.typmod()))
                .toList();
        CopyReader reader =
                CopyReader.open(format, copyColumns, parts.environment().types(), table.name(), rows);
        parts.hold(() -> {
            reader.close();
            rows.close();
        });
        return new ExecutionResult.CopyInStarted(
                new Input(statement.transaction(), format, copyColumns.size(), reader, rows));
    }

    /// The columns a COPY names, or all.
    private static List<ColumnDef> columns(TableDef table, List<String> names) {
        if (names.isEmpty()) {
            return table.liveColumns().stream()
                    .filter(column -> !column.isGenerated())
                    .toList();
        }
        List<ColumnDef> columns = new ArrayList<>();
        for (String name : names) {
            ColumnDef column = table.column(name);
            if (column == null) {
                throw new UserException(
                        SqlState.UNDEFINED_COLUMN,
                        "column \"" + name + "\" of relation \"" + table.name() + "\" does not exist");
            }
            if (column.isGenerated()) {
                throw new UserException(
                                SqlState.INVALID_COLUMN_REFERENCE, "column \"" + name + "\" is a generated column")
                        .withDetail("Generated columns cannot be used in COPY.");
            }
            if (columns.contains(column)) {
                throw new UserException(SqlState.DUPLICATE_COLUMN, "column \"" + name + "\" specified more than once");
            }
            columns.add(column);
        }
        return columns;
    }

    private ExecutionResult to(Utility.Copy copy, CopyFormat format, Execution.Statement statement) {
        Statement source = copy.query() == null ? query(copy) : copy.query();
        if (!(source instanceof Query) && !(source instanceof Dml)) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "COPY query must be a query");
        }
        QueryRunner.Bound bound = parts.queries().bind(source, new int[0]);
        if (bound.plan().output().isEmpty() && source instanceof Dml) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "COPY query must have a RETURNING clause");
        }
        Execution execution = parts.queries().compile(parts.queries().plan(bound.plan()));
        CopyQuery query = new CopyQuery(execution, statement, format);
        parts.hold(query::close);
        return new ExecutionResult.CopyOutStarted(new GuardedOut(query, statement.transaction()));
    }

    /// `COPY t (a, b) TO` as the query it means.
    private Query query(Utility.Copy copy) {
        if (copy.table() == null) {
            throw new UserException(SqlState.SYNTAX_ERROR, "COPY TO needs a table or a query");
        }
        int position = copy.position();
        TableDef table = parts.requireTable(copy.table());
        List<SelectItem> items = columns(table, copy.columns()).stream()
                .map(column -> new SelectItem(new Expr.ColumnRef(List.of(column.name()), position), null, position))
                .toList();
        Query.Select select = new Query.Select(
                null,
                items,
                null,
                List.of(new TableRef.Table(copy.table(), false, null, null, position)),
                null,
                null,
                null,
                List.of(),
                position);
        return Query.of(select, position);
    }

    private void end() {
        parts.hold(() -> {});
        parts.transactions().endStatement();
    }

    private OmenException failed(OmenException e) {
        end();
        parts.transactions().fail();
        return e;
    }

    /// Feeds the reader; fails the transaction on any error, ends the statement at the end.
    private final class Input implements CopyIn {
        private final Transaction transaction;
        private final CopyFormat format;
        private final int columnCount;
        private final CopyReader reader;
        private final CopyInsert rows;

        Input(Transaction transaction, CopyFormat format, int columnCount, CopyReader reader, CopyInsert rows) {
            this.transaction = transaction;
            this.rows = rows;
            this.format = format;
            this.columnCount = columnCount;
            this.reader = reader;
        }

        @Override
        public boolean isBinary() {
            return format.isBinary();
        }

        @Override
        public int columnCount() {
            return columnCount;
        }

        @Override
        public void data(MemorySegment chunk) {
            try {
                reader.feed(chunk);
            } catch (OmenException e) {
                throw failed(e);
            }
        }

        @Override
        public String end() {
            String tag;
            try {
                reader.end();
                parts.constraints().afterStatement(transaction);
                tag = "COPY " + (reader.rowCount() - rows.skipped());
            } catch (OmenException e) {
                throw failed(e);
            }
            CopyRunner.this.end();
            return tag;
        }

        @Override
        public void fail(String reason) {
            throw failed(new UserException(SqlState.QUERY_CANCELED, "COPY from stdin failed: " + reason)
                    .withWhere(reader.whereNext()));
        }
    }

    private final class GuardedOut implements CopyOut {
        private final CopyOut inner;
        private final Transaction transaction;

        GuardedOut(CopyOut inner, Transaction transaction) {
            this.inner = inner;
            this.transaction = transaction;
        }

        @Override
        public boolean isBinary() {
            return inner.isBinary();
        }

        @Override
        public int columnCount() {
            return inner.columnCount();
        }

        @Override
        public String run(Sink sink) {
            String tag;
            try {
                tag = inner.run(sink);
                parts.constraints().afterStatement(transaction);
            } catch (OmenException e) {
                throw failed(e);
            }
            end();
            return tag;
        }
    }
}
