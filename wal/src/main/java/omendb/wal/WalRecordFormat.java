package omendb.wal;

/// Record (little-endian, starts at an LSN that is a multiple of 8), format version 1.
///
///     offset size field
///     0      4    crc32c      of bytes 8 to length; of bytes 8 to 40 if the part is VOID
///     4      4    length      of header and body, at least 40, without the padding
///     8      8    lsn         must be the record's own
///     16     8    transaction id
///     24     8    synced      all of the log before this LSN had reached the disk when the record was made
///     32     4    segment     low 32 bits of the id of the segment in which the record starts
///     36     2    type        given by the caller
///     38     1    part        0 WHOLE, 1 FIRST, 2 MIDDLE, 3 LAST, 4 VOID
///     39     1    zero
///     40     n    body, zero-padded to a multiple of 8
///
/// Body: WHOLE: the payload. FIRST: 8 bytes with the size of the whole payload, then its beginning. MIDDLE and
/// LAST: 8 bytes with the LSN of the FIRST part, then the next piece. VOID: anything; an appender failed after
/// it had claimed the space. Parts of different payloads may alternate; a payload is delivered at its LAST
/// part, or never.
///
/// A record is valid if lsn and segment are those of its place, length is in range, the checksum matches and
/// every segment it lies in is begun. Old bytes in a recycled segment fail the first two; so does a record that
/// was copied elsewhere.
///
/// **Crash argument.** The first invalid record ends the log, unless something proves that it had been synced:
/// a later segment that was begun ([WalSegmentFormat]), or a valid record further on whose `synced` is greater
/// than the LSN of the invalid one. Then the log is damaged, which is an error; otherwise the tail is torn and
/// nothing in it was ever acknowledged. (What stays undetectable: damage to records after which nothing was
/// appended. To a reader they look like a torn tail.) Sectors that hold old and new bytes may be written again:
/// the old bytes in them are the same in both versions, so any mixture of the two has them whole.
final class WalRecordFormat {
    static final int CRC_OFFSET = 0;
    static final int LENGTH_OFFSET = 4;
    static final int LSN_OFFSET = 8;
    static final int TRANSACTION_OFFSET = 16;
    static final int SYNCED_OFFSET = 24;
    static final int SEGMENT_OFFSET = 32;
    static final int TYPE_OFFSET = 36;
    static final int PART_OFFSET = 38;
    static final int HEADER_BYTES = 40;

    /// Bytes before the payload in the body of a FIRST, MIDDLE or LAST part.
    static final int PART_PREFIX_BYTES = 8;

    static final int ALIGNMENT = 8;
    static final int MAX_TYPE = 0xffff;

    static final byte WHOLE = 0;
    static final byte FIRST = 1;
    static final byte MIDDLE = 2;
    static final byte LAST = 3;
    static final byte VOID = 4;

    static {
        assert PART_OFFSET + 2 == HEADER_BYTES && HEADER_BYTES % ALIGNMENT == 0;
    }

    private WalRecordFormat() {}

    /// Bytes a record of `length` takes in the log.
    static long padded(long length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// Longest record (with header), for a ring and a segment size: an appender can always find room for it,
    /// and it spans two segments at most.
    static int maxRecordBytes(long ringBytes, long segmentDataBytes) {
        return (int) (Math.min(ringBytes / 4, segmentDataBytes / 2) & -ALIGNMENT);
    }
}
