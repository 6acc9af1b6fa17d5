package omendb.torture;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A JVM like this one that runs a class of ours.
final class ChildProcess implements AutoCloseable {
    private static final long END_SECONDS = 30;
    private static final long DYING_SECONDS = 10;

    private final Process process;
    private final BufferedReader output;

    private ChildProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /// @param log   what the child writes to stderr goes to the end of this file
    /// @param flags for its JVM, besides our own
    static ChildProcess start(Class<?> main, Path log, List<String> flags, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(new File(log.toString())));
        return new ChildProcess(builder.start());
    }

    /// Next line of its output; null when it has ended.
    @Nullable
    String readLine() throws IOException {
        return output.readLine();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Waits for it to end if it does so soon: a dying process closes its connections before it is gone.
    boolean ends() throws InterruptedException {
        return process.waitFor(DYING_SECONDS, TimeUnit.SECONDS);
    }

    /// SIGKILL.
    void kill() {
        process.destroyForcibly();
    }

    /// Waits for its end.
    int exitCode() throws InterruptedException {
        return process.waitFor(END_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    @Override
    public void close() throws IOException {
        kill();
        output.close();
    }
}
