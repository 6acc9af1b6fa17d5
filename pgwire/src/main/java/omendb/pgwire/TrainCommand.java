package omendb.pgwire;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import omendb.pgwire.auth.Credentials;
import picocli.CommandLine.Command;

/// `omendb train`: the run from which the launcher makes the JVM's ahead-of-time cache (JEP 483, JEP 514).
///
/// A server in a scratch directory answers one client of its own, so that the cache holds the classes that a start and
/// a
/// first search need. What it stores is removed at the end.
@Command(
        name = "train",
        hidden = true,
        description = "A short life of a server, from which the start-up cache is made.")
final class TrainCommand implements Callable<Integer> {
    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final List<String> STATEMENTS = List.of(
            "CREATE TABLE items (id bigserial PRIMARY KEY, label text, embedding vector(16))",
            "INSERT INTO items (label, embedding) SELECT 'n' || n, array_fill(n, ARRAY[16])::vector"
                    + " FROM generate_series(1, 200) AS n",
            "CREATE INDEX ON items USING hnsw (embedding vector_l2_ops)",
            "SELECT id FROM items ORDER BY embedding <-> array_fill(7, ARRAY[16])::vector LIMIT 10",
            "SELECT label, count(*) FROM items WHERE id < 100 GROUP BY label ORDER BY label LIMIT 3",
            "UPDATE items SET label = 'x' WHERE id = 3",
            "DELETE FROM items WHERE id = 4",
            "EXPLAIN SELECT id FROM items ORDER BY embedding <-> array_fill(7, ARRAY[16])::vector LIMIT 10",
            "CHECKPOINT");

    @Override
    public Integer call() throws IOException {
        Path directory = Files.createTempDirectory("omendb-train");
        try {
            PgServerOptions options =
                    PgServerOptions.defaults().withAddress("127.0.0.1", 0, Credentials.trust("postgres"));
            try (ServerProcess process = ServerProcess.open(directory.resolve("data"), options)) {
                process.warmUp().run();
                runStatements(process.server().address());
            }
        } finally {
            remove(directory);
        }
        return 0;
    }

    private static void runStatements(InetSocketAddress server) throws IOException {
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            byte[] parameters = "user\0postgres\0database\0postgres\0\0".getBytes(StandardCharsets.UTF_8);
            out.write(ByteBuffer.allocate(8 + parameters.length)
                    .putInt(8 + parameters.length)
                    .putInt(PROTOCOL_3_0)
                    .put(parameters)
                    .array());
            readUntilReady(in);
            for (String statement : STATEMENTS) {
                byte[] text = (statement + "\0").getBytes(StandardCharsets.UTF_8);
                out.write(ByteBuffer.allocate(5 + text.length)
                        .put((byte) 'Q')
                        .putInt(4 + text.length)
                        .put(text)
                        .array());
                readUntilReady(in);
            }
        }
    }

    /// Reads messages up to ReadyForQuery; an error answer means that the cache would lack what it is made for.
    private static void readUntilReady(DataInputStream in) throws IOException {
        byte type;
        do {
            type = in.readByte();
            byte[] body = in.readNBytes(in.readInt() - 4);
            if (type == 'E') {
                throw new IOException("a training statement failed: " + new String(body, StandardCharsets.UTF_8));
            }
        } while (type != 'Z');
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
