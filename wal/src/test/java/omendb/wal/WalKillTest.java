package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import omendb.memory.FileStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real process, killed in the middle of its appends, several times over the same log.
class WalKillTest {
    private static final WalOptions OPTIONS =
            WalOptions.DEFAULTS.withSegmentBytes(256 << 10).withRingBytes(64 << 10);

    @TempDir
    Path directory;

    @Test
    void what_a_killed_process_had_acknowledged_is_replayed() throws Exception {
        long acknowledged = 0;
        for (int round = 0; round < 3; round++) {
            acknowledged = runAndKill(acknowledged + 1, 1500);
            List<Long> found = new ArrayList<>();
            try (Arena arena = Arena.ofConfined();
                    Wal wal = Wal.open(FileStore.open(directory), OPTIONS)) {
                wal.replay(0, (endLsn, type, serial, payload) -> {
                    found.add(serial);
                    assertEquals(
                            Seen.of(endLsn, type, serial, Appender.payload(arena, serial)),
                            Seen.of(endLsn, type, serial, payload));
                });
            }
            for (int i = 0; i < found.size(); i++) {
                assertEquals(i + 1L, found.get(i));
            }
            assertTrue(found.size() >= acknowledged, found.size() + " replayed of " + acknowledged);
            acknowledged = found.size();
        }
    }

    /// Lets a process append from `first` on until it has acknowledged `count` records; returns the last one
    /// heard of.
    private long runAndKill(long first, int count) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!argument.startsWith("-javaagent") && !argument.startsWith("-Xmx")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-Xmx128m", "-cp", System.getProperty("java.class.path"), Appender.class.getName()));
        command.addAll(List.of(directory.toString(), Long.toString(first)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long last = 0;
        try (BufferedReader output = process.inputReader()) {
            String line;
            while (last < first + count && (line = output.readLine()) != null) {
                if (line.startsWith("acknowledged ")) {
                    last = Long.parseLong(line.substring("acknowledged ".length()));
                }
            }
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
        assertTrue(last >= first + count, "the process ended by itself after " + last);
        return last;
    }

    /// Appends numbered records and says which are durable, until it is killed.
    static final class Appender {
        public static void main(String[] arguments) {
            try (Arena arena = Arena.ofConfined();
                    Wal wal = Wal.open(FileStore.open(Path.of(arguments[0])), OPTIONS)) {
                wal.replay(0, (endLsn, type, serial, payload) -> {});
                for (long serial = Long.parseLong(arguments[1]); ; serial++) {
                    long lsn = wal.append(1, serial, payload(arena, serial));
                    if (serial % 5 == 0) {
                        wal.awaitDurable(lsn, serial % 2 == 0);
                        System.out.println("acknowledged " + serial);
                    }
                }
            }
        }

        static java.lang.foreign.MemorySegment payload(Arena arena, long serial) {
            return Seen.payload(arena, (int) (serial * 37 % 900), serial);
        }
    }
}
