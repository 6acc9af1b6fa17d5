package omendb.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// The content of a file of a [CrashableFileStore]: live in a real file; what was durable, as the old content
/// of every sector written since the last sync.
///
/// Threading: guarded by `this`.
final class CrashableInode {
    static final int SECTOR_BYTES = 512;

    /// What a sector held at the last sync, and the states it went through since.
    private static final class Sector {
        final byte[] durable;
        final List<byte[]> states = new ArrayList<>();

        Sector(byte[] durable) {
            this.durable = durable;
        }
    }

    private final Path path;
    private final Map<Long, Sector> unsynced = new TreeMap<>();
    private final List<Long> sizes = new ArrayList<>(); // since the last sync, in order
    private long durableSize;
    private boolean inDoubt;

    private CrashableInode(Path path, long durableSize) {
        this.path = path;
        this.durableSize = durableSize;
    }

    static CrashableInode create(Path path) {
        try {
            Files.createFile(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new CrashableInode(path, 0);
    }

    Path path() {
        return path;
    }

    long size() {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a change of `[position, position + bytes)` of the live file and remembers what it changed.
    synchronized void change(long position, long bytes, Runnable change) {
        long first = position / SECTOR_BYTES;
        long last = bytes == 0 ? first - 1 : (position + bytes - 1) / SECTOR_BYTES;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            for (long sector = first; sector <= last; sector++) {
                if (!unsynced.containsKey(sector)) {
                    unsynced.put(sector, new Sector(readSector(channel, sector)));
                }
            }
            change.run();
            for (long sector = first; sector <= last; sector++) {
                unsynced.get(sector).states.add(readSector(channel, sector));
            }
            sizes.add(channel.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Everything up to now is on the disk (unless an earlier sync failed).
    synchronized void sync() {
        if (!inDoubt) {
            unsynced.clear();
            sizes.clear();
            durableSize = size();
        }
    }

    /// A sync failed: nothing that is pending, or comes later, is certain any more.
    synchronized void failSync() {
        inDoubt = true;
    }

    /// A copy of the live content, all of it durable.
    synchronized CrashableInode copy(Path target) {
        try {
            Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
            return new CrashableInode(target, Files.size(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A copy as the disk may hold it after a power cut now.
    synchronized CrashableInode afterCrash(Random random, Path target) {
        try {
            Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
            long size = durableSize;
            if (!sizes.isEmpty() && random.nextInt(4) != 0) {
                size = sizes.get(random.nextInt(sizes.size()));
            }
            int mode = random.nextInt(5); // none of the pending sectors, all, each as it falls, or page by page
            var pages = new PageFates(random);
            try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                for (var each : unsynced.entrySet()) {
                    byte[] kept = mode == 4
                            ? pages.survivor(each.getKey(), each.getValue())
                            : survivor(each.getValue(), mode, random);
                    channel.write(ByteBuffer.wrap(kept), each.getKey() * SECTOR_BYTES);
                }
                channel.truncate(size);
                if (channel.size() < size) {
                    channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
                }
            }
            return new CrashableInode(target, size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] survivor(Sector sector, int mode, Random random) {
        int states = sector.states.size();
        int kept = switch (mode) {
            case 0 -> 0;
            case 1 -> states;
            default -> random.nextInt(states + 1);
        };
        byte[] result = (kept == 0 ? sector.durable : sector.states.get(kept - 1)).clone();
        if (mode == 3 && kept < states && random.nextInt(4) == 0) {
            // torn: the head of the next state before the tail of this one
            System.arraycopy(sector.states.get(kept), 0, result, 0, random.nextInt(SECTOR_BYTES));
        }
        return result;
    }

    /// The disk writes whole pages of 4 KiB: of each, all sectors are new, none, or those before a point or from it on.
    private static final class PageFates {
        private static final int SECTORS = 8;

        private final Random random;
        private long page = -1;
        private int firstNew;
        private int endNew;

        PageFates(Random random) {
            this.random = random;
        }

        byte[] survivor(long sector, Sector content) {
            if (sector / SECTORS != page) {
                page = sector / SECTORS;
                boolean head = random.nextBoolean();
                int split = random.nextInt(3) == 0 ? random.nextInt(SECTORS + 1) : random.nextBoolean() ? 0 : SECTORS;
                firstNew = head ? 0 : split;
                endNew = head ? split : SECTORS;
            }
            int at = (int) (sector % SECTORS);
            return (at >= firstNew && at < endNew ? content.states.getLast() : content.durable).clone();
        }
    }

    private static byte[] readSector(FileChannel channel, long sector) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(SECTOR_BYTES);
        while (buffer.hasRemaining() && channel.read(buffer, sector * SECTOR_BYTES + buffer.position()) >= 0) {
            // the rest, behind the end of the file, stays zero
        }
        return buffer.array();
    }
}
