package omendb.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The C library, called over FFM: the only native calls of the database.
///
/// Every method returns what the call returned, or the negated `errno` if it failed, as the kernel itself does;
/// nobody looks at `errno` afterwards. Calls that a signal interrupts are repeated here, except close (the
/// descriptor is gone). Addresses and lengths are the caller's responsibility.
@SuppressWarnings("restricted") // downcalls are what this class is for
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    // open is variadic: its third argument travels elsewhere on some platforms
    private static final MethodHandle OPEN =
            handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle PREAD =
            handle("pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PWRITE =
            handle("pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle LSEEK =
            handle("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FSYNC = handle("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FLOCK = handle("flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            handle("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle RENAME = handle("rename", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle MKDIR = handle("mkdir", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle UNLINK = handle("unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle MMAP = handle(
            "mmap", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MPROTECT =
            handle("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MADVISE =
            handle("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle POSIX_MEMALIGN =
            handle("posix_memalign", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FREE = handle("free", FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle GETPAGESIZE = handle("getpagesize", FunctionDescriptor.of(JAVA_INT));

    // Linux only; null elsewhere
    private static final @Nullable MethodHandle FDATASYNC =
            Platform.LINUX ? handle("fdatasync", FunctionDescriptor.of(JAVA_INT, JAVA_INT)) : null;
    private static final @Nullable MethodHandle FALLOCATE = Platform.LINUX
            ? handle("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG))
            : null;
    private static final @Nullable MethodHandle SETPRIORITY = Platform.LINUX
            ? handle("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
            : null;
    // macOS only: its fsync does not reach the medium, F_FULLFSYNC does
    private static final @Nullable MethodHandle FCNTL =
            Platform.LINUX ? null : handle("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);

    private static final int SEEK_END = 2;
    private static final int F_FULLFSYNC = 51;
    private static final int PRIO_PROCESS = 0;
    private static final int CALLING_THREAD = 0;

    private Libc() {}

    static long open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment name = arena.allocateFrom(path);
            long result;
            do {
                result = result(state, (int) OPEN.invokeExact(state, name, flags, mode));
            } while (result == -Platform.EINTR);
            return result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Sets the nice value of the calling thread. Linux keeps one for each thread; elsewhere it is the process's
    /// own, so nothing is done there.
    static long setThreadNice(int nice) {
        MethodHandle call = SETPRIORITY;
        if (call == null) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) call.invokeExact(state, PRIO_PROCESS, CALLING_THREAD, nice));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) CLOSE.invokeExact(state, descriptor));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long pread(int descriptor, long address, long bytes, long position) {
        return transfer(PREAD, descriptor, address, bytes, position);
    }

    static long pwrite(int descriptor, long address, long bytes, long position) {
        return transfer(PWRITE, descriptor, address, bytes, position);
    }

    private static long transfer(MethodHandle call, int descriptor, long address, long bytes, long position) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result;
            do {
                result = result(state, (long) call.invokeExact(state, descriptor, address, bytes, position));
            } while (result == -Platform.EINTR);
            return result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Bytes in the file.
    static long size(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (long) LSEEK.invokeExact(state, descriptor, 0L, SEEK_END));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Data and what is needed to find it.
    static long fdatasync(int descriptor) {
        if (FDATASYNC != null) {
            return onDescriptor(FDATASYNC, descriptor);
        }
        return fsync(descriptor);
    }

    static long fsync(int descriptor) {
        if (FCNTL != null) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(STATE);
                long result = result(state, (int) FCNTL.invokeExact(state, descriptor, F_FULLFSYNC, 0));
                if (result >= 0) {
                    return result;
                }
            } catch (Throwable t) {
                throw unexpected(t);
            }
        }
        return onDescriptor(FSYNC, descriptor);
    }

    private static long onDescriptor(MethodHandle call, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result;
            do {
                result = result(state, (int) call.invokeExact(state, descriptor));
            } while (result == -Platform.EINTR);
            return result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Allocates blocks for the first `bytes` bytes and extends the file to them; [Platform#EOPNOTSUPP] where the
    /// platform or the file system cannot.
    static long fallocate(int descriptor, long bytes) {
        if (FALLOCATE == null) {
            return -Platform.EOPNOTSUPP;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result;
            do {
                result = result(state, (int) FALLOCATE.invokeExact(state, descriptor, 0, 0L, bytes));
            } while (result == -Platform.EINTR);
            return result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Only for files that nobody maps: the lock file, and test twins.
    static long ftruncate(int descriptor, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) FTRUNCATE.invokeExact(state, descriptor, bytes));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long flock(int descriptor, int operation) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) FLOCK.invokeExact(state, descriptor, operation));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long rename(String from, String to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) RENAME.invokeExact(state, arena.allocateFrom(from), arena.allocateFrom(to)));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long mkdir(String path, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) MKDIR.invokeExact(state, arena.allocateFrom(path), mode));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long unlink(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) UNLINK.invokeExact(state, arena.allocateFrom(path)));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Address of the mapping (never negative on 64-bit machines), or the negated errno.
    static long mmap(long address, long bytes, int protection, int flags, int descriptor, long offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (long) MMAP.invokeExact(state, address, bytes, protection, flags, descriptor, offset));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long munmap(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) MUNMAP.invokeExact(state, address, bytes));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long mprotect(long address, long bytes, int protection) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(state, (int) MPROTECT.invokeExact(state, address, bytes, protection));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static long madvise(long address, long bytes, int advice) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result;
            do {
                result = result(state, (int) MADVISE.invokeExact(state, address, bytes, advice));
            } while (result == -Platform.EINTR);
            return result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Address of uninitialised heap memory of the C library, or the negated errno.
    static long allocate(long bytes, long alignment) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment out = arena.allocate(JAVA_LONG);
            int error = (int) POSIX_MEMALIGN.invokeExact(state, out, alignment, bytes); // returns errno itself
            return error == 0 ? out.get(JAVA_LONG, 0) : -error;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static void free(long address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            FREE.invokeExact(state, address);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int pageSize() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return (int) GETPAGESIZE.invokeExact(state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static long result(MemorySegment state, long returned) {
        return returned == -1 ? -(int) ERRNO.get(state, 0L) : returned;
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor, int... firstVariadic) {
        MemorySegment symbol = LINKER.defaultLookup()
                .find(name)
                .or(() -> SymbolLookup.loaderLookup().find(name))
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
        Linker.Option[] options = firstVariadic.length == 0
                ? new Linker.Option[] {CAPTURE}
                : new Linker.Option[] {CAPTURE, Linker.Option.firstVariadicArg(firstVariadic[0])};
        return LINKER.downcallHandle(symbol, descriptor, options);
    }

    // method handles declare Throwable; a downcall throws nothing of its own
    private static RuntimeException unexpected(Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        return t instanceof RuntimeException runtime ? runtime : new IllegalStateException(t);
    }
}
