package omendb.jmh.storage;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// SQLite by sqlite-jdbc: a table without rowid (so that the key is the only tree), write-ahead log,
/// `synchronous = NORMAL` (no sync at commit), a cache and a map that hold all data, statements prepared once.
/// One connection per session.
final class SqliteContender implements Contender {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String url;
    private final Connection keeper;

    SqliteContender(Path directory) {
        url = "jdbc:sqlite:" + directory.resolve("rows.db");
        keeper = attempt(this::connect);
        attempt(() -> {
            try (var statement = keeper.createStatement()) {
                return statement.execute("CREATE TABLE IF NOT EXISTS rows (k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID");
            }
        });
    }

    private interface Attempt<T> {
        T run() throws SQLException;
    }

    private static <T> T attempt(Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = NORMAL");
            statement.execute("PRAGMA cache_size = -1048576");
            statement.execute("PRAGMA mmap_size = 8589934592");
        }
        return connection;
    }

    @Override
    public String name() {
        return "SQLite";
    }

    @Override
    public void bulkLoad(Rows rows) {
        int[] ordinals = new int[rows.count()];
        for (int i = 0; i < ordinals.length; i++) {
            ordinals[i] = i;
        }
        try (Session session = session(rows)) {
            session.putAll(ordinals, 0, ordinals.length);
        }
        settle();
    }

    @Override
    public void settle() {
        attempt(() -> {
            try (var statement = keeper.createStatement()) {
                return statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }
        });
    }

    @Override
    public Session session(Rows rows) {
        return attempt(() -> new SqliteSession(rows));
    }

    @Override
    public void close() {
        attempt(() -> {
            keeper.close();
            return true;
        });
    }

    private final class SqliteSession implements Session {
        private final Connection connection = connect();
        private final PreparedStatement insert =
                connection.prepareStatement("INSERT OR REPLACE INTO rows VALUES (?, ?)");
        private final PreparedStatement select = connection.prepareStatement("SELECT v FROM rows WHERE k = ?");
        private final PreparedStatement range =
                connection.prepareStatement("SELECT k, v FROM rows WHERE k >= ? ORDER BY k LIMIT ?");

        private final Rows rows;

        SqliteSession(Rows rows) throws SQLException {
            this.rows = rows;
        }

        @Override
        public void put(Row row) {
            attempt(() -> {
                insert.setBytes(1, row.keyArray());
                insert.setBytes(2, row.valueArray());
                return insert.executeUpdate();
            });
        }

        @Override
        public void commit(Row row) {
            throw new UnsupportedOperationException("SQLite takes no part in the lines of synced commits");
        }

        @Override
        public void putAll(int[] ordinals, int from, int to) {
            attempt(() -> {
                connection.setAutoCommit(false);
                try (Arena arena = Arena.ofConfined()) {
                    var row = rows.row(arena);
                    for (int i = from; i < to; i++) {
                        rows.fill(row, ordinals[i], 0);
                        put(row);
                    }
                }
                connection.commit();
                connection.setAutoCommit(true);
                return true;
            });
        }

        @Override
        public long get(Row row) {
            return attempt(() -> {
                select.setBytes(1, row.keyArray());
                try (ResultSet found = select.executeQuery()) {
                    return found.next() ? (long) LONG.get(found.getBytes(1), 0) : -1L;
                }
            });
        }

        @Override
        public long range(Row from, int limit) {
            return attempt(() -> {
                range.setBytes(1, from.keyArray());
                range.setInt(2, limit);
                long sum = 0;
                try (ResultSet found = range.executeQuery()) {
                    while (found.next()) {
                        sum += (long) LONG.get(found.getBytes(2), 0);
                    }
                }
                return sum;
            });
        }

        @Override
        public void close() {
            attempt(() -> {
                connection.close();
                return true;
            });
        }
    }
}
