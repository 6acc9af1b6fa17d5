package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class BackgroundPriorityTest {
    private static final int NICE_FIELD = 16; // counted from the field after the name, proc(5)

    @Test
    @EnabledOnOs(OS.LINUX)
    void only_the_calling_thread_gives_way() throws Exception {
        int before = nice();
        CompletableFuture<Integer> background = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            BackgroundPriority.enter();
            background.complete(nice());
        });
        assertEquals(19, background.get());
        assertEquals(before, nice());
    }

    private static int nice() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE_FIELD]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
