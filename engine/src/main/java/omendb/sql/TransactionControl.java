package omendb.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import omendb.engine.Database;
import omendb.engine.catalog.Catalog;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Backend;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Timestamps;
import omendb.sql.ast.Utility.IsolationLevel;
import omendb.sql.ast.Utility.TransactionModes;
import omendb.sql.setting.Settings;
import org.jspecify.annotations.Nullable;

/// The session's transaction: opened by BEGIN, or implicitly by the first statement of a query string or
/// of the messages before a Sync.
///
/// A statement that fails rolls an implicit transaction back at once. In a block it leaves the block
/// failed: without savepoints the transaction is rolled back right away (its locks are free), else it is
/// taken back to the last savepoint and waits for ROLLBACK.
final class TransactionControl {
    private enum Block {
        NONE,
        IMPLICIT,
        EXPLICIT,
        FAILED
    }

    private record Savepoint(
            String name, Transaction.Mark mark, Settings.Mark settings, boolean readOnly, long serial) {}

    /// Hears of the ends of transactions.
    interface EndListener {
        void ended(boolean committed);

        /// The open transaction is about to end.
        void ending();

        /// What was done after a savepoint was undone.
        ///
        /// @param serial of the savepoint, growing with each
        void rolledBackTo(long serial);
    }

    private final Database database;
    private final Settings settings;
    private final SessionListener listener;
    private final Backend backend;
    private final LongSupplier deadline;
    private final Consumer<Transaction> beforeCommit;
    private final EndListener onEnd;
    private long savepointSerial;
    private final List<Savepoint> savepoints = new ArrayList<>();
    private Block block = Block.NONE;
    private @Nullable Transaction transaction;
    private boolean queried;
    private String level = "read committed";
    private boolean deferrable;
    private long startedAt = Timestamps.now();
    private long statementAt = startedAt;

    /// @param backend  the session among those of the database
    /// @param deadline moment of [System#nanoTime] at which the running statement must have ended, 0 =
    ///        none
    /// @param beforeCommit what the session still has to do; an error rolls back
    /// @param onEnd        told of every end of a transaction
    TransactionControl(
            Database database,
            Settings settings,
            SessionListener listener,
            Backend backend,
            LongSupplier deadline,
            Consumer<Transaction> beforeCommit,
            EndListener onEnd) {
        this.database = database;
        this.settings = settings;
        this.listener = listener;
        this.backend = backend;
        this.deadline = deadline;
        this.beforeCommit = beforeCommit;
        this.onEnd = onEnd;
    }

    TransactionStatus status() {
        return switch (block) {
            case NONE, IMPLICIT -> TransactionStatus.IDLE;
            case EXPLICIT -> TransactionStatus.IN_TRANSACTION;
            case FAILED -> TransactionStatus.FAILED;
        };
    }

    boolean inBlock() {
        return block == Block.EXPLICIT || block == Block.FAILED;
    }

    /// now().
    long startedAt() {
        return block == Block.NONE ? statementAt : startedAt;
    }

    long statementAt() {
        return statementAt;
    }

    /// The open transaction, or null.
    @Nullable
    Transaction current() {
        return transaction;
    }

    Backend backend() {
        return backend;
    }

    /// The catalog that statements are bound against now.
    Catalog catalog() {
        Transaction open = transaction;
        return open == null || !open.isActive() ? database.catalog() : database.catalog(open);
    }

    /// The transaction, opened implicitly if there is none.
    Transaction require() {
        Transaction open = transaction;
        if (open == null) {
            open = open(null);
            block = Block.IMPLICIT;
        }
        return open;
    }

    /// Begins the implicit transaction as far as settings go: SET needs none of the database, but is undone with the
    /// statements around it.
    void requireForSettings() {
        if (block == Block.NONE) {
            settings.begin();
            block = Block.IMPLICIT;
            startedAt = Timestamps.now();
        }
    }

    /// Starts a statement: a snapshot, the clock, and a transaction if there is none.
    Transaction startStatement() {
        Transaction open = prepareStatement();
        open.startStatement();
        return open;
    }

    /// Starts a statement that goes on with what an earlier one of the transaction saw.
    void resumeStatement(Transaction.View view) {
        prepareStatement().resumeStatement(view);
    }

    private Transaction prepareStatement() {
        requireUsable();
        statementAt = Timestamps.now();
        Transaction open = require();
        queried = true;
        open.setLockTimeoutMillis(settings.integer("lock_timeout"));
        open.setDeadlockTimeoutMillis(settings.integer("deadlock_timeout"));
        open.setStatementDeadline(deadline.getAsLong());
        return open;
    }

    void endStatement() {
        if (transaction != null && transaction.isActive()) {
            transaction.endStatement();
        }
    }

    /// Refuses everything but the end of a failed block.
    void requireUsable() {
        if (block == Block.FAILED) {
            throw new UserException(
                    SqlState.IN_FAILED_SQL_TRANSACTION,
                    "current transaction is aborted, commands ignored until end of transaction block");
        }
    }

    private Transaction open(@Nullable TransactionModes modes) {
        level = modes == null || modes.isolation() == null
                ? settings.canonical("default_transaction_isolation")
                : words(modes.isolation());
        Boolean asked = modes == null ? null : modes.readOnly();
        boolean readOnly = asked == null ? settings.bool("default_transaction_read_only") : asked;
        Boolean deferred = modes == null ? null : modes.deferrable();
        deferrable = deferred == null ? settings.bool("default_transaction_deferrable") : deferred;
        Transaction opened = database.begin(isolation(level), readOnly, backend);
        opened.setDeferrable(deferrable);
        transaction = opened;
        queried = false;
        startedAt = Timestamps.now();
        statementAt = startedAt;
        if (block == Block.NONE) {
            settings.begin();
        }
        return opened;
    }

    /// A property of the transaction as SHOW prints it (outside of one: what the next will have); null =
    /// the setting is none.
    @Nullable
    String property(String setting) {
        Transaction open = transaction;
        return switch (setting) {
            case "transaction_isolation" -> open == null ? settings.canonical("default_transaction_isolation") : level;
            case "transaction_read_only" ->
                (open == null ? settings.bool("default_transaction_read_only") : open.readOnly()) ? "on" : "off";
            case "transaction_deferrable" ->
                (open == null ? settings.bool("default_transaction_deferrable") : deferrable) ? "on" : "off";
            default -> null;
        };
    }

    /// The modes that AND CHAIN hands on.
    private TransactionModes modes() {
        Transaction open = transaction;
        return new TransactionModes(
                IsolationLevel.valueOf(level.toUpperCase(Locale.ROOT).replace(' ', '_')),
                open != null && open.readOnly(),
                deferrable);
    }

    private static String words(Enum<?> level) {
        return level.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Isolation isolation(String words) {
        return switch (words) {
            case "repeatable read" -> Isolation.REPEATABLE_READ;
            case "serializable" -> Isolation.SERIALIZABLE;
            default -> Isolation.READ_COMMITTED;
        };
    }

    /// BEGIN.
    void begin(TransactionModes modes) {
        switch (block) {
            case NONE -> {
                statementAt = Timestamps.now();
                open(modes);
                block = Block.EXPLICIT;
            }
            case IMPLICIT -> {
                require();
                block = Block.EXPLICIT;
                setModes(modes);
            }
            case EXPLICIT -> warn(SqlState.ACTIVE_SQL_TRANSACTION, "there is already a transaction in progress");
            case FAILED -> requireUsable();
        }
    }

    /// SET TRANSACTION.
    void setModes(TransactionModes modes) {
        Transaction open = transaction;
        if (open == null) {
            warn(SqlState.NO_ACTIVE_SQL_TRANSACTION, "SET TRANSACTION can only be used in transaction blocks");
            return;
        }
        IsolationLevel asked = modes.isolation();
        if (asked != null && !words(asked).equals(level)) {
            if (queried) {
                throw new UserException(
                        SqlState.ACTIVE_SQL_TRANSACTION,
                        "SET TRANSACTION ISOLATION LEVEL must be called before any query");
            }
            if (!savepoints.isEmpty()) {
                throw new UserException(
                        SqlState.ACTIVE_SQL_TRANSACTION,
                        "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction");
            }
            level = words(asked);
            open.setIsolation(isolation(level));
        }
        Boolean readOnly = modes.readOnly();
        if (readOnly != null) {
            if (!readOnly && open.readOnly()) {
                requireReadWriteAllowed();
            }
            open.setReadOnly(readOnly);
        }
        if (modes.deferrable() != null) {
            if (queried) {
                throw new UserException(
                        SqlState.ACTIVE_SQL_TRANSACTION,
                        "SET TRANSACTION [NOT] DEFERRABLE must be called before any query");
            }
            deferrable = modes.deferrable();
            open.setDeferrable(deferrable);
        }
    }

    private void requireReadWriteAllowed() {
        if (!savepoints.isEmpty() && savepoints.getLast().readOnly()) {
            throw new UserException(
                    SqlState.ACTIVE_SQL_TRANSACTION,
                    "cannot set transaction read-write mode inside a read-only transaction");
        }
        if (queried) {
            throw new UserException(
                    SqlState.ACTIVE_SQL_TRANSACTION, "transaction read-write mode must be set before any query");
        }
    }

    /// COMMIT. Answers whether it committed (a failed block is rolled back instead).
    ///
    /// @param chain AND CHAIN: begins the next transaction with the same modes
    boolean commit(boolean chain) {
        requireBlockToChain("COMMIT AND CHAIN", chain);
        TransactionModes modes = modes();
        boolean committed = commit();
        if (chain) {
            begin(modes);
        }
        return committed;
    }

    /// PREPARE TRANSACTION. Answers whether it prepared one (a failed block is rolled back instead, and without a
    /// transaction there is nothing to do). Afterwards the session has none, whatever came of it.
    boolean prepareTransaction(String gid, String owner, String databaseName) {
        if (block == Block.FAILED) {
            rollbackAll();
            return false;
        }
        if (block != Block.EXPLICIT) {
            warn(SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
        }
        if (block == Block.NONE) {
            return false;
        }
        require();
        finish(open -> database.preparedTransactions().prepare(open, gid, Timestamps.now(), owner, databaseName));
        return true;
    }

    private void requireBlockToChain(String command, boolean chain) {
        if (chain && !inBlock()) {
            throw new UserException(
                    SqlState.NO_ACTIVE_SQL_TRANSACTION, command + " can only be used in transaction blocks");
        }
    }

    private boolean commit() {
        if (block == Block.FAILED) {
            rollbackAll();
            return false;
        }
        if (block != Block.EXPLICIT) {
            warn(SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
        }
        finish(this::commit);
        return true;
    }

    private void commit(Transaction open) {
        open.commit(settings.synchronousCommit());
    }

    /// ROLLBACK, with or without AND CHAIN.
    void rollback(boolean chain) {
        requireBlockToChain("ROLLBACK AND CHAIN", chain);
        TransactionModes modes = modes();
        rollback();
        if (chain) {
            begin(modes);
        }
    }

    private void rollback() {
        if (!inBlock()) {
            warn(SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
        }
        rollbackAll();
    }

    /// Commits the implicit transaction, if one is open.
    void sync() {
        if (block == Block.IMPLICIT) {
            finish(this::commit);
        }
    }

    /// Ends the transaction by COMMIT or PREPARE TRANSACTION. What waits for a transaction's end, as the checks of
    /// deferred constraints do, is done here, before either.
    private void finish(Consumer<Transaction> ending) {
        Transaction open = transaction;
        transaction = null;
        block = Block.NONE;
        savepoints.clear();
        if (open == null) {
            settings.commit();
            return;
        }
        try {
            open.setStatementDeadline(deadline.getAsLong());
            beforeCommit.accept(open);
            onEnd.ending();
            ending.accept(open);
            settings.commit();
            onEnd.ended(true);
        } catch (RuntimeException | Error e) {
            onEnd.ending();
            open.rollback();
            settings.rollback();
            onEnd.ended(false);
            throw e;
        }
    }

    private void rollbackAll() {
        Transaction open = transaction;
        transaction = null;
        block = Block.NONE;
        savepoints.clear();
        if (open != null) {
            onEnd.ending();
            open.rollback();
        }
        settings.rollback();
        onEnd.ended(false);
    }

    /// A statement failed.
    void fail() {
        if (block != Block.EXPLICIT) {
            if (block == Block.IMPLICIT) {
                rollbackAll();
            }
            return;
        }
        block = Block.FAILED;
        Transaction open = transaction;
        if (open == null || !open.isActive()) {
            transaction = null;
        } else if (savepoints.isEmpty()) {
            onEnd.ending();
            open.rollback();
            transaction = null;
        } else {
            open.endStatement();
            open.rollbackTo(savepoints.getLast().mark());
        }
    }

    void savepoint(String name) {
        requireBlock("SAVEPOINT");
        Transaction open = require();
        savepoints.add(new Savepoint(name, open.mark(), settings.mark(), open.readOnly(), ++savepointSerial));
    }

    void release(String name) {
        requireBlock("RELEASE SAVEPOINT");
        int at = find(name);
        savepoints.subList(at, savepoints.size()).clear();
    }

    void rollbackTo(String name) {
        if (!inBlock()) {
            requireBlock("ROLLBACK TO SAVEPOINT");
        }
        int at = find(name);
        Savepoint savepoint = savepoints.get(at);
        savepoints.subList(at + 1, savepoints.size()).clear();
        Transaction open = require();
        open.endStatement();
        open.rollbackTo(savepoint.mark());
        open.setReadOnly(savepoint.readOnly());
        settings.rollbackTo(savepoint.settings());
        block = Block.EXPLICIT;
        onEnd.rolledBackTo(savepoint.serial());
    }

    /// Serial of the newest savepoint there has been.
    long savepointSerial() {
        return savepointSerial;
    }

    /// Refuses what cannot run together with other statements in one transaction.
    void requireNoBlock(String command) {
        if (block != Block.NONE) {
            throw new UserException(
                    SqlState.ACTIVE_SQL_TRANSACTION, command + " cannot run inside a transaction block");
        }
    }

    /// Gives back the session's advisory locks.
    void unlockAll() {
        database.sessions().unlockAll(backend);
    }

    private void requireBlock(String command) {
        requireUsable();
        if (block != Block.EXPLICIT) {
            throw new UserException(
                    SqlState.NO_ACTIVE_SQL_TRANSACTION, command + " can only be used in transaction blocks");
        }
    }

    private int find(String name) {
        for (int i = savepoints.size() - 1; i >= 0; i--) {
            if (savepoints.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new UserException(SqlState.INVALID_SAVEPOINT_SPECIFICATION, "savepoint \"" + name + "\" does not exist");
    }

    private void warn(SqlState state, String message) {
        listener.notice("WARNING", state, message, null, null);
    }

    void close() {
        rollbackAll();
    }
}
