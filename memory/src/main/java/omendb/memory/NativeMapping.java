package omendb.memory;

import org.jspecify.annotations.Nullable;

/// Anonymous mappings and their refusal.
final class NativeMapping {
    private static final int READ_WRITE = Platform.PROT_READ | Platform.PROT_WRITE;
    private static final int ANONYMOUS = Platform.MAP_PRIVATE | Platform.MAP_ANONYMOUS | Platform.MAP_NORESERVE;

    static final long PAGE_BYTES = Libc.pageSize();

    private NativeMapping() {}

    static long roundUpToPages(long bytes) {
        return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    /// Zeroed memory of its own mapping.
    static long allocate(long bytes) {
        long result = Libc.mmap(0, bytes, READ_WRITE, ANONYMOUS, -1, 0);
        if (result < 0) {
            throw refused(bytes, "allocate memory");
        }
        return result;
    }

    /// Addresses without memory.
    static long reserve(long bytes) {
        long result = Libc.mmap(0, bytes, Platform.PROT_NONE, ANONYMOUS, -1, 0);
        if (result < 0) {
            throw refused(bytes, "reserve address space");
        }
        return result;
    }

    /// Addresses without memory, beginning at a multiple of `alignment`, which is one of the page size.
    static long reserve(long bytes, long alignment) {
        long all = reserve(bytes + alignment);
        long address = (all + alignment - 1) & -alignment;
        if (address > all) {
            unmap(all, address - all);
        }
        if (address < all + alignment) {
            unmap(address + bytes, all + alignment - address);
        }
        return address;
    }

    /// Replaces what is at these addresses by zeroed memory.
    static void commit(long address, long bytes) {
        if (Libc.mmap(address, bytes, READ_WRITE, ANONYMOUS | Platform.MAP_FIXED, -1, 0) < 0) {
            throw refused(bytes, "commit memory");
        }
    }

    /// Replaces what is at these addresses by nothing; the addresses stay ours.
    static void decommit(long address, long bytes) {
        if (Libc.mmap(address, bytes, Platform.PROT_NONE, ANONYMOUS | Platform.MAP_FIXED, -1, 0) < 0) {
            throw refused(bytes, "decommit memory");
        }
    }

    static void unmap(long address, long bytes) {
        long result = Libc.munmap(address, bytes);
        assert result == 0 : "munmap of " + bytes + " bytes: " + Platform.message((int) -result);
    }

    /// @param path file mapped there, or empty
    static void advise(long address, long bytes, Advice advice, String path) {
        switch (advice) {
            case POPULATE_READ -> populate(address, bytes, path);
            case WILL_NEED -> hint(address, bytes, Platform.MADV_WILLNEED);
            case DONT_NEED -> hint(address, bytes, Platform.MADV_DONTNEED);
            case RANDOM -> hint(address, bytes, Platform.MADV_RANDOM);
            case SEQUENTIAL -> hint(address, bytes, Platform.MADV_SEQUENTIAL);
            case HUGE_PAGES -> {
                if (Platform.LINUX) {
                    hint(address, bytes, Platform.MADV_HUGEPAGE);
                }
            }
        }
    }

    // a hint that the kernel cannot take is not an error
    private static void hint(long address, long bytes, int advice) {
        long start = address & -PAGE_BYTES;
        Libc.madvise(start, address + bytes - start, advice);
    }

    private static void populate(long address, long bytes, String path) {
        long start = address & -PAGE_BYTES;
        long result = Platform.LINUX
                ? Libc.madvise(start, address + bytes - start, Platform.MADV_POPULATE_READ)
                : -Platform.EINVAL;
        if (result == -Platform.EFAULT || result == -Platform.EHWPOISON || result == -Platform.EIO) {
            throw unreadable(path, null);
        }
        if (result == -Platform.EINVAL) {
            touch(start, address + bytes, path); // an older kernel
        } else if (result < 0) {
            throw Platform.failure(path, StorageException.NO_POSITION, "read pages in", result);
        }
    }

    private static void touch(long start, long end, String path) {
        try {
            for (long page = start; page < end; page += PAGE_BYTES) {
                NativeMemory.getIntVolatile(page); // volatile: never optimised away, and its fault can be caught
            }
        } catch (InternalError fault) {
            throw unreadable(path, fault);
        }
    }

    private static CorruptFileException unreadable(String path, @Nullable Throwable cause) {
        return new CorruptFileException(
                path, StorageException.NO_POSITION, "the disk or memory cannot deliver a page", cause);
    }

    static AddressSpaceException refused(long bytes, String action) {
        return new AddressSpaceException(
                bytes,
                "cannot " + action + ": the system refused " + bytes
                        + " bytes; look at the process limits (ulimit -v), the memory limit of the container, and "
                        + "vm.overcommit_memory and vm.max_map_count of the kernel");
    }
}
