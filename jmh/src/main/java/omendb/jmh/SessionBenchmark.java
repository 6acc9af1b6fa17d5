package omendb.jmh;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.engine.catalog.IndexDef;
import omendb.engine.error.SqlState;
import omendb.engine.table.VectorSearch;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.sql.ParameterValues;
import omendb.sql.PendingStatement;
import omendb.sql.Portal;
import omendb.sql.PreparedPlan;
import omendb.sql.SessionListener;
import omendb.sql.SessionOptions;
import omendb.sql.SqlSession;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does a session add to a search of the index? A prepared query with a binary parameter, as psycopg sends it,
/// against the same search without SQL, and a query that reads nothing.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class SessionBenchmark {
    private static final int ROWS = 10_000;
    private static final int DIMENSIONS = 128;
    private static final int QUERIES = 256;

    private Path directory;
    private Arena arena;
    private Database database;
    private SqlSession session;
    private PreparedPlan nearest;
    private PreparedPlan constant;
    private final ParameterValues values = new ParameterValues();
    private MemorySegment binaryQueries;
    private MemorySegment queries;
    private int tableOid;
    private int indexOid;
    private int next;
    private long rows;

    @Setup(Level.Trial)
    public void load() throws IOException {
        directory = Files.createTempDirectory("session-benchmark");
        database = Database.open(directory, DatabaseOptions.defaults());
        session = new SqlSession(database, SessionOptions.of("postgres", "postgres"), new SessionListener() {
            @Override
            public void notice(String severity, SqlState state, String message, String detail, String hint) {}

            @Override
            public void parameterStatus(String name, String value) {}
        });
        run("CREATE TABLE items (id bigint PRIMARY KEY, embedding vector(" + DIMENSIONS + "))");
        Random random = new Random(1);
        for (int from = 0; from < ROWS; from += 500) {
            StringBuilder insert = new StringBuilder("INSERT INTO items VALUES ");
            for (int id = from; id < from + 500; id++) {
                insert.append(id == from ? "(" : ",(").append(id).append(",'[");
                for (int i = 0; i < DIMENSIONS; i++) {
                    insert.append(i == 0 ? "" : ",").append(random.nextFloat());
                }
                insert.append("]')");
            }
            run(insert.toString());
        }
        run("CREATE INDEX items_embedding ON items USING hnsw (embedding vector_l2_ops)");
        fillQueries(random);
        nearest = session.prepare("SELECT id FROM items ORDER BY embedding <-> $1 LIMIT 10", new int[0]);
        constant = session.prepare("SELECT 1", new int[0]);
        IndexDef index = database.catalog().indexesOf(tableOid()).stream()
                .filter(IndexDef::isVector)
                .findFirst()
                .orElseThrow();
        tableOid = index.tableOid();
        indexOid = index.oid();
        if (query() != 10 || index() != 10) {
            throw new AssertionError("not ten rows");
        }
    }

    private int tableOid() {
        int schema = database.catalog().schema("public").oid();
        return database.catalog().relation(schema, "items").oid();
    }

    /// Query vectors as floats, and in the binary format of the type: dimensions, unused, big-endian floats.
    private void fillQueries(Random random) {
        arena = Arena.ofShared();
        long binaryBytes = 4 + DIMENSIONS * 4L;
        queries = arena.allocate(QUERIES * DIMENSIONS * 4L, 64);
        binaryQueries = arena.allocate(QUERIES * binaryBytes, 64);
        ValueLayout.OfFloat bigEndian = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
        ValueLayout.OfShort count = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
        for (int query = 0; query < QUERIES; query++) {
            binaryQueries.set(count, query * binaryBytes, (short) DIMENSIONS);
            for (int i = 0; i < DIMENSIONS; i++) {
                float value = random.nextFloat();
                queries.setAtIndex(ValueLayout.JAVA_FLOAT, query * (long) DIMENSIONS + i, value);
                binaryQueries.set(bigEndian, query * binaryBytes + 4 + i * 4L, value);
            }
        }
    }

    private void run(String sql) {
        for (PendingStatement statement : session.parse(sql)) {
            try (Portal portal = session.bind(session.prepare(statement), ParameterValues.none())) {
                session.execute(portal, 0, _ -> {});
            }
        }
        session.sync();
    }

    @Benchmark
    public long query() {
        long bytes = 4 + DIMENSIONS * 4L;
        values.clear();
        values.add(binaryQueries.asSlice(next++ % QUERIES * bytes, bytes), true);
        return execute(nearest);
    }

    @Benchmark
    public long constant() {
        values.clear();
        return execute(constant);
    }

    private long execute(PreparedPlan plan) {
        rows = 0;
        try (Portal portal = session.bind(plan, values)) {
            session.execute(portal, 0, batch -> rows += batch.rowCount());
        }
        session.sync();
        return rows;
    }

    @Benchmark
    public long index() {
        Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
        transaction.startStatement();
        long found = 0;
        long bytes = DIMENSIONS * 4L;
        MemorySegment query = queries.asSlice(next++ % QUERIES * bytes, bytes);
        try (VectorSearch search =
                database.table(transaction, tableOid).vectorIndex(indexOid).search(transaction, query, 10, 40, null)) {
            while (found < 10 && search.next()) {
                found++;
            }
        }
        transaction.rollback();
        return found;
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        session.close();
        database.close();
        arena.close();
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
