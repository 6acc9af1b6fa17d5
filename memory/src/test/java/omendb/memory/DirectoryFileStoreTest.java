package omendb.memory;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFileStoreTest extends FileStoreContract {
    @TempDir
    Path directory;

    @Override
    FileStore newStore() {
        return FileStore.open(directory.resolve("data/nested"));
    }
}
