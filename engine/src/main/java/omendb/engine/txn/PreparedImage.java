package omendb.engine.txn;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.CorruptFileException;
import org.jspecify.annotations.Nullable;

/// What a prepared transaction is made from after a restart: a commit record's payload ([CommitRecord]) with timestamp
/// 0, the batch and the sections that its commit will log, and these sections more:
///
///     kind  content
///     64    header: version 1 (1 byte), isolation by name, id (8), time of PREPARE (8), owner, database
///     65    row and key locks, each: name (8, little-endian), modes ([RowLockMode] bits; 8, little-endian)
///     66    count (4), then table and advisory locks, each: 1 (1), oid (4), modes ([TableLockMode] bits; 4)
///                                                    or:   2 (1), class id (4), object id (4), keys (4), modes (4)
///     67    if it is serializable: read only (1), snapshot (8), reads ([ReadLocks#write])
///     68    vector slots, 69 storages: `omendb.engine.table`
///
/// Numbers big-endian, strings as [DataOutputStream#writeUTF], unless it says otherwise. Threading: immutable.
public final class PreparedImage {
    private static final int HEADER = 64;
    private static final int ROW_LOCKS = 65;
    private static final int NAMED_LOCKS = 66;
    private static final int READS = 67;
    private static final int VERSION = 1;
    private static final int ROW_LOCK_BYTES = 16;
    private static final int RELATION = 1;
    private static final int ADVISORY = 2;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String gid;
    private final int chunks;
    private final MemorySegment payload;

    /// @param preparedAt microseconds since 2000-01-01 UTC
    record Header(Isolation isolation, long id, long preparedAt, String owner, String database) {}

    /// Writes fields to a stream that cannot fail.
    @FunctionalInterface
    private interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    /// Reads fields from a stream that may be cut short.
    @FunctionalInterface
    private interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    PreparedImage(String gid, int chunks, MemorySegment payload) {
        this.gid = gid;
        this.chunks = chunks;
        this.payload = payload;
    }

    // ---- writing ----

    /// Adds the transaction's own sections to the record of its commit.
    static void write(CommitRecord image, Transaction transaction, Header header) {
        section(image, HEADER, out -> {
            out.writeByte(VERSION);
            out.writeUTF(header.isolation().name());
            out.writeLong(header.id());
            out.writeLong(header.preparedAt());
            out.writeUTF(header.owner());
            out.writeUTF(header.database());
        });
        writeRowLocks(image, transaction);
        section(image, NAMED_LOCKS, out -> {
            out.writeInt(transaction.namedLocks().size());
            for (Map.Entry<LockTag.Named, Integer> lock :
                    transaction.namedLocks().entrySet()) {
                writeTag(out, lock.getKey());
                out.writeInt(lock.getValue());
            }
        });
        SerialTransaction serial = transaction.serial();
        if (serial != null) {
            section(image, READS, out -> {
                out.writeBoolean(serial.readOnly);
                out.writeLong(serial.snapshot);
                serial.reads.write(out);
            });
        }
    }

    private static void section(CommitRecord image, int kind, Writer writer) {
        var bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writer.write(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        image.addSection(kind, bytes.size()).copyFrom(MemorySegment.ofArray(bytes.toByteArray()));
    }

    private static void writeRowLocks(CommitRecord image, Transaction transaction) {
        long[] count = {0};
        transaction.forEachRowLock((_, _) -> count[0]++);
        MemorySegment section = image.addSection(ROW_LOCKS, ROW_LOCK_BYTES * count[0]);
        long[] at = {0};
        transaction.forEachRowLock((name, modes) -> {
            section.set(LONG, at[0], name);
            section.set(LONG, at[0] + 8, modes);
            at[0] += ROW_LOCK_BYTES;
        });
    }

    private static void writeTag(DataOutputStream out, LockTag.Named tag) throws IOException {
        switch (tag) {
            case LockTag.Relation(int oid) -> {
                out.writeByte(RELATION);
                out.writeInt(oid);
            }
            case LockTag.Advisory(int classId, int objId, int keys) -> {
                out.writeByte(ADVISORY);
                out.writeInt(classId);
                out.writeInt(objId);
                out.writeInt(keys);
            }
        }
    }

    // ---- reading ----

    public String gid() {
        return gid;
    }

    /// Rows that it takes.
    int chunks() {
        return chunks;
    }

    /// What the transaction wrote.
    ///
    /// @throws CorruptFileException if it is damaged
    public WriteBatch batch() {
        return CommitRecord.batch(payload);
    }

    /// Visits the sections of others: those of the commit record, and of participants.
    public void sections(CommitRecord.SectionVisitor visitor) {
        CommitRecord.sections(payload, (kind, content) -> {
            if (kind < HEADER || kind > READS) {
                visitor.section(kind, content);
            }
        });
    }

    Header header() {
        Header header = read(HEADER, in -> {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw PreparedRows.damaged(gid, "its header has version " + version + ", known is " + VERSION);
            }
            return new Header(isolation(in.readUTF()), in.readLong(), in.readLong(), in.readUTF(), in.readUTF());
        });
        if (header == null) {
            throw PreparedRows.damaged(gid, "it has no header");
        }
        return header;
    }

    private Isolation isolation(String name) {
        for (Isolation isolation : Isolation.values()) {
            if (isolation.name().equals(name)) {
                return isolation;
            }
        }
        throw PreparedRows.damaged(gid, "its isolation is " + name);
    }

    /// Visits the row and key locks.
    void rowLocks(Transaction.RowLockVisitor visitor) {
        CommitRecord.sections(payload, (kind, content) -> {
            if (kind == ROW_LOCKS) {
                for (long at = 0; at + ROW_LOCK_BYTES <= content.byteSize(); at += ROW_LOCK_BYTES) {
                    visitor.lock(content.get(LONG, at), (int) content.get(LONG, at + 8));
                }
            }
        });
    }

    /// Lets a transaction hold the table and advisory locks again.
    void restoreNamedLocks(Transaction transaction) {
        read(NAMED_LOCKS, in -> {
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                LockTag.Named tag = readTag(in);
                transaction.restoreNamedLock(tag, in.readInt());
            }
            return count;
        });
    }

    private LockTag.Named readTag(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case RELATION -> new LockTag.Relation(in.readInt());
            case ADVISORY -> new LockTag.Advisory(in.readInt(), in.readInt(), in.readInt());
            default -> throw PreparedRows.damaged(gid, "a lock of kind " + kind);
        };
    }

    /// What [Serializability] has to know of it, or null if it is not serializable.
    @Nullable
    SerialTransaction serial(WrittenKeys writes) {
        return read(READS, in -> {
            SerialTransaction serial = new SerialTransaction(in.readBoolean(), 0);
            serial.snapshot = in.readLong();
            serial.reads.read(in);
            serial.writes = writes;
            serial.writesNothing = writes.isEmpty();
            return serial;
        });
    }

    private <T> @Nullable T read(int wanted, Reader<T> reader) {
        MemorySegment[] found = new MemorySegment[1];
        CommitRecord.sections(payload, (kind, content) -> {
            if (kind == wanted) {
                found[0] = content;
            }
        });
        if (found[0] == null) {
            return null;
        }
        byte[] bytes = found[0].toArray(ValueLayout.JAVA_BYTE);
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return reader.read(in);
        } catch (IOException cut) {
            throw PreparedRows.damaged(gid, "section " + wanted + " is cut short after " + bytes.length + " bytes");
        }
    }

    /// Reads everything once, for [PreparedRows]' callers that only look.
    ///
    /// @throws omendb.engine.error.InternalException XX001 if anything cannot be read
    public void verify() {
        header();
        rowLocks((_, _) -> {});
        read(NAMED_LOCKS, in -> {
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                readTag(in);
                in.readInt();
            }
            return count;
        });
        serial(WrittenKeys.of(null));
    }
}
