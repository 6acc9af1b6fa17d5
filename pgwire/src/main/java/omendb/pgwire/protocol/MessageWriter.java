package omendb.pgwire.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import omendb.engine.error.OmenException;
import org.jspecify.annotations.Nullable;

/// Encodes the server's messages into a buffer; one call, one message.
///
/// Threading: none of its own; a buffer has one writer.
public final class MessageWriter {
    private MessageWriter() {}

    public static void authenticationOk(ByteBuf out) {
        authentication(out, 0);
    }

    /// @param mechanisms in the server's order of preference
    public static void authenticationSasl(ByteBuf out, List<String> mechanisms) {
        int start = begin(out, 'R');
        out.writeInt(10);
        mechanisms.forEach(mechanism -> string(out, mechanism));
        out.writeByte(0);
        end(out, start);
    }

    public static void authenticationSaslContinue(ByteBuf out, String data) {
        authenticationData(out, 11, data);
    }

    public static void authenticationSaslFinal(ByteBuf out, String data) {
        authenticationData(out, 12, data);
    }

    private static void authentication(ByteBuf out, int code) {
        out.writeByte('R').writeInt(8).writeInt(code);
    }

    private static void authenticationData(ByteBuf out, int code, String data) {
        int start = begin(out, 'R');
        out.writeInt(code);
        ByteBufUtil.writeUtf8(out, data);
        end(out, start);
    }

    /// @param unknownOptions names of protocol options that the server did not understand
    public static void negotiateProtocolVersion(ByteBuf out, int newestMinorVersion, List<String> unknownOptions) {
        int start = begin(out, 'v');
        out.writeInt((3 << 16) | newestMinorVersion);
        out.writeInt(unknownOptions.size());
        unknownOptions.forEach(option -> string(out, option));
        end(out, start);
    }

    public static void parameterStatus(ByteBuf out, String name, String value) {
        int start = begin(out, 'S');
        string(out, name);
        string(out, value);
        end(out, start);
    }

    /// @param processId of the session that sent it
    public static void notificationResponse(ByteBuf out, int processId, String channel, String payload) {
        int start = begin(out, 'A');
        out.writeInt(processId);
        string(out, channel);
        string(out, payload);
        end(out, start);
    }

    public static void backendKeyData(ByteBuf out, int processId, int secretKey) {
        out.writeByte('K').writeInt(12).writeInt(processId).writeInt(secretKey);
    }

    /// @param status 'I' idle, 'T' in a transaction, 'E' in a failed one
    public static void readyForQuery(ByteBuf out, char status) {
        out.writeByte('Z').writeInt(5).writeByte(status);
    }

    public static void parseComplete(ByteBuf out) {
        empty(out, '1');
    }

    public static void bindComplete(ByteBuf out) {
        empty(out, '2');
    }

    public static void closeComplete(ByteBuf out) {
        empty(out, '3');
    }

    public static void noData(ByteBuf out) {
        empty(out, 'n');
    }

    public static void portalSuspended(ByteBuf out) {
        empty(out, 's');
    }

    public static void emptyQueryResponse(ByteBuf out) {
        empty(out, 'I');
    }

    public static void copyDone(ByteBuf out) {
        empty(out, 'c');
    }

    public static void commandComplete(ByteBuf out, String tag) {
        int start = begin(out, 'C');
        string(out, tag);
        end(out, start);
    }

    public static void parameterDescription(ByteBuf out, Oids types) {
        int start = begin(out, 't');
        out.writeShort(types.count());
        for (int i = 0; i < types.count(); i++) {
            out.writeInt(types.get(i));
        }
        end(out, start);
    }

    /// CopyInResponse ('G') or CopyOutResponse ('H').
    public static void copyResponse(ByteBuf out, boolean copyIn, boolean binary, int columnCount) {
        int start = begin(out, copyIn ? 'G' : 'H');
        int format = binary ? 1 : 0;
        out.writeByte(format);
        out.writeShort(columnCount);
        for (int i = 0; i < columnCount; i++) {
            out.writeShort(format);
        }
        end(out, start);
    }

    /// ErrorResponse.
    ///
    /// @param severity ERROR, FATAL or PANIC
    public static void errorResponse(ByteBuf out, String severity, OmenException error) {
        report(out, 'E', severity, error);
    }

    /// NoticeResponse.
    ///
    /// @param severity WARNING, NOTICE, INFO, LOG or DEBUG
    public static void noticeResponse(ByteBuf out, String severity, OmenException notice) {
        report(out, 'N', severity, notice);
    }

    private static void report(ByteBuf out, char type, String severity, OmenException report) {
        int start = begin(out, type);
        field(out, 'S', severity);
        field(out, 'V', severity);
        field(out, 'C', report.sqlState().code());
        field(out, 'M', report.text());
        field(out, 'D', report.detail());
        field(out, 'H', report.hint());
        field(out, 'P', report.position() > 0 ? Integer.toString(report.position()) : null);
        field(out, 'W', report.where());
        field(out, 's', report.schemaName());
        field(out, 't', report.tableName());
        field(out, 'c', report.columnName());
        field(out, 'd', report.dataTypeName());
        field(out, 'n', report.constraintName());
        out.writeByte(0);
        end(out, start);
    }

    private static void field(ByteBuf out, char code, @Nullable String value) {
        if (value != null) {
            out.writeByte(code);
            string(out, value);
        }
    }

    /// Writes the type and leaves room for the length; [#end] fills it in.
    ///
    /// @return what `end` needs
    public static int begin(ByteBuf out, char type) {
        out.writeByte(type);
        int start = out.writerIndex();
        out.writeInt(0);
        return start;
    }

    public static void end(ByteBuf out, int start) {
        out.setInt(start, out.writerIndex() - start);
    }

    private static void empty(ByteBuf out, char type) {
        out.writeByte(type).writeInt(Integer.BYTES);
    }

    /// Writes a zero-terminated string. A zero inside would end it early and shift the fields behind: it
    /// ends here.
    public static void string(ByteBuf out, String text) {
        int zero = text.indexOf('\0');
        String whole = zero < 0 ? text : text.substring(0, zero);
        out.writeCharSequence(whole, StandardCharsets.UTF_8);
        out.writeByte(0);
    }
}
