package omendb.pgwire.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts the stream of one connection into [StartupPacket]s and then [Frame]s.
///
/// Memory: a declared length is checked against its limit before a byte is kept for it, and memory grows with the bytes
/// that really came, never with what was announced. CopyData is passed on in pieces and never collected.
///
/// Phases: STARTUP until the first StartupMessage; then every message is limited to `unauthenticatedLimitBytes` until
/// [#authenticated]. A stream that breaks the rules ends in a [ProtocolViolation]; no byte behind it is read.
///
/// Threading: belongs to the connection's event loop.
public final class FrameDecoder extends ByteToMessageDecoder {
    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_BYTES = 4;
    /// PostgreSQL's limit for messages that have no business being long.
    private static final int SMALL_LIMIT_BYTES = 10_000;
    /// A frame longer than this is collected in a buffer of its own that doubles, not in the shared one.
    private static final int COLLECT_THRESHOLD_BYTES = 64 * 1024;

    private enum Phase {
        STARTUP,
        MESSAGES,
        BROKEN
    }

    private final int unauthenticatedLimitBytes;
    private final int limitBytes;
    private Phase phase = Phase.STARTUP;
    private boolean authenticated;
    private boolean sslAsked;
    private boolean gssAsked;
    private int copyDataRemaining;
    private byte collectedType;
    private int collectedRemaining;
    private @Nullable ByteBuf collected;

    public FrameDecoder(int unauthenticatedLimitBytes, int limitBytes) {
        this.unauthenticatedLimitBytes = unauthenticatedLimitBytes;
        this.limitBytes = limitBytes;
    }

    /// From now on messages may be as long as an authenticated client's.
    public void authenticated() {
        authenticated = true;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        try {
            switch (phase) {
                case STARTUP -> decodeStartup(in, out);
                case MESSAGES -> decodeMessage(context, in, out);
                case BROKEN -> in.skipBytes(in.readableBytes());
            }
        } catch (ProtocolViolation e) {
            phase = Phase.BROKEN;
            in.skipBytes(in.readableBytes());
            throw e;
        }
    }

    private void decodeStartup(ByteBuf in, List<Object> out) {
        if (in.readableBytes() < LENGTH_BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < StartupDecoder.MIN_BYTES || length > unauthenticatedLimitBytes) {
            throw ProtocolViolation.silent("invalid length of startup packet");
        }
        if (in.readableBytes() < length) {
            return;
        }
        in.skipBytes(LENGTH_BYTES);
        StartupPacket packet = StartupDecoder.decode(in.readSlice(length - LENGTH_BYTES), !sslAsked, !gssAsked);
        switch (packet) {
            case StartupPacket.SslRequest _ -> {
                sslAsked = true;
                refuseBytesBehind(in, "SSL");
            }
            case StartupPacket.GssEncryptionRequest _ -> {
                gssAsked = true;
                refuseBytesBehind(in, "GSSAPI encryption");
            }
            case StartupPacket.CancelRequest _ -> phase = Phase.BROKEN;
            case StartupPacket.StartupMessage _ -> phase = Phase.MESSAGES;
        }
        out.add(packet);
    }

    /// Bytes that came before our answer could have been slipped in by a man in the middle (CVE-2021-23214).
    private static void refuseBytesBehind(ByteBuf in, String request) {
        if (in.isReadable()) {
            throw ProtocolViolation.answered("received unencrypted data after " + request + " request");
        }
    }

    private void decodeMessage(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (copyDataRemaining > 0) {
            passOnCopyData(in, out);
        } else if (collected != null) {
            collect(collected, in, out);
        } else if (in.readableBytes() >= HEADER_BYTES) {
            beginFrame(context, in, out);
        }
    }

    private void beginFrame(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        byte type = in.getByte(in.readerIndex());
        int bodyBytes = checkedBodyBytes(type, in.getInt(in.readerIndex() + 1));
        if (type == Frame.COPY_DATA) {
            in.skipBytes(HEADER_BYTES);
            copyDataRemaining = bodyBytes;
        } else if (in.readableBytes() - HEADER_BYTES >= bodyBytes) {
            in.skipBytes(HEADER_BYTES);
            out.add(new Frame(type, in.readRetainedSlice(bodyBytes)));
        } else if (bodyBytes > COLLECT_THRESHOLD_BYTES) {
            in.skipBytes(HEADER_BYTES);
            collectedType = type;
            collectedRemaining = bodyBytes;
            collected = context.alloc().directBuffer(COLLECT_THRESHOLD_BYTES, bodyBytes);
        }
    }

    private int checkedBodyBytes(byte type, int length) {
        int limit = authenticated ? (isLong(type) ? limitBytes : SMALL_LIMIT_BYTES) : unauthenticatedLimitBytes;
        if (!isKnown(type)) {
            throw ProtocolViolation.answered("invalid frontend message type " + (type & 0xFF));
        }
        if (length < LENGTH_BYTES || length - LENGTH_BYTES > limit) {
            throw ProtocolViolation.answered("invalid message length " + Integer.toUnsignedString(length)
                    + " of message type " + (char) type + " (limit " + limit + " bytes)");
        }
        return length - LENGTH_BYTES;
    }

    private void passOnCopyData(ByteBuf in, List<Object> out) {
        int bytes = Math.min(copyDataRemaining, in.readableBytes());
        if (bytes > 0) {
            out.add(new Frame(Frame.COPY_DATA, in.readRetainedSlice(bytes)));
            copyDataRemaining -= bytes;
        }
    }

    private void collect(ByteBuf buffer, ByteBuf in, List<Object> out) {
        int bytes = Math.min(collectedRemaining, in.readableBytes());
        if (buffer.writableBytes() < bytes) {
            long doubled = Math.max(2L * buffer.capacity(), (long) buffer.writerIndex() + bytes);
            buffer.capacity((int) Math.min(buffer.maxCapacity(), doubled));
        }
        buffer.writeBytes(in, bytes);
        collectedRemaining -= bytes;
        if (collectedRemaining == 0) {
            collected = null;
            out.add(new Frame(collectedType, buffer));
        }
    }

    private static boolean isKnown(byte type) {
        return switch (type) {
            case 'Q', 'P', 'B', 'E', 'D', 'C', 'H', 'S', 'X', 'F', 'd', 'c', 'f', 'p' -> true;
            default -> false;
        };
    }

    private static boolean isLong(byte type) {
        return switch (type) {
            case 'Q', 'P', 'B', 'F', 'd' -> true;
            default -> false;
        };
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        ByteBuf unfinished = collected;
        collected = null;
        if (unfinished != null) {
            unfinished.release();
        }
    }
}
