package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import omendb.pgwire.auth.Credentials;
import omendb.pgwire.protocol.ClientBytes;
import omendb.pgwire.session.ScriptedBackend;

/// Valid sessions with bytes flipped, dropped, doubled and cut off: each harms nobody but itself, and no network buffer
/// stays behind.
class MutatedSessionsPropertyTest {
    private static final UnpooledByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(true);
    private static PgServer server;
    private static WireClient bystander;

    @BeforeContainer
    static void start() throws IOException {
        PgServerOptions options = new PgServerOptions(
                "127.0.0.1", 0, Credentials.trust("postgres"), 50, 20, Duration.ofSeconds(5), 1 << 20, 1);
        server = PgServer.start(ScriptedBackend.opener(new ScriptedBackend.Log()), options, BUFFERS);
        bystander = WireClient.connect(server.address());
    }

    @AfterContainer
    static void stop() throws IOException {
        bystander.send(ClientBytes.of().terminate());
        bystander.readToEnd();
        bystander.close();
        server.close();
        assertEquals(0, BUFFERS.metric().usedDirectMemory(), "direct buffers leaked");
        assertEquals(0, BUFFERS.metric().usedHeapMemory(), "heap buffers leaked");
    }

    private static byte[] validSession() {
        return ClientBytes.of()
                .startup("user", "postgres", "database", "postgres")
                .query("rows 3; one")
                .parse("s", "echo $1", 25)
                .describe('S', "s")
                .bind("p", "s", "value")
                .execute("p", 1)
                .sync()
                .query("copy in")
                .copyData(new byte[500])
                .copyDone()
                .parse("", "rows 2000")
                .bind("", "")
                .execute("", 100)
                .execute("", 0)
                .flush()
                .sync()
                .query("begin; error; one")
                .query("copy out")
                .query("wide 100000")
                .close('S', "s")
                .sync()
                .terminate()
                .toByteArray();
    }

    @Property(tries = 150)
    void a_mutated_session_harms_only_itself(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] session = mutated(validSession(), random);
        try (WireClient client = WireClient.raw(server.address())) {
            sendInPieces(client, session, random);
            if (random.nextInt(3) > 0) {
                client.socket().shutdownOutput();
                client.socket().setSoTimeout(10_000);
                client.readBytesToEnd();
            }
        }
        assertEquals(List.of("C ONE|", "Z I"), bystander.query("one"), "seed " + seed);
        assertTrue(server.sessionCount() >= 1);
    }

    private static byte[] mutated(byte[] session, Random random) {
        byte[] bytes = session.clone();
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            int length = 1 + random.nextInt(Math.min(20, bytes.length - at));
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes = joined(bytes, at, at + length); // drops
                case 2 -> bytes = joined(bytes, at + length, at); // doubles
                default -> bytes = Arrays.copyOf(bytes, at + 1);
            }
        }
        return bytes;
    }

    private static byte[] joined(byte[] bytes, int endOfFirst, int startOfSecond) {
        byte[] result = Arrays.copyOf(bytes, endOfFirst + bytes.length - startOfSecond);
        System.arraycopy(bytes, startOfSecond, result, endOfFirst, bytes.length - startOfSecond);
        return result;
    }

    private static void sendInPieces(WireClient client, byte[] bytes, Random random) throws IOException {
        OutputStream out = client.socket().getOutputStream();
        try {
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(400));
                out.write(bytes, at, length);
                at += length;
            }
        } catch (SocketException closedByServer) {
            // it had heard enough
        }
    }
}
