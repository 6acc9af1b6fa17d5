package omendb.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import omendb.memory.FileVersionException.Problem;

/// The first 4 KiB of every file of ours.
///
///     offset size field
///     0      8    magic        89 'O' 'M' 'E' 'N' 'D' 'B' 0A
///     8      4    byte order   01020304 as the writer's machine stores it; little-endian is the only one we read
///     12     4    version      of the format of this kind of file, from 1
///     16     8    kind         ASCII, zero-padded: "wal", "sst", "vectors", ...
///     24     8    owner        oid of the relation, column or index; 0 for the database
///     32     8    creation LSN
///     40     4    count        of parameters, 0..505
///     44     4    zero
///     48     8n   parameters   64-bit values, meaning given by the kind
///     4088   8    XXH3-64      of bytes 0..4088
///
/// All little-endian. This layout never changes: what may change between versions is what follows the header
/// and what the parameters mean.
public final class FileHeader {
    /// Bytes of a header; what follows it in the file is page-aligned.
    public static final int BYTES = 4096;

    /// Most parameters a header holds.
    public static final int MAX_PARAMETERS = 505;

    private static final long MAGIC = 0x0A42444E454D4F89L; // read as little-endian
    private static final int BYTE_ORDER_MARK = 0x01020304;
    private static final int ORDER_OFFSET = 8;
    private static final int VERSION_OFFSET = 12;
    private static final int KIND_OFFSET = 16;
    private static final int KIND_BYTES = 8;
    private static final int OWNER_OFFSET = 24;
    private static final int LSN_OFFSET = 32;
    private static final int COUNT_OFFSET = 40;
    private static final int PARAMETERS_OFFSET = 48;
    private static final int CHECKSUM_OFFSET = BYTES - Long.BYTES;

    static {
        assert PARAMETERS_OFFSET + MAX_PARAMETERS * Long.BYTES == CHECKSUM_OFFSET;
    }

    private final String kind;
    private final int version;
    private final long owner;
    private final long creationLsn;
    private final long[] parameters;

    private FileHeader(String kind, int version, long owner, long creationLsn, long[] parameters) {
        this.kind = kind;
        this.version = version;
        this.owner = owner;
        this.creationLsn = creationLsn;
        this.parameters = parameters;
    }

    /// A header to write.
    ///
    /// @param kind 1 to 8 ASCII characters
    /// @param version format version of the kind, at least 1
    public static FileHeader of(String kind, int version, long owner, long creationLsn, long... parameters) {
        boolean ascii = kind.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (kind.isEmpty() || kind.length() > KIND_BYTES || !ascii) {
            throw new IllegalArgumentException("kind of file: " + kind);
        }
        if (version < 1 || parameters.length > MAX_PARAMETERS) {
            throw new IllegalArgumentException("version " + version + ", " + parameters.length + " parameters");
        }
        return new FileHeader(kind, version, owner, creationLsn, parameters.clone());
    }

    /// Reads and checks the header of a file.
    ///
    /// @throws FileVersionException if the file is foreign, of another kind, big-endian, older than
    ///     `oldestVersion` or newer than `newestVersion`
    /// @throws CorruptFileException if the header is ours but damaged, [TruncatedFileException] if it is cut
    public static FileHeader read(StoreFile file, String kind, int oldestVersion, int newestVersion) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(BYTES, Long.BYTES);
            file.read(header, 0);
            return decode(header.address(), file.path(), kind, oldestVersion, newestVersion);
        }
    }

    /// As [#read] for [#BYTES] bytes that lie in owned memory.
    ///
    /// @param path for messages
    public static FileHeader decode(long address, String path, String kind, int oldestVersion, int newestVersion) {
        checkOrigin(address, path);
        long expected = Checksum.xxh3(address, CHECKSUM_OFFSET);
        long found = NativeMemory.getLong(address + CHECKSUM_OFFSET);
        int count = NativeMemory.getInt(address + COUNT_OFFSET);
        if (found != expected || count < 0 || count > MAX_PARAMETERS) {
            throw new CorruptFileException(
                    path,
                    0,
                    "the file header is damaged: checksum %016x found, %016x expected".formatted(found, expected));
        }
        String foundKind = decodeKind(address + KIND_OFFSET);
        if (!foundKind.equals(kind)) {
            throw new FileVersionException(
                    path,
                    Problem.WRONG_KIND,
                    "this is a file of kind " + foundKind + " where " + kind + " was expected");
        }
        int version = NativeMemory.getInt(address + VERSION_OFFSET);
        if (version < oldestVersion || version > newestVersion) {
            throw wrongVersion(path, kind, version, oldestVersion, newestVersion);
        }
        long[] parameters = new long[count];
        for (int i = 0; i < count; i++) {
            parameters[i] = NativeMemory.getLong(address + PARAMETERS_OFFSET + (long) i * Long.BYTES);
        }
        return new FileHeader(
                kind,
                version,
                NativeMemory.getLong(address + OWNER_OFFSET),
                NativeMemory.getLong(address + LSN_OFFSET),
                parameters);
    }

    private static void checkOrigin(long address, String path) {
        long magic = NativeMemory.getLong(address);
        if (magic != MAGIC) {
            throw new FileVersionException(
                    path,
                    Problem.FOREIGN,
                    "not a file of OmenDB: it starts with %016x, not %016x"
                            .formatted(Long.reverseBytes(magic), Long.reverseBytes(MAGIC)));
        }
        int order = NativeMemory.getInt(address + ORDER_OFFSET);
        if (order == Integer.reverseBytes(BYTE_ORDER_MARK)) {
            throw new FileVersionException(
                    path,
                    Problem.WRONG_ENDIANNESS,
                    "written on a big-endian machine; only little-endian files are read");
        }
    }

    private static FileVersionException wrongVersion(String path, String kind, int version, int oldest, int newest) {
        boolean tooOld = version < oldest;
        return new FileVersionException(
                path,
                tooOld ? Problem.TOO_OLD : Problem.TOO_NEW,
                "format version " + version + " of kind " + kind + " is " + (tooOld ? "no longer" : "not yet")
                        + " read by this version of OmenDB (it reads " + oldest + " to " + newest + ")");
    }

    private static String decodeKind(long address) {
        var kind = new StringBuilder(KIND_BYTES);
        for (int i = 0; i < KIND_BYTES; i++) {
            char c = (char) (NativeMemory.getByte(address + i) & 0xff);
            if (c != 0) {
                kind.append(c);
            }
        }
        return kind.toString();
    }

    /// Writes the header at position 0 of a file. Not synced.
    public void write(StoreFile file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(BYTES, Long.BYTES);
            encode(header.address());
            file.write(header, 0);
        }
    }

    /// Encodes the header into [#BYTES] bytes of owned memory, for writers that assemble a file in memory.
    public void encode(long address) {
        NativeMemory.fill(address, BYTES, (byte) 0);
        NativeMemory.putLong(address, MAGIC);
        NativeMemory.putInt(address + ORDER_OFFSET, BYTE_ORDER_MARK);
        NativeMemory.putInt(address + VERSION_OFFSET, version);
        for (int i = 0; i < kind.length(); i++) {
            NativeMemory.putByte(address + KIND_OFFSET + i, (byte) kind.charAt(i));
        }
        NativeMemory.putLong(address + OWNER_OFFSET, owner);
        NativeMemory.putLong(address + LSN_OFFSET, creationLsn);
        NativeMemory.putInt(address + COUNT_OFFSET, parameters.length);
        for (int i = 0; i < parameters.length; i++) {
            NativeMemory.putLong(address + PARAMETERS_OFFSET + (long) i * Long.BYTES, parameters[i]);
        }
        NativeMemory.putLong(address + CHECKSUM_OFFSET, Checksum.xxh3(address, CHECKSUM_OFFSET));
    }

    public String kind() {
        return kind;
    }

    public int version() {
        return version;
    }

    public long owner() {
        return owner;
    }

    public long creationLsn() {
        return creationLsn;
    }

    public int parameterCount() {
        return parameters.length;
    }

    /// @throws IndexOutOfBoundsException if there are fewer
    public long parameter(int index) {
        return parameters[index];
    }
}
