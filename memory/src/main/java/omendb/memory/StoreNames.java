package omendb.memory;

import java.nio.file.Path;

/// Names of files in a store: relative, parts separated by `/`.
final class StoreNames {
    private StoreNames() {}

    /// @throws IllegalArgumentException if the name could leave the store
    static String check(String name) {
        if (name.isEmpty()) {
            return name;
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("not a name inside the data directory: " + name);
            }
        }
        return name;
    }

    static String checkFile(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the empty name is the directory itself");
        }
        return check(name);
    }

    /// Directory part; empty for a file in the data directory itself.
    static String parent(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /// A rename is atomic only within a directory, after a power cut too.
    static void checkRename(String from, String to) {
        if (!parent(checkFile(from)).equals(parent(checkFile(to)))) {
            throw new IllegalArgumentException("rename across directories: " + from + " to " + to);
        }
    }

    static Path resolve(Path directory, String name) {
        return name.isEmpty() ? directory : directory.resolve(name);
    }
}
