package omendb.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A file store over a real directory that ends the JVM, as SIGKILL would, at a named crash point: before, in the
/// middle
/// of, or after the nth call of an operation on names that contain a text.
///
/// Threading: any thread.
public final class HaltingFileStore implements FileStore {
    private static final int KILLED = 137;

    /// Where in the call the process ends.
    public enum Moment {
        BEFORE,
        /// After the first half of the bytes; for writes only, else as [#BEFORE].
        HALFWAY,
        AFTER
    }

    private final FileStore inner;
    private final CrashableFileStore.Operation operation;
    private final String namePart;
    private final Moment moment;
    private final AtomicInteger left;

    public HaltingFileStore(
            FileStore inner, CrashableFileStore.Operation operation, String namePart, int nth, Moment moment) {
        this.inner = inner;
        this.operation = operation;
        this.namePart = namePart;
        this.moment = moment;
        this.left = new AtomicInteger(nth);
    }

    private void call(CrashableFileStore.Operation called, String name, Runnable half, Runnable whole) {
        boolean strikes = called == operation && name.contains(namePart) && left.decrementAndGet() == 0;
        if (strikes && moment == Moment.HALFWAY) {
            half.run();
        }
        if (strikes && moment != Moment.AFTER) {
            Runtime.getRuntime().halt(KILLED);
        }
        whole.run();
        if (strikes) {
            Runtime.getRuntime().halt(KILLED);
        }
    }

    private void call(CrashableFileStore.Operation called, String name, Runnable whole) {
        call(called, name, () -> {}, whole);
    }

    @Override
    public Path directory() {
        return inner.directory();
    }

    @Override
    public StoreFile create(String name) {
        StoreFile[] file = new StoreFile[1];
        call(CrashableFileStore.Operation.CREATE, name, () -> file[0] = inner.create(name));
        return new HaltingFile(file[0]);
    }

    @Override
    public StoreFile open(String name) {
        return new HaltingFile(inner.open(name));
    }

    @Override
    public void delete(String name) {
        call(CrashableFileStore.Operation.DELETE, name, () -> inner.delete(name));
    }

    @Override
    public void deleteDirectory(String name) {
        call(CrashableFileStore.Operation.DELETE, name, () -> inner.deleteDirectory(name));
    }

    @Override
    public void rename(String from, String to) {
        call(CrashableFileStore.Operation.RENAME, to, () -> inner.rename(from, to));
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
        inner.createDirectories(name);
    }

    @Override
    public void syncDirectory(String name) {
        call(CrashableFileStore.Operation.SYNC_DIRECTORY, name, () -> inner.syncDirectory(name));
    }

    @Override
    public void close() {
        inner.close();
    }

    private final class HaltingFile extends StoreFile {
        private final StoreFile file;

        HaltingFile(StoreFile file) {
            super(file.name());
            this.file = file;
        }

        @Override
        public String path() {
            return file.path();
        }

        @Override
        public void write(MemorySegment source, long position) {
            call(
                    CrashableFileStore.Operation.WRITE,
                    name(),
                    () -> file.write(source.asSlice(0, source.byteSize() / 2), position),
                    () -> file.write(source, position));
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
            call(CrashableFileStore.Operation.PREALLOCATE, name(), () -> file.preallocate(bytes));
        }

        @Override
        public void sync() {
            call(CrashableFileStore.Operation.SYNC, name(), file::sync);
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
