package omendb.sql.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Functions, operators and casts against what PostgreSQL answered (engine/src/test/oracle).
class OracleCallsTest {
    private final FunctionRegistry registry = FunctionRegistry.builtin();

    static List<String> lines(String name) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(OracleCallsTest.class.getResourceAsStream("/oracle/" + name)),
                StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.isEmpty()).toList();
        }
    }

    @Test
    void every_call_answers_as_postgresql_did() throws IOException {
        List<String> wrong = new ArrayList<>();
        int calls = 0;
        for (String line : lines("calls.tsv")) {
            OracleCall call = OracleCall.parse(line);
            calls++;
            String got = call.evaluate(registry);
            if (!got.equals(call.expected()) && !KnownDifferences.allows(call, got)) {
                wrong.add(line + "\n        got " + got);
            }
        }
        assertTrue(calls > 5_000, "too few calls were recorded: " + calls);
        assertEquals(List.of(), wrong.stream().limit(40).toList(), wrong.size() + " of " + calls + " differ");
    }

    @Test
    void result_types_strictness_and_volatility_are_those_of_pg_proc() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String line : lines("signatures.tsv")) {
            String[] parts = line.split("\t", -1);
            for (FunctionDef function : registry.functions(parts[0])) {
                String types = String.join(
                        ",", function.argTypes().stream().map(t -> t.name()).toList());
                if (types.equals(parts[1])) {
                    String got = function.resultType().name() + "\t" + function.strict() + "\t"
                            + function.volatility().code();
                    String expected = parts[2] + "\t" + parts[3] + "\t" + parts[4];
                    if (!got.equals(expected)) {
                        wrong.add(parts[0] + "(" + types + "): " + got + " is " + expected);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }
}
