package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import omendb.pgwire.auth.Credentials;
import omendb.pgwire.protocol.ClientBytes;
import omendb.pgwire.session.ScriptedBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The protocol over a real socket, against a backend that plays every situation on demand.
@Timeout(60)
class PgServerTest {
    private static final String ROW_C = "T |<01>c||||||||||<19><ff><ff><ff><ff><ff><ff>||";

    private final ScriptedBackend.Log log = new ScriptedBackend.Log();
    private PgServer server;

    @BeforeEach
    void start() throws IOException {
        server = PgServer.start(ScriptedBackend.opener(log), options());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static PgServerOptions options() {
        return new PgServerOptions(
                "127.0.0.1", 0, Credentials.trust("postgres"), 8, 4, Duration.ofSeconds(30), 1 << 20, 1);
    }

    private WireClient connect() throws IOException {
        return WireClient.connect(server.address());
    }

    @Test
    void a_simple_query_answers_row_by_row() throws IOException {
        try (WireClient client = connect()) {
            assertEquals(
                    List.of(ROW_C, "D |<01>|||<02>r0", "D |<01>|||<02>r1", "C SELECT 2|", "Z I"),
                    client.query("rows 2"));
        }
    }

    @Test
    void several_statements_in_one_query_each_have_their_answer_and_one_ready() throws IOException {
        try (WireClient client = connect()) {
            assertEquals(List.of("C ONE|", "C TWO|", "Z I"), client.query("one; two"));
            assertEquals(List.of("one", "two", "sync"), log.calls());
            assertEquals(List.of("I", "Z I"), client.query("  ; "));
        }
    }

    @Test
    void an_error_ends_a_simple_query_and_the_session_goes_on() throws IOException {
        try (WireClient client = connect()) {
            assertEquals(
                    List.of("C ONE|", "E SERROR|VERROR|C22012|Mdivision by zero||", "Z I"),
                    client.query("one; error; two"));
            assertEquals(List.of("C TWO|", "Z I"), client.query("two"));
            List<String> crash = client.query("crash");
            assertTrue(crash.get(0).contains("CXX000"), crash.toString());
            assertFalse(crash.get(0).contains("at omendb"), "no stack trace leaves the server");
            assertTrue(client.query("overflow").get(0).contains("C54001"));
            assertEquals(List.of("C TWO|", "Z I"), client.query("two"));
        }
    }

    @Test
    void the_extended_protocol_prepares_describes_and_executes() throws IOException {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of()
                    .parse("s", "echo $1")
                    .describe('S', "s")
                    .bind("", "s", "hello")
                    .describe('P', "")
                    .execute("", 0)
                    .close('S', "s")
                    .sync());
            assertEquals(
                    List.of("1", "t |<01>|||<19>", ROW_C, "2", ROW_C, "D |<01>|||<05>hello", "C SELECT 1|", "3", "Z I"),
                    client.readUntilReady());
        }
    }

    @Test
    void a_portal_with_a_row_limit_is_suspended_and_goes_on() throws IOException {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of()
                    .parse("", "rows 3")
                    .bind("p", "")
                    .execute("p", 2)
                    .execute("p", 2)
                    .sync());
            assertEquals(
                    List.of(
                            "1",
                            "2",
                            "D |<01>|||<02>r0",
                            "D |<01>|||<02>r1",
                            "s",
                            "D |<01>|||<02>r2",
                            "C SELECT 1|",
                            "Z I"),
                    client.readUntilReady());
            client.send(ClientBytes.of().execute("p", 0).sync());
            assertTrue(client.readUntilReady().get(0).contains("C34000"), "the portal died with its transaction");
        }
    }

    @Test
    void after_an_error_everything_up_to_sync_is_skipped() throws IOException {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of()
                    .parse("", "error")
                    .bind("", "")
                    .execute("", 0)
                    .parse("", "one")
                    .bind("", "")
                    .execute("", 0)
                    .sync()
                    .parse("", "two")
                    .bind("", "")
                    .execute("", 0)
                    .sync());
            assertEquals(
                    List.of("1", "2", "E SERROR|VERROR|C22012|Mdivision by zero||", "Z I"), client.readUntilReady());
            assertEquals(List.of("1", "2", "C TWO|", "Z I"), client.readUntilReady());
            assertFalse(log.calls().contains("one"));
        }
    }

    @Test
    void unknown_names_and_wrong_counts_have_postgresqls_codes() throws IOException {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of().bind("", "nope").sync());
            assertTrue(client.readUntilReady().get(0).contains("C26000|Mprepared statement \"nope\" does not exist"));
            client.send(ClientBytes.of().execute("nope", 0).sync());
            assertTrue(client.readUntilReady().get(0).contains("C34000|Mportal \"nope\" does not exist"));
            client.send(ClientBytes.of().parse("a", "one").parse("a", "two").sync());
            assertTrue(client.readUntilReady().get(1).contains("C42P05"));
            client.send(ClientBytes.of().bind("", "a", "too", "many").sync());
            assertTrue(client.readUntilReady()
                    .get(0)
                    .contains("C08P01|Mbind message supplies 2 parameters, but prepared statement \"a\" requires 0"));
            client.send(ClientBytes.of().parse("", "syntax").sync());
            assertTrue(client.readUntilReady().get(0).contains("P1|"));
            client.send(ClientBytes.of().message('F', ClientBytes.of().int32(1)));
            assertTrue(client.readUntilReady().get(0).contains("C0A000"));
        }
    }

    @Test
    void text_that_is_not_utf8_is_refused_and_the_session_goes_on() throws IOException {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of().message('Q', ClientBytes.of().raw(new byte[] {'a', (byte) 0xFF, 0})));
            assertTrue(client.readUntilReady().get(0).contains("C22021"));
            assertEquals(List.of("C ONE|", "Z I"), client.query("one"));
        }
    }

    @Test
    void ready_for_query_tells_the_state_of_the_transaction() throws IOException {
        try (WireClient client = connect()) {
            assertEquals(List.of("C BEGIN|", "Z T"), client.query("begin"));
            assertEquals("Z E", client.query("error").get(1));
            assertTrue(client.query("one").get(0).contains("C25P02"));
            assertEquals(List.of("C COMMIT|", "Z I"), client.query("commit"));
        }
    }

    @Test
    void notices_and_changed_settings_come_between_the_answers() throws IOException {
        try (WireClient client = connect()) {
            assertEquals(
                    List.of("N SNOTICE|VNOTICE|C00000|Mlook|Da detail||", "C NOTICE|", "Z I"), client.query("notice"));
            assertEquals(List.of("C SET|", "S TimeZone|UTC|", "Z I"), client.query("set TimeZone UTC"));
        }
    }

    @Test
    void copy_streams_in_and_out() throws IOException {
        try (WireClient client = connect()) {
            assertEquals(
                    List.of("H ||<01>||", "d one<0a>", "d two<0a>", "c", "C COPY 2|", "Z I"), client.query("copy out"));
            client.send(ClientBytes.of().query("copy in"));
            assertEquals("G <01>|<02>|<01>|<01>", client.read().toString());
            client.send(ClientBytes.of()
                    .copyData(new byte[70_000])
                    .flush()
                    .copyData(new byte[0])
                    .copyData(new byte[30])
                    .copyDone());
            assertEquals(List.of("C COPY 70030|", "Z I"), client.readUntilReady());
        }
    }

    @Test
    void a_copy_that_fails_leaves_the_rest_of_its_data_unread() throws IOException {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of()
                    .query("copy bad")
                    .copyData(new byte[10])
                    .copyData(new byte[10])
                    .copyDone()
                    .query("one"));
            assertEquals('G', client.read().type());
            assertTrue(client.readUntilReady().get(0).contains("C22P04"));
            assertEquals(List.of("C ONE|", "Z I"), client.readUntilReady());
            client.send(ClientBytes.of().query("copy in"));
            assertEquals('G', client.read().type());
            client.send(ClientBytes.of().copyFail("no more"));
            assertTrue(client.readUntilReady().get(0).contains("C57014|MCOPY from stdin failed: no more"));
            client.send(ClientBytes.of().query("copy in"));
            assertEquals('G', client.read().type());
            client.send(ClientBytes.of().query("one"));
            assertTrue(client.readUntilReady().get(0).contains("unexpected message type 0x51 during COPY from stdin"));
            assertEquals(List.of("C ONE|", "Z I"), client.query("one"));
        }
    }

    @Test
    void a_cancel_request_with_the_right_key_stops_the_statement() throws Exception {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of().query("wait"));
            assertTrue(log.waiting.await(10, TimeUnit.SECONDS));
            try (WireClient wrong = WireClient.raw(server.address())) {
                wrong.send(ClientBytes.of().cancel(client.processId(), client.secretKey() + 1));
                assertEquals(-1, wrong.readByte(), "closed without an answer");
            }
            try (WireClient right = WireClient.raw(server.address())) {
                right.send(ClientBytes.of().cancel(client.processId(), client.secretKey()));
                assertEquals(-1, right.readByte());
            }
            assertTrue(client.readUntilReady().get(0).contains("C57014"));
            assertEquals(List.of("C ONE|", "Z I"), client.query("one"));
        }
    }

    @Test
    void a_cancel_reaches_a_copy_that_waits_for_data() throws Exception {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of().query("copy in"));
            assertEquals('G', client.read().type());
            try (WireClient right = WireClient.raw(server.address())) {
                right.send(ClientBytes.of().cancel(client.processId(), client.secretKey()));
            }
            assertTrue(client.readUntilReady().get(0).contains("C57014|Mcanceling statement due to user request"));
        }
    }

    @Test
    void a_cancel_and_the_end_of_the_server_reach_a_copy_that_never_waits_for_data() throws Exception {
        try (WireClient client = connect();
                WireClient other = connect()) {
            Thread sender = sendWithoutPause(client);
            assertEquals('G', client.read().type());
            try (WireClient right = WireClient.raw(server.address())) {
                right.send(ClientBytes.of().cancel(client.processId(), client.secretKey()));
            }
            assertTrue(client.readUntilReady().get(0).contains("C57014|Mcanceling statement due to user request"));
            Thread otherSender = sendWithoutPause(other);
            assertEquals('G', other.read().type());
            server.close();
            assertTrue(other.read().toString().contains("C57P01"));
            client.close();
            other.close();
            sender.join();
            otherSender.join();
        }
    }

    /// Opens a COPY and sends data until the connection is closed.
    private static Thread sendWithoutPause(WireClient client) {
        return Thread.ofPlatform().start(() -> {
            try {
                client.send(ClientBytes.of().query("copy in"));
                while (true) {
                    client.send(ClientBytes.of().copyData(new byte[1000]));
                }
            } catch (IOException closed) {
                // as planned
            }
        });
    }

    @Test
    void a_client_that_reads_slowly_holds_its_session_and_little_memory() throws Exception {
        UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
        server.close();
        server = PgServer.start(ScriptedBackend.opener(log), options(), buffers);
        try (WireClient client = connect()) {
            client.send(ClientBytes.of().query("rows 3000000")); // some 45 MB
            long rows = 0;
            long mostBytes = 0;
            for (char type = client.read().type();
                    type != 'C';
                    type = client.read().type()) {
                rows++;
                mostBytes = Math.max(mostBytes, buffers.metric().usedDirectMemory());
            }
            assertEquals(3_000_001, rows);
            assertTrue(mostBytes < 2 << 20, mostBytes + " bytes of network buffers");
        }
    }

    @Test
    void a_long_value_crosses_buffers_unharmed() throws IOException {
        try (WireClient client = connect()) {
            List<String> answer = client.query("rows 4000; wide 700000; rows 3");
            String wide = answer.stream()
                    .filter(m -> m.startsWith("D") && m.length() > 1000)
                    .findFirst()
                    .orElseThrow();
            assertTrue(wide.endsWith("w".repeat(700_000)));
            assertEquals("Z I", answer.getLast());
        }
    }

    @Test
    void ssl_and_gss_are_declined_and_bytes_slipped_in_behind_close_the_connection() throws IOException {
        try (WireClient client = WireClient.raw(server.address())) {
            client.send(ClientBytes.of().sslRequest());
            assertEquals('N', client.readByte());
            client.send(ClientBytes.of().int32(8).int32(80_877_104));
            assertEquals('N', client.readByte());
            client.send(ClientBytes.of().startup("user", "postgres"));
            assertEquals("Z I", client.readUntilReady().getLast());
        }
        try (WireClient client = WireClient.raw(server.address())) {
            client.send(ClientBytes.of().sslRequest().startup("user", "postgres"));
            List<String> end = client.readToEnd();
            assertTrue(end.toString().contains("received unencrypted data after SSL request"), end.toString());
        }
    }

    @Test
    void the_greeting_has_the_parameters_drivers_ask_for() throws IOException {
        try (WireClient client = WireClient.raw(server.address())) {
            client.send(ClientBytes.of().startup("user", "postgres", "application_name", "me"));
            List<String> greeting = client.readUntilReady();
            assertEquals("R ||||", greeting.getFirst());
            assertTrue(greeting.contains("S application_name|me|"));
            for (String name : List.of(
                    "client_encoding",
                    "DateStyle",
                    "integer_datetimes",
                    "IntervalStyle",
                    "server_version",
                    "TimeZone",
                    "standard_conforming_strings",
                    "is_superuser",
                    "session_authorization",
                    "server_encoding",
                    "default_transaction_read_only",
                    "in_hot_standby")) {
                assertTrue(greeting.stream().anyMatch(m -> m.startsWith("S " + name + "|")), name);
            }
            assertEquals(List.of("K", "Z I"), greeting.subList(greeting.size() - 2, greeting.size()));
        }
    }

    @Test
    void a_newer_minor_version_and_unknown_options_are_negotiated_down() throws IOException {
        try (WireClient client = WireClient.raw(server.address())) {
            client.send(ClientBytes.of().startup(196_610, "user", "postgres", "_pq_.x", "1"));
            assertEquals("v |<03>|||||<01>_pq_.x|", client.read().toString());
            assertEquals("Z I", client.readUntilReady().getLast());
        }
    }

    @Test
    void who_may_not_come_in_is_told_why() throws IOException {
        record Case(String expected, String... parameters) {}
        for (Case refused : List.of(
                new Case("C28000|Mrole \"anna\" does not exist", "user", "anna", "database", "postgres"),
                new Case("C3D000|Mdatabase \"nope\" does not exist", "user", "postgres", "database", "nope"),
                new Case("C28000|Mno PostgreSQL user name", "database", "postgres"),
                new Case("C0A000", "user", "postgres", "replication", "database"))) {
            try (WireClient client = WireClient.raw(server.address())) {
                client.send(ClientBytes.of().startup(refused.parameters));
                String end = client.readToEnd().toString();
                assertTrue(end.contains("SFATAL") && end.contains(refused.expected), end);
            }
        }
    }

    @Test
    void garbage_closes_its_own_connection_only() throws IOException {
        Random random = new Random(42);
        try (WireClient client = connect()) {
            for (int i = 0; i < 60; i++) {
                byte[] junk = new byte[1 + random.nextInt(300)];
                random.nextBytes(junk);
                try (WireClient other = WireClient.raw(server.address())) {
                    if (i % 2 == 0) {
                        other.send(ClientBytes.of().startup("user", "postgres").raw(junk));
                    } else {
                        other.send(ClientBytes.of().raw(junk));
                    }
                    other.socket().shutdownOutput();
                    other.readToEnd();
                }
            }
            assertEquals(List.of("C ONE|", "Z I"), client.query("one"));
        }
    }

    @Test
    void a_message_beyond_the_limit_ends_the_connection_with_a_word() throws IOException {
        try (WireClient client = connect()) {
            client.send(ClientBytes.of().int8('Q').int32(Integer.MAX_VALUE));
            assertTrue(client.readToEnd().toString().contains("C08P01|Minvalid message length"));
        }
        try (WireClient client = connect()) {
            client.send(ClientBytes.of().int8('?').int32(4));
            assertTrue(client.readToEnd().toString().contains("invalid frontend message type 63"));
        }
    }

    @Test
    void more_sessions_than_allowed_are_refused_and_places_come_back() throws IOException {
        WireClient[] clients = new WireClient[8];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = connect();
        }
        try (WireClient extra = WireClient.raw(server.address())) {
            extra.send(ClientBytes.of().startup("user", "postgres"));
            assertTrue(extra.readToEnd().toString().contains("C53300|Msorry, too many clients already"));
        }
        for (WireClient client : clients) {
            client.send(ClientBytes.of().terminate());
            client.readToEnd();
            client.close();
        }
        awaitNoSessions();
        connect().close();
    }

    @Test
    void a_flood_of_silent_connections_leaves_room_for_others_after_a_while() throws Exception {
        server.close();
        server = PgServer.start(
                ScriptedBackend.opener(log),
                new PgServerOptions(
                        "127.0.0.1", 0, Credentials.trust("postgres"), 8, 4, Duration.ofMillis(300), 1 << 20, 1));
        WireClient[] silent = new WireClient[4];
        for (int i = 0; i < silent.length; i++) {
            silent[i] = WireClient.raw(server.address());
        }
        try (WireClient fifth = WireClient.raw(server.address())) {
            assertEquals(-1, fifth.readByte(), "the fifth is closed at once");
        }
        for (WireClient client : silent) {
            assertEquals(-1, client.readByte(), "closed after the time for authentication");
            client.close();
        }
        connect().close();
    }

    @Test
    void a_session_ends_with_its_connection() throws IOException {
        WireClient client = connect();
        client.query("begin");
        client.close();
        awaitNoSessions();
        assertEquals(1, log.closed);
    }

    @Test
    void closing_the_server_tells_every_client() throws Exception {
        try (WireClient idle = connect();
                WireClient busy = connect()) {
            busy.send(ClientBytes.of().query("wait"));
            assertTrue(log.waiting.await(10, TimeUnit.SECONDS));
            server.close();
            assertTrue(idle.readToEnd().toString().contains("SFATAL|VFATAL|C57P01"));
            assertTrue(busy.readToEnd().toString().contains("SFATAL|VFATAL|C57P01"));
            assertEquals(0, server.sessionCount());
        }
    }

    @Test
    void a_port_in_use_and_an_open_bind_without_password_are_refused_in_one_line() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            IOException error = assertThrows(
                    IOException.class,
                    () -> PgServer.start(
                            ScriptedBackend.opener(log),
                            options().withAddress("127.0.0.1", taken.getLocalPort(), Credentials.trust("postgres"))));
            assertEquals(
                    "cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": the port is in use", error.getMessage());
        }
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class,
                () -> options().withAddress("0.0.0.0", 0, Credentials.trust("postgres")));
        assertTrue(error.getMessage().contains("without a password"));
        options().withAddress("0.0.0.0", 0, Credentials.password("postgres", "postgres", "secret"));
    }

    private void awaitNoSessions() {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (server.sessionCount() > 0) {
            assertTrue(System.nanoTime() < deadline, "sessions did not end");
            Thread.onSpinWait();
        }
    }
}
