package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;

/// A list of puts and deletes over any number of trees, encoded off-heap; its bytes are what the WAL stores.
///
/// Later operations on a key win over earlier ones of the same batch. Threading: one thread at a time.
@SuppressWarnings("DoNotCallSuggester") // signatures first, bodies follow
public final class WriteBatch implements AutoCloseable {

    /// An empty batch that grows as needed.
    public WriteBatch() {}

    /// Reads a batch back from its bytes, in place: `payload` must outlive the batch, which cannot be written to.
    ///
    /// @throws omendb.engine.error.InternalException if the bytes are not a whole batch
    public static WriteBatch wrap(MemorySegment payload) {
        throw new UnsupportedOperationException();
    }

    public void put(long relationId, MemorySegment key, MemorySegment value) {
        throw new UnsupportedOperationException();
    }

    public void put(long relationId, long keyAddress, int keyLength, long valueAddress, int valueLength) {
        throw new UnsupportedOperationException();
    }

    /// Adds a put whose value the caller writes in place.
    ///
    /// @return address of `valueLength` bytes, good until the next call on this batch
    public long reservePut(long relationId, long keyAddress, int keyLength, int valueLength) {
        throw new UnsupportedOperationException();
    }

    public void delete(long relationId, MemorySegment key) {
        throw new UnsupportedOperationException();
    }

    public void delete(long relationId, long keyAddress, int keyLength) {
        throw new UnsupportedOperationException();
    }

    /// Operations in the batch.
    public int count() {
        throw new UnsupportedOperationException();
    }

    public boolean isEmpty() {
        return count() == 0;
    }

    /// Bytes of the encoded batch, its header included: the payload of a WAL record.
    public long byteSize() {
        throw new UnsupportedOperationException();
    }

    /// The encoded batch, read-only, in place: good until the batch is written to, cleared or closed.
    public MemorySegment segment() {
        throw new UnsupportedOperationException();
    }

    /// The state to come back to with [#rollbackTo], for savepoints and failed statements.
    public Mark mark() {
        throw new UnsupportedOperationException();
    }

    /// Forgets what was added since `mark`.
    public void rollbackTo(Mark mark) {
        throw new UnsupportedOperationException();
    }

    /// Offset of the operation that the next put or delete will become; see [Ops#seek].
    public long nextOffset() {
        throw new UnsupportedOperationException();
    }

    /// Empties the batch and keeps its memory up to a limit.
    public void clear() {
        throw new UnsupportedOperationException();
    }

    /// Iterates the operations in the order in which they were added; good until the batch is written to.
    public Ops ops() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /// @param bytes  size of the encoded batch
    /// @param count  operations in it
    public record Mark(long bytes, int count) {}

    /// Operations of a batch, read in place.
    public static final class Ops {
        Ops() {}

        /// Steps to the next operation; false at the end.
        public boolean next() {
            throw new UnsupportedOperationException();
        }

        /// Steps to the operation at `offset`, as [WriteBatch#nextOffset] gave it.
        public void seek(long offset) {
            throw new UnsupportedOperationException();
        }

        public long relationId() {
            throw new UnsupportedOperationException();
        }

        /// False for a put.
        public boolean isDelete() {
            throw new UnsupportedOperationException();
        }

        public long keyAddress() {
            throw new UnsupportedOperationException();
        }

        public int keyLength() {
            throw new UnsupportedOperationException();
        }

        public long valueAddress() {
            throw new UnsupportedOperationException();
        }

        /// 0 for a delete.
        public int valueLength() {
            throw new UnsupportedOperationException();
        }
    }
}
