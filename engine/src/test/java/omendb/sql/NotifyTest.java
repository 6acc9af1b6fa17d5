package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NotifyTest {
    @TempDir
    Path directory;

    private Database database;
    private SqlConnection sender;
    private SqlConnection listener;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        sender = new SqlConnection(database);
        listener = new SqlConnection(database);
    }

    @AfterEach
    void close() {
        sender.close();
        listener.close();
        database.close();
    }

    private static List<String> heard(SqlConnection connection) {
        List<String> heard = new ArrayList<>();
        for (var next = connection.session().nextNotification();
                next != null;
                next = connection.session().nextNotification()) {
            heard.add(next.channel() + ":" + next.payload());
        }
        return heard;
    }

    @Test
    void notifications_come_at_commit_in_order_and_equal_ones_once() {
        listener.run("LISTEN a; LISTEN b");
        sender.run("BEGIN");
        sender.run("NOTIFY a, '1'; NOTIFY b; NOTIFY a, '1'; SELECT pg_notify('a', '2')");
        assertEquals(List.of(), heard(listener));
        sender.run("COMMIT");
        assertEquals(List.of("a:1", "b:", "a:2"), heard(listener));
    }

    @Test
    void what_is_rolled_back_is_not_heard_and_does_not_hide_an_equal_one() {
        listener.run("LISTEN a");
        sender.run("BEGIN; NOTIFY a, '1'; ROLLBACK");
        sender.run("BEGIN; SAVEPOINT s; NOTIFY a, '2'; ROLLBACK TO s; NOTIFY a, '2'; COMMIT");
        assertEquals(List.of("a:2"), heard(listener));
    }

    @Test
    void listen_and_unlisten_count_from_their_commit() {
        listener.run("BEGIN; LISTEN a");
        sender.run("NOTIFY a, 'early'");
        listener.run("COMMIT");
        sender.run("NOTIFY a, 'late'");
        assertEquals(List.of("a:late"), heard(listener));
        assertEquals(List.of("a"), listener.rows("SELECT pg_listening_channels()"));
        listener.run("UNLISTEN *");
        sender.run("NOTIFY a");
        assertEquals(List.of(), heard(listener));
    }

    @Test
    void bad_channels_and_payloads_are_refused() {
        assertEquals("ERROR 22023: channel name cannot be empty\n", sender.run("SELECT pg_notify('', 'x')"));
        assertEquals("ERROR 22023: channel name too long\n", sender.run("SELECT pg_notify(repeat('c', 64), 'x')"));
        assertEquals("ERROR 22023: payload string too long\n", sender.run("SELECT pg_notify('c', repeat('x', 8000))"));
    }

    @Test
    void every_listener_hears_the_same_order() throws Exception {
        sender.run("LISTEN flood");
        listener.run("LISTEN flood");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> senders = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int number = i;
                senders.add(() -> {
                    try (SqlConnection session = new SqlConnection(database)) {
                        for (int n = 0; n < 50; n++) {
                            session.run("NOTIFY flood, '" + number + "-" + n + "'");
                        }
                    }
                    return null;
                });
            }
            for (var done : threads.invokeAll(senders)) {
                done.get();
            }
        }
        List<String> heard = heard(listener);
        assertEquals(200, heard.size());
        assertEquals(heard, heard(sender));
        for (int i = 0; i < 4; i++) {
            String prefix = "flood:" + i + "-";
            List<String> own =
                    heard.stream().filter(text -> text.startsWith(prefix)).toList();
            for (int n = 0; n < 50; n++) {
                assertEquals(prefix + n, own.get(n));
            }
        }
        assertTrue(heard(listener).isEmpty());
    }
}
