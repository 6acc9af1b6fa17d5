package omendb.memory;

import java.util.Locale;

/// Numbers of the operating system's interface. Linux (x86-64 and AArch64 agree on these) comes first; macOS
/// differs in a few.
final class Platform {
    static final boolean LINUX =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");

    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CREAT = LINUX ? 0x40 : 0x200;
    static final int O_EXCL = LINUX ? 0x80 : 0x800;
    static final int O_CLOEXEC = LINUX ? 0x80000 : 0x1000000;

    static final int PROT_NONE = 0;
    static final int PROT_READ = 1;
    static final int PROT_WRITE = 2;
    static final int MAP_SHARED = 1;
    static final int MAP_PRIVATE = 2;
    static final int MAP_FIXED = 0x10;
    static final int MAP_ANONYMOUS = LINUX ? 0x20 : 0x1000;
    static final int MAP_NORESERVE = LINUX ? 0x4000 : 0x40;

    static final int MADV_RANDOM = 1;
    static final int MADV_SEQUENTIAL = 2;
    static final int MADV_WILLNEED = 3;
    static final int MADV_DONTNEED = 4;
    static final int MADV_HUGEPAGE = 14; // Linux
    static final int MADV_POPULATE_READ = 22; // Linux 5.14

    static final int LOCK_EXCLUSIVE_NONBLOCKING = 2 | 4;

    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int ENOMEM = 12;
    static final int EFAULT = 14;
    static final int EEXIST = 17;
    static final int EINVAL = 22;
    static final int EMFILE = 24;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int EWOULDBLOCK = LINUX ? 11 : 35;
    static final int EOPNOTSUPP = LINUX ? 95 : 102;
    static final int EDQUOT = LINUX ? 122 : 69;
    static final int EHWPOISON = 133; // Linux

    private Platform() {}

    /// What an errno means, in the words a user can act on.
    static String message(int errno) {
        return switch (errno) {
            case 1 -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case EIO -> "input/output error";
            case ENOMEM -> "not enough memory or address space";
            case 13 -> "permission denied";
            case EEXIST -> "already exists";
            case 20 -> "not a directory";
            case 21 -> "is a directory";
            case EINVAL -> "invalid argument";
            case 23, EMFILE -> "too many open files; raise the limit (ulimit -n)";
            case EFBIG -> "file too large for the file system or the process limit (ulimit -f)";
            case ENOSPC -> "no space left on device";
            case 30 -> "read-only file system";
            case 36 -> "name too long";
            case 39 -> "directory not empty";
            default -> errno == EDQUOT ? "disk quota exceeded" : "error " + errno + " of the operating system";
        };
    }

    /// The exception for a failed call on a file.
    static StorageException failure(String path, long position, String action, long negatedErrno) {
        int errno = (int) -negatedErrno;
        String message = "cannot " + action + ": " + message(errno);
        if (errno == ENOSPC || errno == EDQUOT) {
            return new DiskFullException(path, position, message);
        }
        if (errno == ENOENT) {
            return new MissingFileException(path, position, message);
        }
        return new StorageException(path, position, message);
    }
}
