package omendb.pgwire.protocol;

import io.netty.buffer.ByteBuf;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.pgwire.protocol.FrontendMessage.BindMessage;
import omendb.pgwire.protocol.FrontendMessage.CloseMessage;
import omendb.pgwire.protocol.FrontendMessage.CopyDataMessage;
import omendb.pgwire.protocol.FrontendMessage.CopyDoneMessage;
import omendb.pgwire.protocol.FrontendMessage.CopyFailMessage;
import omendb.pgwire.protocol.FrontendMessage.DescribeMessage;
import omendb.pgwire.protocol.FrontendMessage.ExecuteMessage;
import omendb.pgwire.protocol.FrontendMessage.FlushMessage;
import omendb.pgwire.protocol.FrontendMessage.FunctionCallMessage;
import omendb.pgwire.protocol.FrontendMessage.ParseMessage;
import omendb.pgwire.protocol.FrontendMessage.PasswordMessage;
import omendb.pgwire.protocol.FrontendMessage.QueryMessage;
import omendb.pgwire.protocol.FrontendMessage.SyncMessage;
import omendb.pgwire.protocol.FrontendMessage.Target;
import omendb.pgwire.protocol.FrontendMessage.TerminateMessage;

/// Decodes the body of a frame. Every count and length inside is checked against the bytes that are there before
/// anything is allocated for it.
///
/// Runs on the session's thread, so that a long statement costs the event loop nothing.
public final class MessageDecoder {
    private static final SyncMessage SYNC = new SyncMessage();
    private static final FlushMessage FLUSH = new FlushMessage();

    private MessageDecoder() {}

    /// @throws UserException 08P01 for a body that is not what its type says, 22021 for text that is not UTF-8
    public static FrontendMessage decode(Frame frame) {
        ByteBuf body = frame.body();
        FrontendMessage message = switch (frame.type()) {
            case 'Q' -> new QueryMessage(WireText.readString(body));
            case 'P' -> parse(body);
            case 'B' -> bind(body);
            case 'E' -> new ExecuteMessage(WireText.readString(body), readInt(body));
            case 'D' -> new DescribeMessage(target(body, "DESCRIBE"), WireText.readString(body));
            case 'C' -> new CloseMessage(target(body, "CLOSE"), WireText.readString(body));
            case 'H' -> FLUSH;
            case 'S' -> SYNC;
            case 'X' -> new TerminateMessage();
            case 'F' -> functionCall(body);
            case 'd' -> new CopyDataMessage(body.slice());
            case 'c' -> new CopyDoneMessage();
            case 'f' -> new CopyFailMessage(WireText.readString(body));
            case 'p' -> new PasswordMessage(body.slice());
            default -> throw violation("invalid frontend message type " + frame.type());
        };
        if (body.isReadable() && !(message instanceof CopyDataMessage) && !(message instanceof PasswordMessage)) {
            throw violation("invalid message format");
        }
        return message;
    }

    private static ParseMessage parse(ByteBuf body) {
        String statement = WireText.readString(body);
        String sql = WireText.readString(body);
        int count = readCount(body, Integer.BYTES);
        if (count == 0) {
            return new ParseMessage(statement, sql, Oids.NONE);
        }
        int[] types = new int[count];
        for (int i = 0; i < count; i++) {
            types[i] = body.readInt();
        }
        return new ParseMessage(statement, sql, new Oids(types));
    }

    private static BindMessage bind(ByteBuf body) {
        String portal = WireText.readString(body);
        String statement = WireText.readString(body);
        FormatCodes parameterFormats = formatCodes(body);
        int count = readCount(body, Integer.BYTES);
        int[] offsets = new int[count];
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            int length = readInt(body);
            if (length < -1 || length > body.readableBytes()) {
                throw violation("insufficient data left in message");
            }
            lengths[i] = length;
            offsets[i] = body.readerIndex();
            body.skipBytes(Math.max(length, 0));
        }
        if (!parameterFormats.fits(count)) {
            throw violation("bind message has " + parameterFormats.codeCount() + " parameter formats but " + count
                    + " parameters");
        }
        FormatCodes resultFormats = formatCodes(body);
        return new BindMessage(
                portal, statement, new BoundParameters(body, parameterFormats, offsets, lengths), resultFormats);
    }

    private static FormatCodes formatCodes(ByteBuf body) {
        int count = readCount(body, Short.BYTES);
        if (count == 0) {
            return FormatCodes.ALL_TEXT;
        }
        boolean[] binary = new boolean[count];
        for (int i = 0; i < count; i++) {
            binary[i] = FormatCodes.isBinary(body.readShort());
        }
        return new FormatCodes(binary);
    }

    private static Target target(ByteBuf body, String message) {
        if (!body.isReadable()) {
            throw violation("no data left in message");
        }
        byte kind = body.readByte();
        return switch (kind) {
            case 'S' -> Target.STATEMENT;
            case 'P' -> Target.PORTAL;
            default -> throw violation("invalid " + message + " message subtype " + kind);
        };
    }

    private static FunctionCallMessage functionCall(ByteBuf body) {
        body.skipBytes(body.readableBytes());
        return new FunctionCallMessage();
    }

    private static int readInt(ByteBuf body) {
        if (body.readableBytes() < Integer.BYTES) {
            throw violation("insufficient data left in message");
        }
        return body.readInt();
    }

    /// A 16-bit count of items that take at least `itemBytes` each.
    private static int readCount(ByteBuf body, int itemBytes) {
        if (body.readableBytes() < Short.BYTES) {
            throw violation("insufficient data left in message");
        }
        int count = body.readUnsignedShort();
        if ((long) count * itemBytes > body.readableBytes()) {
            throw violation("insufficient data left in message");
        }
        return count;
    }

    private static UserException violation(String message) {
        return new UserException(SqlState.PROTOCOL_VIOLATION, message);
    }
}
