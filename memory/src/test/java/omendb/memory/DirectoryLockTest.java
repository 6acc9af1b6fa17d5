package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    @TempDir
    Path directory;

    @Test
    void a_second_database_in_this_process_is_kept_out_and_told_by_whom() {
        DirectoryLock lock = DirectoryLock.acquire(directory);
        try {
            var e = assertThrows(DirectoryInUseException.class, () -> DirectoryLock.acquire(directory));
            assertEquals(ProcessHandle.current().pid(), e.processId());
            assertTrue(e.getMessage().contains("in use"), e.getMessage());
            // the refused attempt did not drop the lock
            assertThrows(DirectoryInUseException.class, () -> DirectoryLock.acquire(directory));
        } finally {
            lock.close();
            lock.close();
        }
        DirectoryLock.acquire(directory).close();
    }

    @Test
    void a_lock_of_another_process_is_seen_and_ends_with_it() throws Exception {
        Process holder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = holder.inputReader()) {
            assertEquals("locked", output.readLine());
            var e = assertThrows(DirectoryInUseException.class, () -> DirectoryLock.acquire(directory));
            assertEquals(holder.pid(), e.processId());
        } finally {
            holder.destroyForcibly();
            holder.waitFor();
        }
        DirectoryLock.acquire(directory).close();
    }

    @Test
    void a_missing_directory_says_so() {
        assertThrows(MissingFileException.class, () -> DirectoryLock.acquire(directory.resolve("missing")));
    }

    /// Holds the lock until it is killed.
    static final class Holder {
        private static DirectoryLock lock;

        public static void main(String[] arguments) throws Exception {
            lock = DirectoryLock.acquire(Path.of(arguments[0]));
            System.out.println("locked");
            System.in.read();
            lock.close();
        }
    }
}
