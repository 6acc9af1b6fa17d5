package omendb.engine.lsm;

/// SSTable, format version 4: `rel/<relation>/NNNNNN.sst`, immutable, little-endian. Version 3 had no compressed
/// blocks, version 2 no range deletes either; both are read.
///
///     position
///     0            file header ([omendb.memory.FileHeader]): kind "sst", owner = relation, creation LSN =
///                  flushed LSN of the store when the table was begun, parameters: table number, base
///                  timestamp, binary logarithm of the unit u of blocks (from version 4 on): 12, or 6 if blocks may
///                  be compressed
///     4096         data blocks, each a whole number of units
///     data end     model, index, filter, checksum table, range deletes: each at a multiple of 64, in this order
///     size - 4096  footer
///
/// **Entry order**: user key ascending by unsigned bytes (a prefix before the longer key), versions of a
/// key newest first. No version occurs twice. A table has entries or range deletes or both; the range of keys
/// that the manifest gives it includes both.
///
/// **Data block.** Full at `blockBytes` (a setting of the writer, not needed to read); an entry that is
/// larger has a block to itself. Values are stored as they are, in one piece, so that readers use them in
/// place. n = number of entries, c = leading bytes that all user keys of the block share, stored once.
///
///     offset size field
///     0      4    n           at least 1
///     4      4    entry bytes
///     8      4    c
///     12     4    zeros
///     16     c    shared bytes, zeros up to a multiple of 8
///     ...    8n   column: for each entry the 8 bytes of its user key after the shared ones, big-endian as a
///                 number, zero-padded: most steps of a search look no further
///     ...    wn   offset of each entry from the first; w = 2, or 4 if the entries take more than 65,535
///                 bytes
///     ...         entries:
///                 length      varint: bytes of the user key after the shared ones
///                 tag         varint: value length * 4 + kind; kind 0 = value, 1 = tombstone (length 0),
///                             2 and 3 are not used
///                 age         varint: commit timestamp - base timestamp
///                 key bytes   those after the shared ones and the 8 of the column
///                 value bytes
///     ...         zeros up to the end of the unit
///
/// **Compressed block**, in place of a data block; in tables with the unit of 64 bytes only, which hold blocks of both
/// kinds: one that does not shrink by an eighth is stored as it is.
///
///     0      4    0, which is no number of entries
///     4      4    bytes of the data block
///     8      4    bytes after compression
///     12     4    zeros
///     16          the data block in the LZ4 block format, zeros up to the end of the unit
///
/// **Index.** For each block a separator (user key, timestamp): not after the first entry of the block,
/// after the last of the block before. The first separator is the first entry; a separator between two user
/// keys is the shortest prefix of the second that does the job, with the timestamp `2^63 - 1`, which stands
/// before all versions. One more key follows: the last entry of the table. n = number of blocks.
///
///     8 * n        prefix: 8 bytes of the separator after the bytes that all keys of the table share (see
///                  the footer), big-endian as a number, zero-padded: most steps of the search look no
///                  further
///     4 * (n + 1)  place of the block (position / u); the last is the place after the data
///     4 * (n + 2)  offset of each key in the heap that follows; the last is its end
///     heap         for each separator, then for the last key: user key, then 8 bytes timestamp
///
/// **Position model.** Lines from the separators' prefixes to the block ([PositionModel]): says where in the
/// index to look, so that a look-up needs no search through it. May be absent: keys whose order is not
/// numeric have none.
///
/// **Filter.** Blocked bloom filter over the XXH3-64 of the user keys ([BloomFilter]); may be absent.
///
/// **Range deletes.** [RangeDeleteSection]; may be absent. They hide versions of this table and of those below
/// it that are older than they are; no part of them lies outside the table's range of keys. Index and filter do
/// not know of them.
///
/// **Checksum table.** For each block 8 bytes: XXH3-64 of all its bytes as stored, exclusive-or the block's position,
/// exclusive-or the table number multiplied by 2^20. Blocks are checked when a process first touches them,
/// index, filter and checksum table when it first reads from the table.
///
/// **Footer**, one page:
///
///     offset size field
///     0      8    magic "OMSSTFT1"
///     8      8    table number, must be the header's
///     16     8    relation, must be the header's owner
///     24     8    entries
///     32     8    tombstones among them
///     40     8    smallest commit timestamp
///     48     8    largest commit timestamp
///     56     4    blocks
///     60     4    leading bytes that all user keys share
///     64     24   index: position, bytes, XXH3-64
///     88     24   filter: position, bytes, XXH3-64; bytes 0 = none
///     112    24   checksum table: position, bytes, XXH3-64
///     136    24   position model: position, bytes, XXH3-64; bytes 0 = none
///     160    4    probes of the filter
///     168    24   range deletes: position, bytes, XXH3-64; bytes 0 = none
///     192         zeros
///     4088   8    XXH3-64 of bytes 0..4088
///
/// **Crash argument.** A table is written under a temporary name, synced, renamed, its directory synced,
/// and only then named by the manifest. Files that the manifest does not name are leftovers and are deleted
/// at open.
final class SstableFormat {
    static final String KIND = "sst";
    static final int VERSION = 4;

    /// Versions from here on are read.
    static final int OLDEST_VERSION = 2;

    static final int PAGE_BYTES = 4096;
    static final int SECTION_ALIGNMENT = 64;

    static final int BLOCK_COUNT = 0;
    static final int BLOCK_ENTRY_BYTES = 4;
    static final int BLOCK_SHARED = 8;
    static final int BLOCK_HEADER_BYTES = 16;
    static final int COLUMN_BYTES = Long.BYTES;
    static final int MAX_SHARED_BYTES = Keys.MAX_BYTES;

    static final int KIND_BITS = 2;
    static final int KIND_MASK = 3;
    static final int KIND_VALUE = 0;
    static final int KIND_TOMBSTONE = 1;

    static final long FOOTER_MAGIC = 0x3154465453534d4fL; // "OMSSTFT1"
    static final int FOOTER_NUMBER = 8;
    static final int FOOTER_RELATION = 16;
    static final int FOOTER_ENTRIES = 24;
    static final int FOOTER_TOMBSTONES = 32;
    static final int FOOTER_MIN_TS = 40;
    static final int FOOTER_MAX_TS = 48;
    static final int FOOTER_BLOCKS = 56;
    static final int FOOTER_COMMON_PREFIX = 60;
    static final int FOOTER_INDEX = 64;
    static final int FOOTER_FILTER = 88;
    static final int FOOTER_CHECKSUMS = 112;
    static final int FOOTER_MODEL = 136;
    static final int FOOTER_PROBES = 160;
    static final int FOOTER_RANGES = 168;
    static final int FOOTER_CHECKSUM = 4088;

    static final int PARAMETER_NUMBER = 0;
    static final int PARAMETER_BASE_TS = 1;
    static final int PARAMETER_UNIT = 2;

    static final int PAGE_UNIT = 12;
    static final int COMPRESSED_UNIT = 6;

    static final int COMPRESSED_RAW_BYTES = 4;
    static final int COMPRESSED_BYTES = 8;
    static final int COMPRESSED_HEADER_BYTES = 16;

    /// A compressed block takes this part less than the block itself, or is not worth it.
    static final int LEAST_GAIN = 8;

    private SstableFormat() {}

    static String directory(long relationId) {
        return "rel/" + relationId;
    }

    static String fileName(long relationId, long number) {
        return "%s/%06d.sst".formatted(directory(relationId), number);
    }

    /// Offset of the column in a block whose keys share so many bytes.
    static long columnOffset(int shared) {
        return BLOCK_HEADER_BYTES + ((shared + 7L) & -8L);
    }

    /// Bytes of an entry's offset in a block.
    static int offsetWidth(long entryBytes) {
        return entryBytes <= 0xffff ? Short.BYTES : Integer.BYTES;
    }

    /// What the checksum table holds for a block whose pages hash to `hash`: a block in another's place
    /// does not pass.
    static long blockChecksum(long hash, long position, long tableNumber) {
        return hash ^ position ^ (tableNumber << 20);
    }
}
