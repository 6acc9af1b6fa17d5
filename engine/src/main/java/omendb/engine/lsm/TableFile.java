package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.*;

import java.util.Objects;
import java.util.function.Consumer;
import omendb.memory.Checksum;
import omendb.memory.FileStore;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.ReservedRange;
import omendb.memory.StorageException;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

/// The file of an [SstableWriter] under its temporary name: takes bytes at its end, checksums blocks, writes in
/// large pieces, syncs in portions.
///
/// Threading: one thread at a time.
final class TableFile implements AutoCloseable {
    /// Written in pieces of this size and at its multiples, files come to lie in huge pages of the page cache where
    /// the file system has them: cheaper to write, and a look-up in the mapped table misses the TLB less often.
    private static final long WRITE_BYTES = ReservedRange.HUGE_PAGE_BYTES;

    private static final long SYNC_BYTES = 8 << 20;
    private static final String TEMPORARY = ".tmp";

    private final FileStore files;
    private final long number;
    private final String name;
    private final GrowableBuffer pending;
    private final GrowableBuffer checksums;
    private @Nullable Consumer<Runnable> syncElsewhere;
    private @Nullable StoreFile file;
    private long position;
    private long unsynced;

    TableFile(MemoryTag tag, FileStore files, String name, long number) {
        this.files = files;
        this.name = name;
        this.number = number;
        this.pending = new GrowableBuffer(tag);
        this.checksums = new GrowableBuffer(tag);
    }

    /// Lets somebody else do the syncs before the last, in order, while this file grows.
    void syncElsewhere(Consumer<Runnable> worker) {
        syncElsewhere = worker;
    }

    long bytes() {
        return position + pending.size();
    }

    /// Bytes to come at the end of the file; to be appended to, then [#endBlock] if they are a block.
    GrowableBuffer pending() {
        return pending;
    }

    /// One checksum for each block so far.
    GrowableBuffer checksums() {
        return checksums;
    }

    /// The last `length` bytes are a block.
    void endBlock(long length) {
        long block = pending.address() + pending.size() - length;
        addChecksum(block, length, bytes() - length);
        writeWhole();
    }

    /// Appends blocks that were built elsewhere.
    void append(BlockChunk chunk) {
        long block = chunk.blocks().address();
        long at = bytes();
        long lengths = chunk.lengths().address();
        for (long i = 0; i < chunk.lengths().size(); i += Integer.BYTES) {
            int length = NativeMemory.getInt(lengths + i);
            addChecksum(block, length, at);
            block += length;
            at += length;
        }
        pending.append(chunk.blocks().address(), chunk.blocks().size());
        writeWhole();
    }

    private void addChecksum(long block, long length, long blockPosition) {
        checksums.appendLong(blockChecksum(Checksum.xxh3(block, length), blockPosition, number));
    }

    private void writeWhole() {
        if (pending.size() >= WRITE_BYTES) {
            write(pending.size() & -WRITE_BYTES);
        }
    }

    /// Writes what is left.
    void writeRest() {
        write(pending.size());
    }

    private void write(long bytes) {
        if (file == null) {
            file = files.create(name + TEMPORARY);
        }
        file.write(NativeMemory.segment(pending.address(), bytes), position);
        position += bytes;
        unsynced += bytes;
        pending.removeFirst(bytes);
        if (unsynced >= SYNC_BYTES) { // in portions: one large sync at the end would hold up the log's
            if (syncElsewhere == null) {
                file.sync();
            } else {
                syncElsewhere.accept(file::sync);
            }
            unsynced = 0;
        }
    }

    /// Syncs and renames the completed file.
    ///
    /// @throws StorageException if the disk refuses (the temporary file is removed by [#close])
    void seal() {
        StoreFile written = Objects.requireNonNull(file);
        written.sync();
        written.close();
        file = null;
        files.rename(name + TEMPORARY, name);
    }

    /// Frees the buffers; removes the file unless it was sealed.
    @Override
    public void close() {
        pending.close();
        checksums.close();
        if (file != null) {
            file.close();
            file = null;
            try {
                files.delete(name + TEMPORARY);
            } catch (StorageException _) {
                // a leftover: the next open removes it, and what brought us here is already on its way to the caller
            }
        }
    }
}
