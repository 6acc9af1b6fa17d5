package omendb.torture;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.FileStore;
import omendb.memory.HaltingFileStore;

/// The child process of [KillRounds]: a server over real files, told on the command line where to die, if anywhere.
final class ServerChild {
    private ServerChild() {}

    /// @param arguments directory, then nothing or: operation, part of the name, how many times, moment
    public static void main(String[] arguments) throws InterruptedException {
        FileStore files = FileStore.open(Path.of(arguments[0]));
        if (arguments.length > 1) {
            files = new HaltingFileStore(
                    files,
                    Operation.valueOf(arguments[1]),
                    arguments[2],
                    Integer.parseInt(arguments[3]),
                    HaltingFileStore.Moment.valueOf(arguments[4]));
        }
        TortureServer server = TortureServer.open(files, true);
        System.out.println("ready " + server.port());
        System.out.flush();
        new CountDownLatch(1).await();
    }
}
