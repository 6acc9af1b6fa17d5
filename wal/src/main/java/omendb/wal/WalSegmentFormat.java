package omendb.wal;

import omendb.memory.CorruptFileException;
import omendb.memory.FileHeader;
import omendb.memory.FileVersionException;
import omendb.memory.StoreFile;
import omendb.memory.TruncatedFileException;
import org.jspecify.annotations.Nullable;

/// Segment file `NNNNNNNN.wal` (the number is the segment's id in hexadecimal, at least eight digits), format
/// version 1.
///
///     offset size field
///     0      4096 file header ([FileHeader]): kind "wal", creation LSN = LSN of the first data byte, parameters:
///                   0  id of the segment, from 1
///                   1  size of the file in bytes
///                   2  LSN of the first record that starts in this segment (or after it)
///                   3  how far behind an invalid record replay must look: farther on there is nothing unsynced,
///                      and nearer there is a record to prove a sync, if there was one
///     4096   n    data: the bytes of the log from its creation LSN on; n = size - 4096
///
/// The log is one stream of records; a record may run over the end of a segment into the next one, never further.
/// Segment `k` holds the LSNs `(k - 1) * n` to `k * n`.
///
/// **Life.** A file is prepared ahead: filled with zeros (or renamed from a released segment), synced, its name
/// made durable. It is *begun* when the writer has the first byte for it: only then is the header with its new
/// id written. So a file whose header names another id, or that has none, is not part of the log.
///
/// **Crash argument.** Before a segment is begun, all bytes before it are synced. Hence (1) a valid header
/// proves that every byte of the log before its creation LSN had reached the disk: if one of them is invalid
/// now, it was damaged since, and replay refuses to go on. (2) Without any valid header after it, an invalid
/// record may be a torn tail; records tell more ([WalRecordFormat]). A header and the first data are synced
/// together, before anything in them is acknowledged: a header lost in a power cut loses nothing that was
/// promised.
///
/// When the end is found, every later segment file is deleted, unless it was never written to, and whatever
/// looks like a record behind the end in the same segment is voided (its LSN overwritten), both durably before
/// the first append: nothing left over can come to life later.
final class WalSegmentFormat {
    static final String KIND = "wal";
    static final int VERSION = 1;
    static final String SUFFIX = ".wal";

    /// What a valid header says.
    record Header(long id, long segmentBytes, long startLsn, long firstRecordLsn, long lookBehindBytes) {}

    private final long segmentBytes;
    private final long dataBytes;

    WalSegmentFormat(long segmentBytes) {
        this.segmentBytes = segmentBytes;
        this.dataBytes = segmentBytes - FileHeader.BYTES;
    }

    long segmentBytes() {
        return segmentBytes;
    }

    /// Bytes of log in a segment.
    long dataBytes() {
        return dataBytes;
    }

    /// The segment that holds the byte at `lsn`.
    long idOf(long lsn) {
        return lsn / dataBytes + 1;
    }

    long startOf(long id) {
        return (id - 1) * dataBytes;
    }

    long endOf(long id) {
        return id * dataBytes;
    }

    /// Where in its file the byte at `lsn` lies.
    long positionOf(long lsn) {
        return FileHeader.BYTES + lsn % dataBytes;
    }

    static String fileName(long id) {
        return "%08x".formatted(id) + SUFFIX;
    }

    /// The id in a file name, or 0 if the name is not that of a segment.
    static long idOf(String fileName) {
        if (!fileName.endsWith(SUFFIX)) {
            return 0;
        }
        try {
            long id = Long.parseLong(fileName, 0, fileName.length() - SUFFIX.length(), 16);
            return fileName.equals(fileName(id)) ? id : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    void writeHeader(StoreFile file, long id, long firstRecordLsn, long lookBehindBytes) {
        FileHeader.of(KIND, VERSION, 0, startOf(id), id, segmentBytes, firstRecordLsn, lookBehindBytes)
                .write(file);
    }

    /// The header of a begun segment; null if the file is prepared, recycled and not yet begun, or its header
    /// is torn or damaged (which of these, replay finds out from what comes after).
    ///
    /// @throws FileVersionException if the segment was written by a version whose format we do not read
    static @Nullable Header readHeader(StoreFile file, long id) {
        if (file.size() < FileHeader.BYTES) { // its name was given after its blocks were there
            throw new TruncatedFileException(file.path(), file.size(), "the wal segment was cut");
        }
        FileHeader header;
        try {
            header = FileHeader.read(file, KIND, VERSION, VERSION);
        } catch (FileVersionException e) {
            if (e.problem() == FileVersionException.Problem.FOREIGN) {
                return null; // zeros
            }
            throw e;
        } catch (CorruptFileException e) {
            return null;
        }
        if (header.parameterCount() < 4 || header.parameter(0) != id) {
            return null;
        }
        long bytes = header.parameter(1);
        if (file.size() < bytes) {
            throw new TruncatedFileException(
                    file.path(), file.size(), "the wal segment should have " + bytes + " bytes; it was cut");
        }
        return new Header(id, bytes, header.creationLsn(), header.parameter(2), header.parameter(3));
    }
}
