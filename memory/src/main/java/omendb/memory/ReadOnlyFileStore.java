package omendb.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/// A file store that hands on reads and refuses whatever would change the directory: for inspection.
///
/// Threading: as the store behind it.
final class ReadOnlyFileStore implements FileStore {
    private final FileStore inner;

    ReadOnlyFileStore(FileStore inner) {
        this.inner = inner;
    }

    @Override
    public Path directory() {
        return inner.directory();
    }

    @Override
    public StoreFile create(String name) {
        throw refused(name);
    }

    @Override
    public StoreFile open(String name) {
        return new ReadOnlyFile(inner.open(name));
    }

    @Override
    public void delete(String name) {
        throw refused(name);
    }

    @Override
    public void deleteDirectory(String name) {
        throw refused(name);
    }

    @Override
    public void rename(String from, String to) {
        throw refused(from);
    }

    @Override
    public List<String> list(String directory) {
        return inner.list(directory);
    }

    @Override
    public boolean exists(String name) {
        return inner.exists(name);
    }

    @Override
    public long size(String name) {
        return inner.size(name);
    }

    @Override
    public void createDirectories(String name) {
        if (!exists(name)) {
            throw refused(name);
        }
    }

    @Override
    public void syncDirectory(String name) {
        throw refused(name);
    }

    @Override
    public void close() {
        inner.close();
    }

    private StorageException refused(String name) {
        String path = StoreNames.resolve(inner.directory(), name).toString();
        return new StorageException(path, StorageException.NO_POSITION, "the directory was opened for reading only");
    }

    private final class ReadOnlyFile extends StoreFile {
        private final StoreFile file;

        ReadOnlyFile(StoreFile file) {
            super(file.name());
            this.file = file;
        }

        @Override
        public String path() {
            return file.path();
        }

        @Override
        public void write(MemorySegment source, long position) {
            throw refused(name());
        }

        @Override
        public void read(MemorySegment target, long position) {
            file.read(target, position);
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void preallocate(long bytes) {
            throw refused(name());
        }

        @Override
        public void sync() {
            throw refused(name());
        }

        @Override
        public MemorySegment map(long offset, long length, MapMode mode, Arena arena) {
            return file.map(offset, length, mode, arena);
        }

        @Override
        public void close() {
            file.close();
        }

        @Override
        void mapFixed(long address, long fileOffset, long bytes, MapMode mode) {
            file.mapFixed(address, fileOffset, bytes, mode);
        }
    }
}
