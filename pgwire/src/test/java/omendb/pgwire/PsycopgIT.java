package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// psycopg 3 with pgvector-python against the whole server; what is checked is in `psycopg_check.py`.
///
/// The Python packages live in a venv below the module's target folder, made on the first run.
@Timeout(600)
class PsycopgIT {
    private static final Path VENV = Path.of("target", "psycopg-venv").toAbsolutePath();
    private static final List<String> PACKAGES = List.of("psycopg[binary]", "pgvector", "numpy");

    private record Outcome(int exitCode, String output) {}

    @Test
    void psycopg_works_as_with_postgresql(@TempDir Path folder) throws Exception {
        assumeTrue(ServerUnderTest.isInstalled("python3", "PsycopgIT"));
        assumeTrue(venvIsThere(), "no psycopg");
        Path script = folder.resolve("psycopg_check.py");
        try (InputStream source = PsycopgIT.class.getResourceAsStream("psycopg_check.py")) {
            Files.write(script, source.readAllBytes());
        }
        try (EmbeddedServer server = EmbeddedServer.start(folder.resolve("data"))) {
            Outcome outcome =
                    run(VENV.resolve("bin/python").toString(), script.toString(), String.valueOf(server.port()));
            assertEquals(0, outcome.exitCode, outcome.output);
            assertTrue(outcome.output.endsWith("done\n"), outcome.output);
        }
    }

    private static boolean venvIsThere() throws IOException, InterruptedException {
        Path complete = VENV.resolve("complete");
        if (Files.exists(complete)) {
            return true;
        }
        Outcome made = run("python3", "-m", "venv", VENV.toString());
        if (made.exitCode == 0) {
            String[] install = new String[3 + PACKAGES.size()];
            install[0] = VENV.resolve("bin/pip").toString();
            install[1] = "install";
            install[2] = "--quiet";
            for (int i = 0; i < PACKAGES.size(); i++) {
                install[3 + i] = PACKAGES.get(i);
            }
            made = run(install);
        }
        if (made.exitCode != 0) {
            System.err.println("\n*** SKIPPED: PsycopgIT cannot install " + PACKAGES + " ***\n" + made.output);
            return false;
        }
        Files.createFile(complete);
        return true;
    }

    private static Outcome run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(300, TimeUnit.SECONDS), "hangs: " + String.join(" ", command));
        return new Outcome(process.exitValue(), output);
    }
}
