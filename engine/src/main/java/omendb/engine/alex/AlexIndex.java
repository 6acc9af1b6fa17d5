package omendb.engine.alex;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.jspecify.annotations.Nullable;

/// A learned index from 64-bit keys to payloads (row ids): a set of pairs (key, payload), ordered by key,
/// then payload, both signed. Several pairs may have the same key.
///
/// Threading: all methods may be called by any thread. Writes ([#add], [#remove], [#bulkLoad]) exclude each
/// other; reads wait for nobody. Single reads ([#findFirst], [#contains], [#estimateRange],
/// [#estimateRank]) want an [Epochs] pin that the caller holds, so that many of them can share one;
/// cursors, writes and statistics pin by themselves.
///
/// Source: Ding et al., ALEX: An Updatable Adaptive Learned Index, SIGMOD 2020; see the package for what is
/// ours.
public final class AlexIndex implements AutoCloseable {
    /// Address space of a new index; it moves to a larger one when that is full.
    private static final long RESERVED_BYTES = 1L << 30;

    /// Free address space that a write needs at most.
    private static final long WRITE_ROOM_BYTES = 32 << 20;

    private final Epochs epochs;
    private final NodeSpace space;
    private final NodeFactory factory;
    private final SubtreeBuilder builder;
    private final Restructurer restructurer;
    private final Path path;
    private final ColdPacker packer;
    private final @Nullable Checkpoints checkpoints;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock checkpointing = new ReentrantLock(); // taken before `writing`
    private final AtomicLong size = new AtomicLong(); // as in the superblock, for those who hold no pin
    private volatile boolean closed;

    private AlexIndex(Epochs epochs, NodeSpace space, @Nullable Checkpoints checkpoints) {
        this.epochs = epochs;
        this.space = space;
        this.checkpoints = checkpoints;
        this.factory = new NodeFactory(space, epochs);
        this.builder = new SubtreeBuilder(factory);
        this.restructurer = new Restructurer(space, factory, builder);
        this.path = new Path(space);
        this.packer = new ColdPacker(restructurer, path, writing);
    }

    /// An empty index that lives in memory only.
    ///
    /// @param epochs guards the memory that readers may still see; shared with other structures, closed
    ///     after them
    /// @throws omendb.memory.AddressSpaceException if there is no memory or address space
    public static AlexIndex create(Epochs epochs) {
        return createWith(null, epochs);
    }

    /// An empty index whose checkpoints go to a directory; those of an earlier one there are deleted by its
    /// first.
    ///
    /// @param directory in the store; made if it is missing
    public static AlexIndex create(FileStore store, String directory, Epochs epochs) {
        return createWith(new Checkpoints(store, directory), epochs);
    }

    private static AlexIndex createWith(@Nullable Checkpoints checkpoints, Epochs epochs) {
        var index = new AlexIndex(epochs, NodeSpace.create(RESERVED_BYTES, epochs), checkpoints);
        long base = index.space.base();
        Superblock.publishRoot(base, index.factory.gapped(base, 0, 0, GappedNode.Layout.APPEND, Bounds.ALL));
        return index;
    }

    /// Whether a directory has a checkpoint.
    public static boolean exists(FileStore store, String directory) {
        return new CheckpointReader(store, directory).newestGeneration() > 0;
    }

    /// Opens the newest checkpoint of a directory: maps it, reads only what changed since its base was
    /// written. Pages of the base are not checked here: see [#verify].
    ///
    /// @throws omendb.memory.MissingFileException if there is none
    /// @throws omendb.memory.StorageException if it cannot be used
    public static AlexIndex open(FileStore store, String directory, Epochs epochs) {
        var opened = new CheckpointReader(store, directory).open(RESERVED_BYTES, epochs);
        var index = new AlexIndex(epochs, opened.space(), new Checkpoints(store, directory, opened));
        index.factory.freeRecorded();
        index.size.setRelease(Superblock.entries(opened.space().base()));
        return index;
    }

    /// Compares the files of the newest checkpoint in a directory with their checksums, by positional
    /// reads; for the background, and before an index is opened after the death of a process that may have
    /// been its fault.
    ///
    /// @throws omendb.memory.CorruptFileException naming file and position of the first page that differs
    public static void verify(FileStore store, String directory) {
        new CheckpointReader(store, directory).verify();
    }

    // ---- checkpoints ----

    /// Makes durable what the index holds now. Whoever opens it later repeats the changes that were logged
    /// behind `lsn`, in order; the checkpoint may hold some of them already, which changes nothing, for
    /// adding and removing an entry twice is the same as once.
    ///
    /// Writes wait for a moment at the beginning, while the changed pages are marked; reads not at all.
    ///
    /// @param lsn all changes up to it are in the index
    /// @throws IllegalStateException if the index lives in memory only
    /// @throws omendb.memory.StorageException if it fails: the older checkpoint stays
    public void checkpoint(long lsn) {
        Checkpoints files = checkpoints;
        if (files == null) {
            throw new IllegalStateException("an index in memory has no checkpoints");
        }
        checkpointing.lock();
        try {
            packer.run(this::prepareWrite);
            checkpoint(files, lsn);
        } finally {
            checkpointing.unlock();
        }
    }

    private void checkpoint(Checkpoints files, long lsn) {
        Snapshot snapshot;
        boolean all;
        writing.lock();
        try {
            prepareWrite();
            factory.recordRetired();
            factory.nextStamp();
            all = files.wantsGeneration(space.dirtyPages());
            snapshot = space.startSnapshot(all);
        } finally {
            writing.unlock();
        }
        boolean done = false;
        try {
            if (all) {
                files.writeGeneration(snapshot, lsn);
            } else {
                files.writeDelta(snapshot, lsn);
            }
            done = true;
        } finally {
            writing.lock();
            try {
                if (!done) {
                    snapshot.abandon();
                }
                space.endSnapshot(snapshot);
            } finally {
                writing.unlock();
            }
        }
    }

    /// LSN of the newest checkpoint; -1 if there is none.
    public long checkpointLsn() {
        return checkpoints == null ? -1 : checkpoints.lsn();
    }

    // ---- writing ----

    /// Adds an entry; false if it was there.
    ///
    /// @throws omendb.memory.AddressSpaceException if there is no memory; the index is as it was
    public boolean add(long key, long payload) {
        writing.lock();
        try {
            prepareWrite();
            while (true) {
                long node = path.find(key, payload);
                if (Node.kind(node) == Node.COMPACT) {
                    if (CompactNode.contains(node, key, payload)) {
                        return false;
                    }
                    restructurer.unpack(path, key, payload);
                    continue;
                }
                int at = GappedNode.lowerBound(node, key, payload);
                if (GappedNode.holds(node, at, key, payload)) {
                    return false;
                }
                if (Restructurer.wantsRoom(node)) {
                    restructurer.makeRoom(path, key, payload);
                    continue;
                }
                GappedNode.insert(space, node, at, key, payload, factory.stamp());
                addEntries(1);
                return true;
            }
        } finally {
            writing.unlock();
        }
    }

    /// Removes an entry; false if it was not there.
    public boolean remove(long key, long payload) {
        writing.lock();
        try {
            prepareWrite();
            long node = path.find(key, payload);
            if (Node.kind(node) == Node.COMPACT) {
                if (!CompactNode.contains(node, key, payload)) {
                    return false;
                }
                restructurer.unpack(path, key, payload);
                node = path.find(key, payload);
            }
            int at = GappedNode.lowerBound(node, key, payload);
            if (!GappedNode.holds(node, at, key, payload)) {
                return false;
            }
            GappedNode.remove(space, node, at, factory.stamp());
            addEntries(-1);
            if (Restructurer.wantsLess(node)) {
                restructurer.contract(path);
            }
            return true;
        } finally {
            writing.unlock();
        }
    }

    /// Fills an empty index with packed nodes.
    ///
    /// @throws IllegalStateException if it is not empty
    /// @throws IllegalArgumentException if the entries do not ascend or are more than 2^31 - 9; the index
    ///     stays empty
    public void bulkLoad(EntryStream entries) {
        try (var buffer = new EntryBuffer()) {
            buffer.fill(entries);
            writing.lock();
            try {
                prepareWrite();
                if (size() != 0) {
                    throw new IllegalStateException("bulk load into an index of " + size() + " entries");
                }
                space.ensureRoom(SubtreeBuilder.room(buffer.count()));
                int root = builder.build(buffer.address(), buffer.count(), Bounds.ALL, false, 0);
                int old = Superblock.root(space.base());
                Superblock.publishRoot(space.base(), root);
                retireTree(old);
                addEntries(buffer.count());
            } finally {
                writing.unlock();
            }
        }
    }

    private void retireTree(int pointer) {
        long node = space.address(pointer);
        if (!Node.isData(node)) {
            int previous = 0;
            for (int slot = 0; slot < Node.slots(node); slot++) {
                int child = Node.child(node, slot);
                if (child != previous) {
                    retireTree(child);
                    previous = child;
                }
            }
        }
        factory.retire(pointer);
    }

    private void addEntries(int delta) {
        Superblock.addEntries(space.base(), delta);
        size.setRelease(Superblock.entries(space.base()));
    }

    private void prepareWrite() {
        checkOpen();
        factory.reclaim();
        space.ensureRoom(WRITE_ROOM_BYTES);
        space.willWrite(space.base(), Superblock.BYTES);
    }

    // ---- reading ----

    /// Least payload of a key, or `absent` if the key has none. The caller holds a pin.
    public long findFirst(long key, long absent) {
        checkOpen();
        long base = space.base();
        long payload = Long.MIN_VALUE;
        while (true) {
            long node = Node.find(base, key, payload);
            long found;
            if (Node.kind(node) == Node.COMPACT) {
                found = CompactNode.findFirst(node, key, absent);
            } else {
                int version = GappedNode.beginRead(node);
                found = GappedNode.findFirst(node, key, absent);
                if (!GappedNode.unchanged(node, version)) {
                    continue;
                }
            }
            // the key's other entries may begin behind a separator
            if (found != absent || DataNode.highKey(node) != key || DataNode.highPayload(node) == Long.MAX_VALUE) {
                return found;
            }
            payload = DataNode.highPayload(node) + 1;
        }
    }

    /// Whether an entry is there. The caller holds a pin.
    public boolean contains(long key, long payload) {
        checkOpen();
        long base = space.base();
        while (true) {
            long node = Node.find(base, key, payload);
            if (Node.kind(node) == Node.COMPACT) {
                return CompactNode.contains(node, key, payload);
            }
            int version = GappedNode.beginRead(node);
            boolean found = GappedNode.contains(node, key, payload);
            if (GappedNode.unchanged(node, version)) {
                return found;
            }
        }
    }

    /// A cursor over this index, to be sought first.
    public AlexCursor cursor() {
        return new AlexCursor(this);
    }

    void read(AlexCursor cursor) {
        try (Epochs.Pin _ = epochs.pin()) {
            checkOpen();
            cursor.copyFrom(space.base());
        }
    }

    /// Entries in the index.
    public long size() {
        return size.getAcquire();
    }

    /// About how many entries have keys below `key`. The caller holds a pin.
    public double estimateRank(long key) {
        checkOpen();
        return new Cardinality(space.base()).between(false, 0, 0, true, key, Long.MIN_VALUE);
    }

    /// About how many entries have keys from `low` to `high`, both included: exact if these lie in few
    /// nodes. The caller holds a pin.
    public double estimateRange(long low, long high) {
        checkOpen();
        if (low > high) {
            return 0;
        }
        boolean hasHigh = high != Long.MAX_VALUE;
        return new Cardinality(space.base())
                .between(true, low, Long.MIN_VALUE, hasHigh, hasHigh ? high + 1 : 0, Long.MIN_VALUE);
    }

    /// Height, nodes, bytes, errors, events. Walks the inner nodes.
    public AlexStats stats() {
        try (Epochs.Pin _ = epochs.pin()) {
            checkOpen();
            return StatsCollector.collect(space.base());
        }
    }

    /// Address of the superblock, for tests under a pin or without other threads.
    long base() {
        return space.base();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("index is closed");
        }
    }

    /// Frees the memory once no reader is left. Idempotent; no write may be under way.
    @Override
    public void close() {
        checkpointing.lock();
        writing.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            restructurer.close();
            epochs.retire(space::close);
            epochs.advance();
        } finally {
            writing.unlock();
            checkpointing.unlock();
        }
    }
}
