package omendb.memory;

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
/// All little-endian. This layout never changes: what may change between versions is what follows the header and what
/// the parameters mean.
public final class FileHeader {
    /// Bytes of a header; what follows it in the file is page-aligned.
    public static final int BYTES = 4096;

    /// Most parameters a header holds.
    public static final int MAX_PARAMETERS = 505;

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
        this.parameters = parameters.clone();
    }

    /// A header to write.
    ///
    /// @param kind 1 to 8 ASCII characters
    /// @param version format version of the kind, at least 1
    public static FileHeader of(String kind, int version, long owner, long creationLsn, long... parameters) {
        return new FileHeader(kind, version, owner, creationLsn, parameters);
    }

    /// Reads and checks the header of a file.
    ///
    /// @throws FileVersionException if the file is foreign, of another kind, big-endian, older than
    ///     `oldestVersion` or newer than `newestVersion`
    /// @throws CorruptFileException if the header is ours but damaged, [TruncatedFileException] if it is cut
    public static FileHeader read(StoreFile file, String kind, int oldestVersion, int newestVersion) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Writes the header at position 0 of a file. Not synced.
    public void write(StoreFile file) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Encodes the header into [#BYTES] bytes of owned memory, for writers that assemble a file in memory.
    public void encode(long address) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
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
