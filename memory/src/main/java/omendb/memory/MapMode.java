package omendb.memory;

/// How a file is mapped. There is no shared writable mapping on purpose: files are written by positional write.
public enum MapMode {
    /// Reads only; a store is a fault. Shows what positional writes put into the file.
    READ_ONLY,
    /// Readable and writable; a store copies the page into anonymous memory and never reaches the file.
    PRIVATE
}
