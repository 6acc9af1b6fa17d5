package omendb.pgwire.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import omendb.engine.type.BytesWriter;
import org.jspecify.annotations.Nullable;

/// Answers on their way to the client: messages are encoded into one network buffer, which goes to the channel when it
/// is full or when the protocol wants the client to see it.
///
/// As a [BytesWriter] it writes rows: [#beginRow] to [#endRow] is one DataRow (or CopyData) message, positions count
/// from
/// the row's first byte. A row that does not fit takes its bytes along into a new buffer; everything before it is sent.
///
/// Memory is bounded by [Backpressure]: after each full buffer the session waits while the channel holds more than its
/// high-water mark.
///
/// Threading: the session's thread. The event loop only sees buffers that were handed over.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write ends in exceptionCaught
final class ResponseStream extends BytesWriter {
    private static final int FIRST_BYTES = 2 * 1024;
    private static final int FULL_BYTES = 64 * 1024;

    private final Channel channel;
    private final Backpressure backpressure;
    private @Nullable ByteBuf buffer;
    private boolean inRow;
    private int rowStart;

    /// Waits while the client does not read.
    interface Backpressure {
        /// @throws ClientGoneException if it never will
        void awaitWritable();
    }

    ResponseStream(Channel channel, Backpressure backpressure) {
        this.channel = channel;
        this.backpressure = backpressure;
    }

    /// Where messages other than rows go, with room for a short one.
    ByteBuf buffer() {
        ByteBuf current = buffer;
        if (current == null) {
            current = channel.alloc().directBuffer(FIRST_BYTES);
            buffer = current;
        } else if (current.readableBytes() >= FULL_BYTES) {
            buffer = null;
            send(current);
            current = channel.alloc().directBuffer(FULL_BYTES);
            buffer = current;
        }
        return current;
    }

    /// Starts a message of type `type` whose body this writer takes; its length word is left open.
    void beginRow(char type) {
        ByteBuf current = buffer();
        rowStart = current.writerIndex();
        inRow = true;
        long base = current.memoryAddress() + rowStart;
        reposition(base, base, current.memoryAddress() + current.capacity());
        writeByte(type);
        writeInt(0);
    }

    void endRow() {
        putIntAt(1, position() - 1);
        ByteBuf current = buffer();
        current.writerIndex(rowStart + position());
        inRow = false;
    }

    /// Forgets the row that was begun: it turned into an error.
    void abandonRow() {
        inRow = false;
    }

    @Override
    protected void grow(int bytes) {
        ByteBuf old = buffer;
        if (old == null || !inRow) {
            throw new IllegalStateException("bytes outside of a row");
        }
        int written = position();
        long needed = (long) written + bytes;
        if (needed > Integer.MAX_VALUE / 2) {
            throw new OutOfMemoryError("a row of more than 1 GiB");
        }
        int capacity = (int) Math.max(FULL_BYTES + FULL_BYTES / 4, needed + Math.min(needed, 1 << 24));
        ByteBuf larger = channel.alloc().directBuffer(capacity);
        larger.setBytes(0, old, rowStart, written);
        buffer = larger;
        if (rowStart > 0) { // the row's bytes lie behind the writer index and are not sent
            send(old);
        } else {
            old.release();
        }
        rowStart = 0;
        long base = larger.memoryAddress();
        reposition(base, base + written, base + larger.capacity());
    }

    /// Sends everything; the client sees it now.
    void flush() {
        ByteBuf current = buffer;
        if (current != null && current.isReadable()) {
            buffer = null;
            channel.writeAndFlush(current, channel.voidPromise());
        }
    }

    private void send(ByteBuf full) {
        channel.writeAndFlush(full, channel.voidPromise());
        backpressure.awaitWritable();
    }

    /// Frees what was not sent.
    void discard() {
        ByteBuf current = buffer;
        buffer = null;
        inRow = false;
        if (current != null) {
            current.release();
        }
    }
}
