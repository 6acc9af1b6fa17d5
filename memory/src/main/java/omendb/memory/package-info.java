/// Off-heap memory, files and native calls: the ground that every other module stands on.
///
/// Front doors:
/// - [FileStore] and [StoreFile]: all file I/O of the database, replaceable by a twin that loses power;
/// - [ReservedRange]: address space reserved once, anonymous memory and files mapped into it as it grows;
/// - [NativeMemory]: the only place that reads and writes raw addresses;
/// - [MemoryAccount], [MemoryTag], [Slab]: who owns how many off-heap bytes;
/// - [Epochs]: when memory that readers may still see can be given back;
/// - [FileHeader], [Checksum]: how a file says what it is and that it is whole;
/// - [SectionFile], [SectionWriter]: files that are mapped and used where they lie, with a table of checksums;
/// - [DirectoryLock]: one server per data directory.
///
/// Errors: every failure of the operating system or of a file's content is a [StorageException] or one of its
/// subclasses, with the path and the position.
/// Addresses: a `long` address is valid as long as its owner says; nothing here checks it (that is why epochs
/// exist). Byte order: everything stored is little-endian, and so are the machines we run on ([NativeMemory]
/// checks it once). Knows the operating system. Does not know records, vectors or SQL.
@NullMarked
package omendb.memory;

import org.jspecify.annotations.NullMarked;
