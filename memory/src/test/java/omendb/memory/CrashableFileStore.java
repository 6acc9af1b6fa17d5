package omendb.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// A file store that can lose power and whose calls can be told to fail.
///
/// The live image lies in real files (so mappings work); beside it, each file and directory remembers what was
/// synced and what came after. [#crash] gives a new store with an image that a real disk may hold after a power
/// cut: of each sector written since the last sync, the state after any of the writes to it, or a torn mixture
/// of two successive states; of the creates, renames and deletes in a directory since its last sync, a prefix;
/// of a growth in size, any step. All by seeded chance, so that a failing run can be repeated.
///
/// A failed sync leaves its file in doubt for good, as Linux does: what was pending may be lost although later
/// syncs succeed.
///
/// Threading: as [FileStore]; a crash waits for calls in progress, later ones on the old store fail.
public final class CrashableFileStore implements FileStore {
    /// Calls that can be made to fail.
    public enum Operation {
        CREATE,
        OPEN,
        READ,
        WRITE,
        PREALLOCATE,
        SYNC,
        RENAME,
        DELETE,
        SYNC_DIRECTORY
    }

    /// How a call fails.
    public enum Fault {
        IO_ERROR,
        DISK_FULL,
        /// The first half of the bytes is written, then the device fails. Only for [Operation#WRITE].
        SHORT_WRITE
    }

    /// Entries of a directory: now, and as of its last sync with the changes since.
    private static final class Directory {
        final TreeMap<String, CrashableInode> live = new TreeMap<>();
        final TreeMap<String, CrashableInode> durable = new TreeMap<>();
        final List<Change> changes = new ArrayList<>();

        void change(Change change) {
            change.applyTo(live);
            changes.add(change);
        }

        void sync() {
            durable.clear();
            durable.putAll(live);
            changes.clear();
        }

        TreeMap<String, CrashableInode> afterCrash(Random random) {
            int kept = random.nextInt(changes.size() + 1);
            TreeMap<String, CrashableInode> entries = new TreeMap<>(durable);
            changes.subList(0, kept).forEach(change -> change.applyTo(entries));
            return entries;
        }
    }

    /// An ordered fault, and how many matching calls are still to succeed before it.
    private static final class Rule {
        final Operation operation;
        final String namePart;
        final Fault fault;
        int callsBefore;

        Rule(Operation operation, String namePart, int nth, Fault fault) {
            this.operation = operation;
            this.namePart = namePart;
            this.callsBefore = nth - 1;
            this.fault = fault;
        }

        boolean strikes(Operation called, String name) {
            return operation == called && name.contains(namePart) && callsBefore-- == 0;
        }
    }

    @FunctionalInterface
    private interface Change {
        void applyTo(Map<String, CrashableInode> entries);
    }

    private final Path directory;
    private final TreeMap<String, Directory> directories = new TreeMap<>();
    private final EnumMap<Operation, Integer> calls = new EnumMap<>(Operation.class);
    private final List<Rule> rules = new ArrayList<>();
    private final ReentrantReadWriteLock power = new ReentrantReadWriteLock();
    private boolean dead; // guarded by power
    private long changesUntilCut = Long.MAX_VALUE;
    private boolean cut;
    private boolean full;
    private int struck;
    private int nextInode;

    private CrashableFileStore(Path directory) {
        this.directory = directory;
        directories.put("", new Directory());
    }

    /// A new, empty store over a temporary directory, which [#close] and [#crash] remove.
    public static CrashableFileStore create() {
        try {
            return new CrashableFileStore(Files.createTempDirectory("crashable-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Makes the `nth` call of `operation` from now on (1 = the next one) fail, once.
    public void failAt(Operation operation, int nth, Fault fault) {
        failAt(operation, "", nth, fault);
    }

    /// Makes the `nth` call of `operation` on names that contain `namePart` fail, once.
    public synchronized void failAt(Operation operation, String namePart, int nth, Fault fault) {
        rules.add(new Rule(operation, namePart, nth, fault));
    }

    /// Forgets the faults that have not happened yet.
    public synchronized void clearFaults() {
        rules.clear();
    }

    /// Cuts the power in the middle of things: after `changes` more calls that change the disk every call fails. The
    /// store is then good for [#crash] only.
    public synchronized void cutAfter(long changes) {
        changesUntilCut = changes;
    }

    /// Whether [#cutAfter] has come to pass.
    public synchronized boolean isCut() {
        return cut;
    }

    /// While full, no file can be created or grown, and no preallocation succeeds.
    public synchronized void setFull(boolean nowFull) {
        full = nowFull;
    }

    /// Faults that have happened.
    public synchronized int faultsStruck() {
        return struck;
    }

    /// Names of all files, sorted.
    public synchronized List<String> files() {
        var names = new ArrayList<String>();
        directories.forEach((path, each) ->
                each.live.keySet().forEach(name -> names.add(path.isEmpty() ? name : path + "/" + name)));
        Collections.sort(names);
        return names;
    }

    /// Bytes of a file.
    public synchronized byte[] content(String name) {
        try {
            return Files.readAllBytes(find(name).path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Changes a bit of a file, as a failing disk would. Nobody has the file open.
    public synchronized void flip(String name, long position, int bit) {
        Path path = find(name).path();
        try (var channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 1 << bit)).rewind();
            channel.write(one, position);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A second store with the live image, all of it durable.
    public synchronized CrashableFileStore copy() {
        CrashableFileStore copy = create();
        directories.forEach((path, each) -> {
            Directory directoryCopy = new Directory();
            each.live.forEach((name, inode) -> directoryCopy.live.put(name, inode.copy(copy.newInodePath())));
            directoryCopy.sync();
            copy.directories.put(path, directoryCopy);
        });
        return copy;
    }

    /// Calls of `operation` so far.
    public synchronized int calls(Operation operation) {
        return calls.getOrDefault(operation, 0);
    }

    /// Cuts the power: this store and its files are dead from now on, the returned store holds what the disk
    /// kept.
    public CrashableFileStore crash(long seed) {
        power.writeLock().lock();
        try {
            requirePower();
            dead = true;
            var random = new Random(seed * 0x9E3779B97F4A7C15L); // small seeds alone start alike
            CrashableFileStore after = create();
            for (var each : directories.entrySet()) {
                Directory survivor = new Directory();
                each.getValue().afterCrash(random).forEach((name, inode) -> {
                    CrashableInode copy = inode.afterCrash(random, after.newInodePath());
                    survivor.live.put(name, copy);
                    survivor.durable.put(name, copy);
                });
                after.directories.put(each.getKey(), survivor);
            }
            deleteTree();
            return after;
        } finally {
            power.writeLock().unlock();
        }
    }

    /// Copies the live image into a directory of the real file system.
    public void exportTo(Path target) {
        power.readLock().lock();
        try {
            requirePower();
            synchronized (this) {
                for (var each : directories.entrySet()) {
                    Path to = Files.createDirectories(StoreNames.resolve(target, each.getKey()));
                    for (var file : each.getValue().live.entrySet()) {
                        Files.copy(file.getValue().path(), to.resolve(file.getKey()));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            power.readLock().unlock();
        }
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public StoreFile create(String name) {
        StoreNames.checkFile(name);
        return powered(() -> {
            checkFault(Operation.CREATE, name);
            Directory parent = parentOf(name);
            if (parent.live.containsKey(StoreNames.last(name)) || directories.containsKey(name)) {
                throw failure(name, Platform.EEXIST, "create");
            }
            var inode = CrashableInode.create(newInodePath());
            parent.change(entries -> entries.put(StoreNames.last(name), inode));
            return new CrashableFile(name, this, inode);
        });
    }

    @Override
    public StoreFile open(String name) {
        StoreNames.checkFile(name);
        return powered(() -> {
            checkFault(Operation.OPEN, name);
            return new CrashableFile(name, this, find(name));
        });
    }

    @Override
    public void delete(String name) {
        StoreNames.checkFile(name);
        powered(() -> {
            checkFault(Operation.DELETE, name);
            find(name);
            parentOf(name).change(entries -> entries.remove(StoreNames.last(name)));
            return null;
        });
    }

    @Override
    public void deleteDirectory(String name) {
        StoreNames.checkFile(name);
        powered(() -> directories.keySet().removeIf(each -> each.equals(name) || each.startsWith(name + "/")));
    }

    @Override
    public void rename(String from, String to) {
        StoreNames.checkRename(from, to);
        powered(() -> {
            checkFault(Operation.RENAME, from);
            CrashableInode inode = find(from);
            parentOf(from).change(entries -> {
                entries.remove(StoreNames.last(from));
                entries.put(StoreNames.last(to), inode);
            });
            return null;
        });
    }

    @Override
    public List<String> list(String name) {
        StoreNames.check(name);
        return powered(() -> {
            Directory listed = directories.get(name);
            if (listed == null) {
                return List.of();
            }
            var names = new TreeSet<>(listed.live.keySet());
            for (String each : directories.keySet()) {
                if (!each.isEmpty() && StoreNames.parent(each).equals(name)) {
                    names.add(StoreNames.last(each));
                }
            }
            return List.copyOf(names);
        });
    }

    @Override
    public boolean exists(String name) {
        StoreNames.check(name);
        return powered(() -> {
            Directory parent = directories.get(StoreNames.parent(name));
            return directories.containsKey(name) || parent != null && parent.live.containsKey(StoreNames.last(name));
        });
    }

    @Override
    public long size(String name) {
        StoreNames.checkFile(name);
        return powered(() -> find(name).size());
    }

    @Override
    public void createDirectories(String name) {
        StoreNames.check(name);
        powered(() -> {
            for (String each = name; !each.isEmpty(); each = StoreNames.parent(each)) {
                directories.computeIfAbsent(each, key -> new Directory());
            }
            return null;
        });
    }

    @Override
    public void syncDirectory(String name) {
        StoreNames.check(name);
        powered(() -> {
            checkFault(Operation.SYNC_DIRECTORY, name);
            Directory synced = directories.get(name);
            if (synced == null) {
                throw failure(name, Platform.ENOENT, "sync the directory");
            }
            synced.sync();
            return null;
        });
    }

    @Override
    public void close() {
        power.writeLock().lock();
        try {
            if (!dead) {
                dead = true;
                deleteTree();
            }
        } finally {
            power.writeLock().unlock();
        }
    }

    // ---- for CrashableFile ----

    /// Runs a call on a file while the power cannot go.
    <T> T whilePowered(Supplier<T> call) {
        power.readLock().lock();
        try {
            requirePower();
            return call.get();
        } finally {
            power.readLock().unlock();
        }
    }

    /// Counts a call; throws what was ordered for it. Returns the fault if the caller has to carry it out.
    synchronized boolean checkFault(Operation operation, String name) {
        calls.merge(operation, 1, Integer::sum);
        boolean changes = operation != Operation.OPEN && operation != Operation.READ;
        cut |= changes && changesUntilCut-- <= 0;
        if (cut) {
            throw new StorageException(directory.toString(), StorageException.NO_POSITION, "the power was cut");
        }
        if (full && (operation == Operation.CREATE || operation == Operation.PREALLOCATE)) {
            struck++;
            throw failure(name, Platform.ENOSPC, "do " + operation);
        }
        Fault fault = null;
        for (Rule rule : rules) {
            if (rule.strikes(operation, name)) {
                fault = rule.fault;
            }
        }
        if (fault == null) {
            return false;
        }
        struck++;
        return switch (fault) {
            case IO_ERROR -> throw failure(name, Platform.EIO, "do " + operation);
            case DISK_FULL -> throw failure(name, Platform.ENOSPC, "do " + operation);
            case SHORT_WRITE -> true;
        };
    }

    StorageException failure(String name, int errno, String action) {
        return Platform.failure(
                StoreNames.resolve(directory, name).toString(), StorageException.NO_POSITION, action, -errno);
    }

    // ---- private ----

    private synchronized <T> T poweredSynchronized(Supplier<T> call) {
        return call.get();
    }

    private <T> T powered(Supplier<T> call) {
        return whilePowered(() -> poweredSynchronized(call));
    }

    private void requirePower() {
        if (dead) {
            throw new StorageException(directory.toString(), StorageException.NO_POSITION, "the power is off");
        }
    }

    private Directory parentOf(String name) {
        Directory parent = directories.get(StoreNames.parent(name));
        if (parent == null) {
            throw failure(name, Platform.ENOENT, "find the directory");
        }
        return parent;
    }

    private CrashableInode find(String name) {
        CrashableInode inode = parentOf(name).live.get(StoreNames.last(name));
        if (inode == null) {
            throw failure(name, Platform.ENOENT, "open");
        }
        return inode;
    }

    private Path newInodePath() {
        return directory.resolve("inode-" + nextInode++);
    }

    private void deleteTree() {
        try (var children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                Files.delete(child);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
