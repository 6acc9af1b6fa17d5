package omendb.engine;

import java.nio.file.Path;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.table.Table;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;

/// One open data directory.
///
/// Threading: every method may be called by any thread; a transaction belongs to one session.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class Database implements AutoCloseable {
    /// Recovers and starts.
    ///
    /// @throws omendb.engine.error.OmenException if the directory is in use, damaged or of an unknown version
    public static Database open(Path directory, DatabaseOptions options) {
        throw new UnsupportedOperationException();
    }

    public Transaction begin(Isolation isolation, boolean readOnly) {
        throw new UnsupportedOperationException();
    }

    /// The newest committed catalog with the transaction's own changes, whatever its snapshot (as in PostgreSQL).
    public Catalog catalog(Transaction transaction) {
        throw new UnsupportedOperationException();
    }

    /// The newest committed catalog.
    public Catalog catalog() {
        throw new UnsupportedOperationException();
    }

    /// A table to read and write; keeps others from dropping it until the transaction ends.
    ///
    /// @throws omendb.engine.error.UserException 42P01 if it is gone
    public Table table(Transaction transaction, int tableOid) {
        throw new UnsupportedOperationException();
    }

    /// The transaction's DDL.
    public SchemaEditor schema(Transaction transaction) {
        throw new UnsupportedOperationException();
    }

    /// Next value of a sequence: never given out again, not even after a crash; not undone by rollback.
    public long nextval(Transaction transaction, int sequenceOid) {
        throw new UnsupportedOperationException();
    }

    /// Sets a sequence; not undone by rollback. `called` false = the next nextval returns `value` itself.
    public void setval(Transaction transaction, int sequenceOid, long value, boolean called) {
        throw new UnsupportedOperationException();
    }

    /// Running value of a sequence, as `SELECT last_value, is_called FROM sequence`.
    public SequenceValue sequenceValue(Transaction transaction, int sequenceOid) {
        throw new UnsupportedOperationException();
    }

    /// @param lastValue last value given out, or the first to give if not called yet
    public record SequenceValue(long lastValue, boolean isCalled) {}

    /// Bytes of a relation's main storage (pg_relation_size); a table without its indexes and vectors.
    public long sizeBytes(Transaction transaction, int relationOid) {
        throw new UnsupportedOperationException();
    }

    /// Makes everything committed so far independent of the WAL and frees WAL segments.
    public void checkpoint() {
        throw new UnsupportedOperationException();
    }

    /// A clean checkpoint, then everything is closed. Open transactions are rolled back.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
