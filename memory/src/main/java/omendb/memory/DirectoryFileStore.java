package omendb.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The file store over a directory of the real file system. Has no state but the path.
final class DirectoryFileStore implements FileStore {
    private static final int DIRECTORY_PERMISSIONS = 0700; // nobody else reads a database

    private final Path directory;
    private final boolean readOnly;

    private DirectoryFileStore(Path directory, boolean readOnly) {
        this.directory = directory;
        this.readOnly = readOnly;
    }

    static FileStore open(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        createDurably(absolute);
        return new DirectoryFileStore(absolute, false);
    }

    /// Opens files without asking for the right to write; who uses it sees to it that nothing is changed.
    static DirectoryFileStore openReadOnly(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        if (!Files.isDirectory(absolute)) {
            throw new MissingFileException(
                    absolute.toString(), StorageException.NO_POSITION, "no such directory", null);
        }
        return new DirectoryFileStore(absolute, true);
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public StoreFile create(String name) {
        return NativeFile.create(StoreNames.checkFile(name), path(name));
    }

    @Override
    public StoreFile open(String name) {
        String path = path(StoreNames.checkFile(name));
        return readOnly ? NativeFile.openReadOnly(name, path) : NativeFile.open(name, path);
    }

    @Override
    public void delete(String name) {
        String path = path(StoreNames.checkFile(name));
        long result = Libc.unlink(path);
        if (result < 0) {
            throw Platform.failure(path, StorageException.NO_POSITION, "delete", result);
        }
    }

    @Override
    public void deleteDirectory(String name) {
        Path root = StoreNames.resolve(directory, StoreNames.checkFile(name));
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            deleteTree(root);
        } catch (IOException e) {
            throw failure(root, "delete the directory", e);
        }
        syncDirectory(StoreNames.parent(name));
    }

    private static void deleteTree(Path root) throws IOException {
        try (var children = Files.newDirectoryStream(root)) {
            for (Path child : children) {
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    deleteTree(child);
                } else {
                    Files.delete(child);
                }
            }
        }
        Files.delete(root);
    }

    @Override
    public void rename(String from, String to) {
        StoreNames.checkRename(from, to);
        long result = Libc.rename(path(from), path(to));
        if (result < 0) {
            throw Platform.failure(path(from), StorageException.NO_POSITION, "rename to " + to, result);
        }
    }

    @Override
    public List<String> list(String name) {
        Path path = StoreNames.resolve(directory, StoreNames.check(name));
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (var children = Files.newDirectoryStream(path)) {
            var names = new ArrayList<String>();
            for (Path child : children) {
                names.add(String.valueOf(child.getFileName()));
            }
            Collections.sort(names);
            return names;
        } catch (NotDirectoryException notOne) {
            return List.of();
        } catch (IOException e) {
            throw failure(path, "list the directory", e);
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(StoreNames.resolve(directory, StoreNames.check(name)));
    }

    @Override
    public long size(String name) {
        Path path = StoreNames.resolve(directory, StoreNames.checkFile(name));
        try {
            return Files.size(path);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new MissingFileException(path.toString(), StorageException.NO_POSITION, "no such file", e);
        } catch (IOException e) {
            throw failure(path, "read the size", e);
        }
    }

    @Override
    public void createDirectories(String name) {
        createDurably(StoreNames.resolve(directory, StoreNames.check(name)));
    }

    @Override
    public void syncDirectory(String name) {
        sync(StoreNames.resolve(directory, StoreNames.check(name)));
    }

    @Override
    public void close() {
        // nothing is held
    }

    private String path(String name) {
        return StoreNames.resolve(directory, name).toString();
    }

    // a new directory is an entry of its parent: sync each parent that got one
    private static void createDurably(Path path) {
        if (Files.isDirectory(path)) {
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            createDurably(parent);
        }
        long result = Libc.mkdir(path.toString(), DIRECTORY_PERMISSIONS);
        if (result < 0 && !(result == -Platform.EEXIST && Files.isDirectory(path))) {
            throw Platform.failure(path.toString(), StorageException.NO_POSITION, "create the directory", result);
        }
        if (parent != null) {
            sync(parent);
        }
    }

    private static void sync(Path path) {
        long descriptor = Libc.open(path.toString(), Platform.O_RDONLY | Platform.O_CLOEXEC, 0);
        if (descriptor < 0) {
            throw Platform.failure(path.toString(), StorageException.NO_POSITION, "open the directory", descriptor);
        }
        long result = Libc.fsync((int) descriptor);
        Libc.close((int) descriptor);
        if (result < 0) {
            throw Platform.failure(path.toString(), StorageException.NO_POSITION, "sync the directory", result);
        }
    }

    private static StorageException failure(Path path, String action, IOException cause) {
        return new StorageException(
                path.toString(), StorageException.NO_POSITION, "cannot " + action + ": " + cause.getMessage(), cause);
    }
}
