package omendb.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import omendb.memory.CrashableFileStore.Operation;

/// An open file of a [CrashableFileStore]: I/O goes to the real file of its inode, which is told about changes
/// and syncs.
final class CrashableFile extends StoreFile {
    private final CrashableFileStore store;
    private final CrashableInode inode;
    private final NativeFile file;

    CrashableFile(String name, CrashableFileStore store, CrashableInode inode) {
        super(name);
        this.store = store;
        this.inode = inode;
        this.file = NativeFile.open(name, inode.path().toString());
    }

    @Override
    public String path() {
        return StoreNames.resolve(store.directory(), name()).toString();
    }

    @Override
    public void write(MemorySegment source, long position) {
        store.whilePowered(() -> {
            if (store.checkFault(Operation.WRITE, name())) {
                MemorySegment half = source.asSlice(0, source.byteSize() / 2);
                inode.change(position, half.byteSize(), () -> file.write(half, position));
                throw store.failure(name(), Platform.EIO, "write the second half");
            }
            inode.change(position, source.byteSize(), () -> file.write(source, position));
            return null;
        });
    }

    @Override
    public void read(MemorySegment target, long position) {
        store.whilePowered(() -> {
            store.checkFault(Operation.READ, name());
            file.read(target, position);
            return null;
        });
    }

    @Override
    public long size() {
        return store.whilePowered(file::size);
    }

    @Override
    public void preallocate(long bytes) {
        store.whilePowered(() -> {
            store.checkFault(Operation.PREALLOCATE, name());
            inode.change(0, 0, () -> file.preallocate(bytes));
            return null;
        });
    }

    @Override
    public void sync() {
        store.whilePowered(() -> {
            try {
                store.checkFault(Operation.SYNC, name());
            } catch (StorageException e) {
                inode.failSync();
                throw e;
            }
            file.size(); // a closed handle refuses
            inode.sync(); // the real file need not reach the real disk
            return null;
        });
    }

    @Override
    public MemorySegment map(long offset, long length, MapMode mode, Arena arena) {
        return store.whilePowered(() -> file.map(offset, length, mode, arena));
    }

    @Override
    void mapFixed(long address, long fileOffset, long bytes, MapMode mode) {
        store.whilePowered(() -> {
            file.mapFixed(address, fileOffset, bytes, mode);
            return null;
        });
    }

    @Override
    public void close() {
        file.close();
    }
}
