package omendb.pgwire.session;

import io.netty.buffer.ByteBuf;
import java.lang.foreign.MemorySegment;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.pgwire.protocol.Frame;
import omendb.pgwire.protocol.FrontendMessage;
import omendb.pgwire.protocol.FrontendMessage.CopyFailMessage;
import omendb.pgwire.protocol.MessageDecoder;
import omendb.pgwire.protocol.MessageWriter;
import omendb.sql.copy.CopyIn;
import omendb.sql.copy.CopyOut;

/// The two sub-protocols of COPY: a stream of bytes in, a stream of bytes out.
final class CopyTransfer {
    private final ResponseStream out;
    private final FrameSource frames;

    /// The session's mailbox, as seen by a COPY FROM STDIN.
    interface FrameSource {
        /// Waits for the next frame; the caller releases it.
        ///
        /// @throws OmenException 57014 or 57P01 if the session was interrupted meanwhile
        /// @throws ClientGoneException if no frame will come any more
        Frame take();
    }

    CopyTransfer(ResponseStream out, FrameSource frames) {
        this.out = out;
        this.frames = frames;
    }

    /// Feeds CopyData to `copy` until CopyDone.
    ///
    /// @return the tag of CommandComplete
    String receive(CopyIn copy) {
        MessageWriter.copyResponse(out.buffer(), true, copy.isBinary(), copy.columnCount());
        out.flush();
        while (true) {
            Frame frame = take(copy);
            try {
                switch (frame.type()) {
                    case Frame.COPY_DATA -> copy.data(bytes(frame.body()));
                    case 'c' -> {
                        return copy.end();
                    }
                    case 'f' -> fail(copy, frame);
                    case 'H', 'S' -> {
                        // a client that pipelines sends these after Execute; PostgreSQL ignores them here as well
                    }
                    default -> throw unexpected(copy, frame.type());
                }
            } finally {
                frame.release();
            }
        }
    }

    private Frame take(CopyIn copy) {
        try {
            return frames.take();
        } catch (OmenException interrupted) {
            abandon(copy, interrupted.text());
            throw interrupted;
        } catch (ClientGoneException gone) {
            abandon(copy, "the client has gone");
            throw gone;
        }
    }

    private static void fail(CopyIn copy, Frame frame) {
        FrontendMessage message = MessageDecoder.decode(frame);
        copy.fail(message instanceof CopyFailMessage failure ? failure.reason() : "");
        throw new IllegalStateException("a failed COPY must raise an error");
    }

    private static OmenException unexpected(CopyIn copy, byte type) {
        OmenException error = new UserException(
                SqlState.PROTOCOL_VIOLATION,
                String.format("unexpected message type 0x%02X during COPY from stdin", type));
        abandon(copy, error.text());
        return error;
    }

    /// Lets the COPY roll back; the error that it raises is not the one to report.
    private static void abandon(CopyIn copy, String reason) {
        try {
            copy.fail(reason);
        } catch (OmenException expected) {
            // the reason is reported by the caller
        }
    }

    /// Sends the rows of a COPY TO STDOUT.
    ///
    /// @return the tag of CommandComplete
    String send(CopyOut copy) {
        MessageWriter.copyResponse(out.buffer(), false, copy.isBinary(), copy.columnCount());
        String tag = copy.run(chunk -> {
            out.beginRow('d');
            out.writeBytes(chunk.address(), Math.toIntExact(chunk.byteSize()));
            out.endRow();
        });
        MessageWriter.copyDone(out.buffer());
        return tag;
    }

    private static MemorySegment bytes(ByteBuf body) {
        return MemorySegment.ofBuffer(body.nioBuffer());
    }
}
