package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import omendb.pgwire.protocol.ClientBytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Conversations recorded from a real PostgreSQL (`golden.txt`, made by `src/test/python/record_golden.py`): ours must
/// be the same message by message.
@Timeout(120)
class GoldenMessagesIT {
    @TempDir
    static Path data;

    private static EmbeddedServer server;

    private record Exchange(byte[] request, List<String> answer) {}

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedServer.start(data.resolve("main"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> answers_are_postgresqls() throws IOException {
        return read().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> replay(entry.getValue())));
    }

    private static void replay(List<Exchange> exchanges) throws IOException {
        List<String> expected = new ArrayList<>();
        List<String> actual = new ArrayList<>();
        try (WireClient client = WireClient.connect(server.address())) {
            for (Exchange exchange : exchanges) {
                String request = "> " + new String(exchange.request, StandardCharsets.ISO_8859_1).replace('\0', '|');
                client.send(ClientBytes.of().raw(exchange.request));
                actual.add(request);
                client.readMaskedUntilReady().stream().map(String::strip).forEach(actual::add);
                expected.add(request);
                expected.addAll(exchange.answer);
            }
        }
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    private static Map<String, List<Exchange>> read() throws IOException {
        Map<String, List<Exchange>> conversations = new LinkedHashMap<>();
        List<Exchange> current = new ArrayList<>();
        try (InputStream in = GoldenMessagesIT.class.getResourceAsStream("golden.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String rest = line.substring(2);
                switch (line.charAt(0)) {
                    case '#' -> {
                        current = new ArrayList<>();
                        conversations.put(rest, current);
                    }
                    case '>' -> current.add(new Exchange(HexFormat.of().parseHex(rest), new ArrayList<>()));
                    case '<' -> current.getLast().answer.add(rest.strip());
                    default -> throw new IOException("not a line of golden.txt: " + line);
                }
            }
        }
        return conversations;
    }
}
