package omendb.wal;

import static omendb.wal.WalRecordFormat.CRC_OFFSET;
import static omendb.wal.WalRecordFormat.HEADER_BYTES;
import static omendb.wal.WalRecordFormat.LENGTH_OFFSET;
import static omendb.wal.WalRecordFormat.LSN_OFFSET;
import static omendb.wal.WalRecordFormat.PART_OFFSET;
import static omendb.wal.WalRecordFormat.SEGMENT_OFFSET;
import static omendb.wal.WalRecordFormat.SYNCED_OFFSET;
import static omendb.wal.WalRecordFormat.TRANSACTION_OFFSET;
import static omendb.wal.WalRecordFormat.TYPE_OFFSET;

import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import omendb.memory.Checksum;
import omendb.memory.NativeMemory;

/// Reads and writes one record in memory of ours, with Chronicle Bytes over the raw address. Chronicle checks no
/// bounds,
/// so [#wrap] is where they are checked: at least a header must fit, and nothing beyond the header goes through
/// it.
///
/// Threading: one thread at a time.
final class RecordCodec {
    private final PointerBytesStore bytes = BytesStore.nativePointer();
    private long address;
    private long limit;

    RecordCodec() {
        bytes.singleThreadedCheckDisabled(true); // handed from thread to thread, safely published
    }

    /// Looks at a record at `address`, of which `limit` bytes may be touched.
    RecordCodec wrap(long address, long limit) {
        if (limit < HEADER_BYTES) {
            throw new IndexOutOfBoundsException("a record of " + limit + " bytes");
        }
        this.address = address;
        this.limit = limit;
        bytes.set(address, HEADER_BYTES);
        return this;
    }

    /// Writes all of the header but the first 8 bytes, which [#seal] gives.
    void writeHeader(long lsn, long transactionId, long synced, long segmentId, int type, byte part) {
        bytes.writeLong(LSN_OFFSET, lsn);
        bytes.writeLong(TRANSACTION_OFFSET, transactionId);
        bytes.writeLong(SYNCED_OFFSET, synced);
        bytes.writeInt(SEGMENT_OFFSET, (int) segmentId);
        bytes.writeShort(TYPE_OFFSET, (short) type);
        bytes.writeByte(PART_OFFSET, part);
        bytes.writeByte(PART_OFFSET + 1, (byte) 0);
    }

    /// The first 8 bytes of a record whose other bytes are all there. Never 0, so that storing them last, in
    /// one store, tells the writer thread that the record is complete.
    long seal(int length) {
        assert length >= HEADER_BYTES && length <= limit;
        return (long) length << 32 | Integer.toUnsignedLong(checksum(length));
    }

    private int checksum(int length) {
        int covered = part() == WalRecordFormat.VOID ? HEADER_BYTES : length;
        return Checksum.crc32c(address + LSN_OFFSET, covered - LSN_OFFSET);
    }

    /// The length that the word from [#seal] carries.
    static int sealedLength(long seal) {
        return (int) (seal >>> 32);
    }

    /// Whether the header belongs at this place and its length is possible. The rest may still be torn.
    boolean isPlausible(long lsn, long segmentId, long maxLength) {
        int length = length();
        return bytes.readLong(LSN_OFFSET) == lsn
                && bytes.readInt(SEGMENT_OFFSET) == (int) segmentId
                && length >= HEADER_BYTES
                && length <= maxLength;
    }

    /// Whether the checksum matches; to be asked of a plausible record whose bytes are all within the limit.
    boolean isIntact() {
        return length() <= limit && bytes.readInt(CRC_OFFSET) == checksum(length());
    }

    int length() {
        return bytes.readInt(LENGTH_OFFSET);
    }

    long transactionId() {
        return bytes.readLong(TRANSACTION_OFFSET);
    }

    long synced() {
        return bytes.readLong(SYNCED_OFFSET);
    }

    int type() {
        return bytes.readShort(TYPE_OFFSET) & WalRecordFormat.MAX_TYPE;
    }

    byte part() {
        return bytes.readByte(PART_OFFSET);
    }

    /// The 8 bytes before the payload of a FIRST, MIDDLE or LAST part.
    long prefix() {
        if (length() < HEADER_BYTES + WalRecordFormat.PART_PREFIX_BYTES) {
            throw new IndexOutOfBoundsException("a part of " + length() + " bytes");
        }
        return NativeMemory.getLong(address + HEADER_BYTES);
    }

    /// Where the body starts.
    long bodyAddress() {
        return address + HEADER_BYTES;
    }
}
