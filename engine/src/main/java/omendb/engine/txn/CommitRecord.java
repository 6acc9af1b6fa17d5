package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.lsm.SpilledRuns;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.Slab;
import org.jspecify.annotations.Nullable;

/// Payload of a commit in the WAL (record type [#TYPE]), little-endian:
///
///     offset size field
///     0      8    commit timestamp
///     8      8    bytes of the batch
///     16     n    batch ([WriteBatch])
///     then sections, each:
///     0      4    kind (known to the participant that wrote it)
///     4      4    zero
///     8      8    bytes
///     16     n    content
///
/// Sections of unknown kind are an error: an older server must not skip what a newer one logged.
public final class CommitRecord implements AutoCloseable {
    /// Type of a commit's WAL record.
    public static final int TYPE = 1;

    private static final MemoryTag TAG = MemoryTag.of("commit-record");
    private static final int HEADER_BYTES = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Receives the sections of a record that is read back.
    public interface SectionVisitor {
        void section(int kind, MemorySegment content);
    }

    private final Slab slab = new Slab(TAG, 1 << 10);
    private final WriteBatch batch = new WriteBatch();
    private final List<MemorySegment> sections = new ArrayList<>();
    private boolean logged;
    private @Nullable SpilledRuns spilled;

    /// The transaction's puts and deletes; participants may add.
    public WriteBatch batch() {
        return batch;
    }

    /// Adds a section; the caller fills it before it returns from `prepare`.
    public MemorySegment addSection(int kind, long bytes) {
        long address = slab.allocate(HEADER_BYTES + bytes);
        NativeMemory.putInt(address, kind);
        NativeMemory.putInt(address + 4, 0);
        NativeMemory.putLong(address + 8, bytes);
        sections.add(NativeMemory.segment(address, HEADER_BYTES + bytes));
        return NativeMemory.segment(address + HEADER_BYTES, bytes);
    }

    /// Runs that become visible with the record.
    void setSpilled(SpilledRuns runs) {
        spilled = runs;
    }

    @Nullable
    SpilledRuns spilled() {
        return spilled;
    }

    /// The log has taken the record: from now on a failure leaves its commit in doubt.
    void noteLogged() {
        logged = true;
    }

    boolean isLogged() {
        return logged;
    }

    boolean isEmpty() {
        return batch.isEmpty() && sections.isEmpty();
    }

    long byteSize() {
        return HEADER_BYTES + batch.byteSize() + slab.usedBytes();
    }

    /// The payload's parts in order.
    MemorySegment[] payload(long commitTimestamp) {
        MemorySegment batchBytes = batch.segment();
        long header = slab.allocate(HEADER_BYTES);
        NativeMemory.putLong(header, commitTimestamp);
        NativeMemory.putLong(header + 8, batchBytes.byteSize());
        MemorySegment[] parts = new MemorySegment[2 + sections.size()];
        parts[0] = NativeMemory.segment(header, HEADER_BYTES);
        parts[1] = batchBytes;
        for (int i = 0; i < sections.size(); i++) {
            parts[2 + i] = sections.get(i);
        }
        return parts;
    }

    /// Commit timestamp of a payload.
    public static long timestamp(MemorySegment payload) {
        return payload.get(LONG, 0);
    }

    /// The batch of a payload, in place.
    public static WriteBatch batch(MemorySegment payload) {
        return WriteBatch.wrap(payload.asSlice(HEADER_BYTES, batchBytes(payload)));
    }

    /// Visits the sections of a payload, in place.
    public static void sections(MemorySegment payload, SectionVisitor visitor) {
        long at = HEADER_BYTES + batchBytes(payload);
        while (at < payload.byteSize()) {
            long bytes = payload.byteSize() - at < HEADER_BYTES ? -1 : payload.get(LONG, at + 8);
            if (bytes < 0 || bytes > payload.byteSize() - at - HEADER_BYTES) {
                throw damaged(payload);
            }
            visitor.section(payload.get(INT, at), payload.asSlice(at + HEADER_BYTES, bytes));
            at += HEADER_BYTES + bytes;
        }
    }

    private static long batchBytes(MemorySegment payload) {
        long bytes = payload.byteSize() < HEADER_BYTES ? -1 : payload.get(LONG, 8);
        if (bytes < 0 || bytes > payload.byteSize() - HEADER_BYTES) {
            throw damaged(payload);
        }
        return bytes;
    }

    private static InternalException damaged(MemorySegment payload) {
        return new InternalException(
                SqlState.DATA_CORRUPTED, "commit record of " + payload.byteSize() + " bytes does not add up");
    }

    /// Empties the record for the next commit.
    void clear() {
        logged = false;
        spilled = null;
        batch.clear();
        sections.clear();
        slab.reset();
    }

    @Override
    public void close() {
        batch.close();
        slab.close();
    }
}
