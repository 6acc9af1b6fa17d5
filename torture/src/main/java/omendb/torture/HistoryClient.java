package omendb.torture;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import omendb.torture.history.HistoryTransaction.Outcome;
import omendb.torture.history.IsolationLevel;
import omendb.torture.history.Operation;

/// One client of a [HistoryWorkload]: random transactions of reads and writes, with savepoints, rollbacks and row
/// locks;
/// every one is recorded with how it ended.
///
/// Threading: one thread.
final class HistoryClient implements Client {
    private static final int LONGEST = 5;

    private final int number;
    private final Random random;
    private final HistoryWorkload workload;
    private long transactions;

    HistoryClient(int number, Random random, HistoryWorkload workload) {
        this.number = number;
        this.random = random;
        this.workload = workload;
    }

    @Override
    public long transactions() {
        return transactions;
    }

    @Override
    public String lastStep() {
        return "history of " + workload.level().sql();
    }

    @Override
    public void step(Connection connection) throws SQLException {
        List<Operation> operations = new ArrayList<>();
        long invoked = System.nanoTime();
        Outcome outcome = Outcome.ABORTED;
        try (Statement statement = connection.createStatement()) {
            try {
                statement.execute("BEGIN ISOLATION LEVEL " + workload.level().sql());
                int count = 1 + random.nextInt(LONGEST);
                for (int i = 0; i < count; i++) {
                    operation(statement, operations);
                    if (random.nextInt(15) == 0) {
                        undone(statement, invoked);
                    }
                }
                if (random.nextInt(15) == 0) {
                    statement.execute("ROLLBACK");
                    return;
                }
            } catch (SQLException failed) {
                Workload.rollbackQuietly(statement);
                throw failed;
            }
            outcome = Outcome.INDETERMINATE;
            try {
                statement.execute("COMMIT");
            } catch (SQLException failed) {
                if (isConflict(failed)) {
                    outcome = Outcome.ABORTED;
                }
                throw failed;
            }
            outcome = Outcome.COMMITTED;
            transactions++;
        } finally {
            workload.record(number, outcome, operations, invoked);
        }
    }

    static boolean isConflict(SQLException failed) {
        return String.valueOf(failed.getSQLState()).startsWith("40");
    }

    private void operation(Statement statement, List<Operation> operations) throws SQLException {
        int key = workload.anyKey(random);
        switch (random.nextInt(8)) {
            case 0, 1 -> append(statement, operations, key);
            case 2, 3 -> {
                String condition = random.nextBoolean() ? " WHERE id = " + key : " WHERE alternate = " + -key;
                operations.add(
                        HistoryWorkload.readOf(key, HistoryWorkload.readLists(statement, condition + anyLock())));
            }
            case 4 -> {
                var lists = HistoryWorkload.readLists(statement, " WHERE id BETWEEN " + key + " AND " + (key + 2));
                for (int each = key; each <= key + 2; each++) {
                    operations.add(HistoryWorkload.readOf(each, lists));
                }
            }
            case 5 ->
                operations.add(HistoryWorkload.registerOf(
                        key, HistoryWorkload.readRegisters(statement, " WHERE id = " + key + anyLock())));
            default -> write(statement, operations, key);
        }
    }

    /// A locking read shows the newest version at READ COMMITTED, and fails at the others if that is not the
    /// snapshot's.
    private String anyLock() {
        return switch (random.nextInt(8)) {
            case 0 -> " FOR UPDATE";
            case 1 -> " FOR SHARE";
            default -> "";
        };
    }

    private void append(Statement statement, List<Operation> operations, int key) throws SQLException {
        int element = workload.newValue();
        operations.add(new Operation.Append("list " + key, element)); // known also if the answer does not come
        boolean changed = random.nextBoolean()
                && statement.executeUpdate("UPDATE lists SET elements = elements || '," + element + "' WHERE "
                                + (random.nextBoolean() ? "id = " + key : "alternate = " + -key))
                        == 1;
        if (!changed) {
            statement.execute("INSERT INTO lists VALUES (" + key + ", " + -key + ", '" + element
                    + "') ON CONFLICT (id) DO UPDATE SET elements = lists.elements || ',' || EXCLUDED.elements");
        }
    }

    private void write(Statement statement, List<Operation> operations, int key) throws SQLException {
        int value = workload.newValue();
        operations.add(new Operation.Write("register " + key, value, Operation.UNKNOWN_VERSION));
        try (ResultSet version = statement.executeQuery("INSERT INTO registers VALUES (" + key + ", " + value
                + ", 1) ON CONFLICT (id) DO UPDATE SET value = EXCLUDED.value, version = registers.version + 1"
                + " RETURNING version")) {
            version.next();
            operations.set(operations.size() - 1, new Operation.Write("register " + key, value, version.getInt(1)));
        }
    }

    /// What ROLLBACK TO undoes is recorded as a transaction that aborted: nobody may see it.
    private void undone(Statement statement, long invoked) throws SQLException {
        List<Operation> forgotten = new ArrayList<>();
        try {
            statement.execute("SAVEPOINT s");
            int count = 1 + random.nextInt(2);
            for (int i = 0; i < count; i++) {
                if (workload.level() == IsolationLevel.READ_COMMITTED || random.nextBoolean()) {
                    append(statement, forgotten, workload.anyKey(random));
                } else {
                    write(statement, forgotten, workload.anyKey(random));
                }
            }
            statement.execute("ROLLBACK TO SAVEPOINT s");
        } finally {
            workload.record(number, Outcome.ABORTED, forgotten, invoked);
        }
    }
}
