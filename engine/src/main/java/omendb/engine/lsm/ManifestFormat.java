package omendb.engine.lsm;

/// Manifest, format version 4: `manifest-N` and `CURRENT`, little-endian.
///
/// `CURRENT` is one file header ([omendb.memory.FileHeader]) of kind "current" and nothing else; parameter
/// 0 is the N of the live manifest. It is only ever replaced by rename.
///
/// `manifest-N`:
///
///     position
///     0     file header: kind "manifest", parameter 0 = N
///     4096  records, each at a multiple of 8, in preallocated zeros
///
/// Record:
///
///     offset size field
///     0      4    length   of the payload; 0 = end of data
///     4      4    crc32c   of bytes 8..24 and the payload
///     8      8    manifest N
///     16     8    type (low 32 bits: 1 = edit, 2 = seal) and zeros
///     24     n    payload, zero-padded to 8
///
/// **Edit**: a list of changes that happen together. Each change is a tag byte and its fields (numbers are
/// varints, keys a varint length and the bytes). The first record of a manifest builds the whole state up
/// from nothing.
///
///     tag  fields
///     1    relation                 a tree begins
///     2    relation                 a tree ends; its tables with it
///     3    relation, level, number, bytes, entries, tombstones, min ts, max ts, smallest key, largest
///          key: a table is added; to level 0 as its newest
///     4    relation, number         a table is removed
///     5    LSN                      everything up to it is in tables
///     6    number                   next table number
///     7    timestamp                greatest commit timestamp of any version that ever came into a table
///     8    applied, flushed, compacted: bytes that came in, and that flushes and compactions wrote to
///          tables, since the store was created; from version 2 on
///     9    as 3, then range deletes, 1 if the largest key is the end of one and no key of the table, else 0:
///          a table with range deletes is added; from version 3 on
///     10   as 3: a *stamped* table is added, all of whose versions have the timestamp that is both min and max ts,
///          whatever the file says; from version 4 on
///     11   spill, then as 3 without the level: a table that a transaction wrote before its commit waits for the
///          log to tell what became of it ([SpilledRuns]); its timestamps are sequence numbers of the transaction;
///          from version 4 on
///     12   spill                    its tables wait no more: the same edit adds them as stamped ones, or they are
///          given up; from version 4 on
///
/// **Seal**: 8 bytes, the position up to which a sync has succeeded: that of the seal itself. It follows
/// every edit, written after the edit's sync and without one of its own, so that edits and seals alternate.
///
/// **Reading.** Records are valid if length, N and crc are.
/// - An invalid edit with a valid record anywhere behind it had been synced: the file is damaged, which is
///   an error, since to go on with an older state would resurrect deleted tables or lose some.
/// - An invalid edit with nothing valid behind it is the torn tail of one that was never reported as done.
///   If the remains are not all zeros the reader starts a new manifest, so that they are never built upon.
/// - An invalid seal is stepped over: it may have been lost although the edit behind it, in another sector,
///   was not.
///
/// **Crash argument.** An edit is written into preallocated space and synced before anybody acts upon it;
/// the files it names were synced and their directories too. A new manifest is complete, synced and in its
/// directory before `CURRENT` names it, so at every moment `CURRENT` leads to a complete state.
final class ManifestFormat {
    static final String CURRENT = "CURRENT";
    static final String CURRENT_KIND = "current";
    static final String MANIFEST_PREFIX = "manifest-";
    static final String MANIFEST_KIND = "manifest";
    static final int VERSION = 4;

    /// Versions from here on are read; an older one is replaced by a new manifest at open.
    static final int OLDEST_VERSION = 1;

    static final int RECORD_LENGTH = 0;
    static final int RECORD_CRC = 4;
    static final int RECORD_MANIFEST = 8;
    static final int RECORD_TYPE = 16;
    static final int RECORD_HEADER_BYTES = 24;
    static final int RECORD_ALIGNMENT = 8;

    static final int TYPE_EDIT = 1;
    static final int TYPE_SEAL = 2;
    static final int SEAL_BYTES = RECORD_HEADER_BYTES + 8;

    static final int CREATE_TREE = 1;
    static final int DROP_TREE = 2;
    static final int ADD_TABLE = 3;
    static final int REMOVE_TABLE = 4;
    static final int FLUSHED_LSN = 5;
    static final int NEXT_NUMBER = 6;
    static final int MAX_COMMIT_TS = 7;
    static final int WRITTEN = 8;
    static final int ADD_TABLE_WITH_RANGES = 9;
    static final int ADD_STAMPED_TABLE = 10;
    static final int ADD_WAITING_TABLE = 11;
    static final int END_SPILL = 12;

    private ManifestFormat() {}

    static String manifestName(long number) {
        return MANIFEST_PREFIX + number;
    }

    static long recordBytes(long payloadBytes) {
        return (RECORD_HEADER_BYTES + payloadBytes + RECORD_ALIGNMENT - 1) / RECORD_ALIGNMENT * RECORD_ALIGNMENT;
    }
}
