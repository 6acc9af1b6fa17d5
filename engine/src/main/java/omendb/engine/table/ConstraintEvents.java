package omendb.engine.table;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionParticipant;
import omendb.engine.type.NativeBytesWriter;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// What a transaction still has to check: events that its writes queue, fired in order at the end of the
/// statement, or for a deferred constraint at the commit.
///
/// An event, off-heap:
///
///     offset size field
///     0      4    length of the event
///     4      4    oid of the constraint
///     8      1    kind: referencing row, key deleted, key changed, row of a deferrable unique constraint
///     9      n    the row's id (8), or the key that is gone and the one that came ([KeyValues])
///
/// Actions (CASCADE and its kin) are never deferred and queue events of their own. A deferred event only
/// checks, so that firing it again is harmless: it stays to the end of the transaction, and ROLLBACK TO
/// needs no more than positions. Those before `settled` have been fired, all of them, and not been rolled
/// back to since.
///
/// Memory: what a statement queues does not grow with its rows as long as they are good. Beyond
/// [#DRAIN_BYTES] the referencing rows are looked at while the statement runs; a row that is found good then
/// stays good, since the row it refers to is locked, and if the statement takes that away later it queues
/// an event for it.
/// Threading: the transaction's thread.
public final class ConstraintEvents implements TransactionParticipant {
    private static final int HEADER_BYTES = 9;
    private static final int ROW_BYTES = HEADER_BYTES + Long.BYTES;
    private static final int DRAIN_BYTES = 1 << 20;
    private static final int MOST_BYTES = Integer.MAX_VALUE - (1 << 24);

    private static final byte ROW = 0;
    private static final byte KEY_DELETED = 1;
    private static final byte KEY_CHANGED = 2;
    private static final byte UNIQUE = 3;

    private final Transaction transaction;
    private final TableWriters tables;
    private final Catalogs catalogs;
    private final Storages storages;
    private final ForeignKeyChecker foreignKeys;
    private final NativeBytesWriter now;
    private final NativeBytesWriter later;
    private final Map<Integer, Tables> known = new HashMap<>();
    private final Map<Integer, ForeignKeyPath> paths = new HashMap<>();
    private final Map<Integer, UniqueRecheck> rechecks = new HashMap<>();
    private Modes modes = new Modes(null, Map.of());
    private long pathsVersion;
    private int settled;
    private boolean rowsOnly = true;
    private int drainAt = DRAIN_BYTES;

    /// SET CONSTRAINTS: what it said of all, and of single ones since.
    private record Modes(@Nullable Boolean all, Map<Integer, Boolean> single) {}

    private record Position(int later, int settled, Modes modes) {}

    /// The table a constraint belongs to, and the one it refers to.
    private record Tables(int owner, int referenced) {}

    ConstraintEvents(Transaction transaction, TableWriters tables, Catalogs catalogs, Storages storages) {
        this.transaction = transaction;
        this.tables = tables;
        this.catalogs = catalogs;
        this.storages = storages;
        this.foreignKeys = new ForeignKeyChecker(transaction);
        TableWriter.Buffers buffers = transaction.participant(TableWriter.Buffers.class, TableWriter.Buffers::new);
        this.now = buffers.allocate();
        this.later = buffers.allocate();
    }

    // ---- queueing ----

    /// Says which table a constraint belongs to, before its first event.
    void know(ConstraintDef.Key key, int tableOid) {
        known.put(key.oid(), new Tables(tableOid, tableOid));
    }

    void know(ConstraintDef.ForeignKey key, int tableOid) {
        known.put(key.oid(), new Tables(tableOid, key.tableOid()));
    }

    /// A row has new values in a foreign key's columns.
    void row(ConstraintDef.ForeignKey key, long rowId) {
        row(key, ROW, rowId);
    }

    /// A row has a new key under a deferrable unique constraint.
    void unique(ConstraintDef.Key key, long rowId) {
        row(key, UNIQUE, rowId);
    }

    private void row(ConstraintDef constraint, byte kind, long rowId) {
        boolean deferred = isDeferred(constraint);
        NativeBytesWriter log = deferred ? later : now;
        int start = begin(log, constraint, kind);
        log.writeLong(rowId);
        end(log, start);
        if (!deferred && rowsOnly && log.position() >= drainAt) {
            drain();
        }
    }

    void keyDeleted(ConstraintDef.ForeignKey key, KeyValues old) {
        NativeBytesWriter log = log(key, key.onDelete());
        int start = begin(log, key, KEY_DELETED);
        old.write(log);
        end(log, start);
    }

    void keyChanged(ConstraintDef.ForeignKey key, KeyValues old, KeyValues changed) {
        NativeBytesWriter log = log(key, key.onUpdate());
        int start = begin(log, key, KEY_CHANGED);
        old.write(log);
        changed.write(log);
        end(log, start);
    }

    private NativeBytesWriter log(ConstraintDef.ForeignKey key, ConstraintDef.Action action) {
        if (action == ConstraintDef.Action.NO_ACTION && isDeferred(key)) {
            return later;
        }
        rowsOnly = false;
        return now;
    }

    private static int begin(NativeBytesWriter log, ConstraintDef constraint, byte kind) {
        int start = log.position();
        if (start > MOST_BYTES) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED, "too many constraint checks are pending in one transaction");
        }
        log.writeInt(0);
        log.writeInt(constraint.oid());
        log.writeByte(kind);
        return start;
    }

    private static void end(NativeBytesWriter log, int start) {
        log.putIntAt(start, log.position() - start);
    }

    private boolean isDeferred(ConstraintDef constraint) {
        if (!constraint.timing().deferrable()) {
            return false;
        }
        Boolean single = modes.single().get(constraint.oid());
        Boolean said = single == null ? modes.all() : single;
        return said == null ? constraint.timing() == ConstraintDef.Timing.DEFERRED : said;
    }

    /// SET CONSTRAINTS ALL.
    public void setAll(boolean deferred) {
        modes = new Modes(deferred, Map.of());
    }

    /// SET CONSTRAINTS of some.
    public void set(List<ConstraintDef> constraints, boolean deferred) {
        Map<Integer, Boolean> single = new HashMap<>(modes.single());
        constraints.forEach(constraint -> single.put(constraint.oid(), deferred));
        modes = new Modes(modes.all(), Map.copyOf(single));
    }

    /// Whether events of a table's rows are deferred and have not been fired.
    public boolean isPending(int tableOid) {
        for (int position = settled; position < later.position(); ) {
            long event = later.address() + position;
            Tables of = tables(oid(event));
            boolean ofRow = kind(event) == ROW || kind(event) == UNIQUE;
            if (tableOid == (ofRow ? of.owner() : of.referenced())) {
                return true;
            }
            position += length(event);
        }
        return false;
    }

    // ---- firing ----

    public boolean hasDeferred() {
        return later.position() > settled;
    }

    /// Fires what the statement has queued, and what that queues in turn. Statements must not read on: what
    /// they wrote becomes visible.
    public void endStatement(ReferentialActions actions) {
        if (now.position() == 0) {
            return;
        }
        try {
            transaction.advanceCommand();
            paths.values().forEach(ForeignKeyPath::clearPassed);
            fire(now, 0, actions, false);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        } finally {
            forgetStatement();
        }
    }

    /// Fires the deferred events: all before a commit, those of constraints that are immediate now after SET
    /// CONSTRAINTS.
    public void checkDeferred(boolean all, ReferentialActions actions) {
        if (!hasDeferred()) {
            return;
        }
        try {
            transaction.advanceCommand();
            paths.values().forEach(ForeignKeyPath::clearPassed);
            if (fire(later, settled, actions, !all)) {
                settled = later.position();
            }
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// Fires the events from a position on; false = some were left out.
    private boolean fire(NativeBytesWriter log, int start, ReferentialActions actions, boolean immediateOnly) {
        boolean all = true;
        int position = start;
        while (position < log.position()) {
            transaction.checkCancelled();
            long event = log.address() + position;
            position += length(event);
            Resolved resolved = resolve(oid(event));
            if (resolved == null) {
                continue;
            }
            if (immediateOnly && isDeferred(resolved.constraint())) {
                all = false;
                continue;
            }
            switch (resolved.constraint()) {
                case ConstraintDef.ForeignKey key -> fire(resolved.catalog(), path(resolved, key), event, actions);
                case ConstraintDef.Key key -> {
                    UniqueRecheck recheck = recheck(resolved, key);
                    if (!recheck.isUnique(rowId(event))) {
                        throw recheck.duplicate(resolved.catalog());
                    }
                }
                case ConstraintDef.Check _ -> throw new IllegalStateException("a CHECK has no events");
            }
        }
        return all;
    }

    private void fire(Catalog catalog, ForeignKeyPath path, long event, ReferentialActions actions) {
        byte kind = kind(event);
        if (kind == ROW) {
            foreignKeys.requireParent(catalog, path, rowId(event));
        } else {
            path.readEvent(event + HEADER_BYTES, length(event) - HEADER_BYTES, kind == KEY_CHANGED);
            foreignKeys.keyGone(catalog, path, kind == KEY_CHANGED, actions);
        }
    }

    /// Looks at the rows queued so far and keeps those that are not good yet.
    private void drain() {
        paths.values().forEach(ForeignKeyPath::clearPassed);
        int end = now.position();
        int kept = 0;
        for (int position = 0; position < end; position += ROW_BYTES) {
            long event = now.address() + position;
            Resolved resolved = resolve(oid(event));
            if (resolved != null && !isGood(resolved, rowId(event))) {
                NativeMemory.copy(now.address() + position, now.address() + kept, ROW_BYTES);
                kept += ROW_BYTES;
            }
        }
        now.truncate(kept);
        drainAt = DRAIN_BYTES + 2 * Math.min(kept, MOST_BYTES / 4);
    }

    private boolean isGood(Resolved resolved, long rowId) {
        return switch (resolved.constraint()) {
            case ConstraintDef.ForeignKey key ->
                foreignKeys.find(path(resolved, key), rowId) == ForeignKeyChecker.Finding.GOOD;
            case ConstraintDef.Key key -> recheck(resolved, key).isUnique(rowId);
            case ConstraintDef.Check _ -> throw new IllegalStateException("a CHECK has no events");
        };
    }

    private Tables tables(int constraintOid) {
        return Objects.requireNonNull(known.get(constraintOid));
    }

    private static int length(long event) {
        return Integer.reverseBytes(NativeMemory.getInt(event));
    }

    private static int oid(long event) {
        return Integer.reverseBytes(NativeMemory.getInt(event + 4));
    }

    private static byte kind(long event) {
        return NativeMemory.getByte(event + 8);
    }

    private static long rowId(long event) {
        return Long.reverseBytes(NativeMemory.getLong(event + HEADER_BYTES));
    }

    private record Resolved(Catalog catalog, int tableOid, ConstraintDef constraint) {}

    /// The constraint as it is now; null = it was dropped.
    private @Nullable Resolved resolve(int constraintOid) {
        int tableOid = tables(constraintOid).owner();
        transaction.lockTable(tableOid, TableLockMode.ACCESS_SHARE); // who drops it is waited for
        Catalog catalog = catalogs.of(transaction);
        if (catalog.version() != pathsVersion) {
            paths.clear();
            rechecks.clear();
            pathsVersion = catalog.version();
        }
        TableDef table = catalog.table(tableOid);
        if (table != null) {
            for (ConstraintDef constraint : table.constraints()) {
                if (constraint.oid() == constraintOid) {
                    return new Resolved(catalog, tableOid, constraint);
                }
            }
        }
        return null;
    }

    private ForeignKeyPath path(Resolved resolved, ConstraintDef.ForeignKey key) {
        ForeignKeyPath path = paths.get(key.oid());
        if (path == null) {
            path = path(resolved.catalog(), resolved.tableOid(), key);
            paths.put(key.oid(), path);
        }
        return path;
    }

    private UniqueRecheck recheck(Resolved resolved, ConstraintDef.Key key) {
        UniqueRecheck recheck = rechecks.get(key.oid());
        if (recheck == null) {
            Table table = tables.describe(resolved.catalog(), resolved.tableOid());
            recheck = new UniqueRecheck(table, key.indexOid(), transaction, storages);
            rechecks.put(key.oid(), recheck);
        }
        return recheck;
    }

    private ForeignKeyPath path(Catalog catalog, int tableOid, ConstraintDef.ForeignKey key) {
        return new ForeignKeyPath(
                key,
                tables.describe(catalog, tableOid),
                tables.describe(catalog, key.tableOid()),
                transaction,
                storages);
    }

    /// Looks at all rows for a foreign key that is new or not valid yet.
    void validate(int tableOid, ConstraintDef.ForeignKey key) {
        Catalog catalog = catalogs.of(transaction);
        foreignKeys.validate(catalog, path(catalog, tableOid, key));
    }

    // ---- the transaction ----

    private void forgetStatement() {
        now.truncate(0);
        rowsOnly = true;
        drainAt = DRAIN_BYTES;
    }

    @Override
    public void prepare(CommitRecord record) {}

    @Override
    public void committed(long commitTimestamp) {}

    @Override
    public void rolledBack() {}

    @Override
    public Object mark() {
        return new Position(later.position(), settled, modes);
    }

    @Override
    public void rollbackTo(@Nullable Object mark) {
        Position position = mark == null ? new Position(0, 0, new Modes(null, Map.of())) : (Position) mark;
        forgetStatement();
        later.truncate(position.later());
        settled = position.settled();
        modes = position.modes();
        paths.values().forEach(ForeignKeyPath::clearPassed);
    }
}
