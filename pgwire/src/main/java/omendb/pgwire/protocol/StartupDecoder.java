package omendb.pgwire.protocol;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.error.OmenException;

/// Reads the packets of the start-up phase: a protocol version or request code, then name/value pairs.
final class StartupDecoder {
    /// Length word and code.
    static final int MIN_BYTES = 8;

    private static final int CANCEL_REQUEST = 80_877_102;
    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_ENCRYPTION_REQUEST = 80_877_104;
    private static final int MAJOR_VERSION = 3;

    private StartupDecoder() {}

    /// @param body the packet behind its length word
    static StartupPacket decode(ByteBuf body, boolean sslAllowed, boolean gssAllowed) {
        int code = body.readInt();
        if (code == CANCEL_REQUEST) {
            if (body.readableBytes() != 8) {
                throw ProtocolViolation.silent("invalid length of query cancel packet");
            }
            return new StartupPacket.CancelRequest(body.readInt(), body.readInt());
        }
        if (code == SSL_REQUEST && sslAllowed) {
            return new StartupPacket.SslRequest();
        }
        if (code == GSS_ENCRYPTION_REQUEST && gssAllowed) {
            return new StartupPacket.GssEncryptionRequest();
        }
        int major = code >>> 16;
        int minor = code & 0xFFFF;
        if (major != MAJOR_VERSION) {
            throw ProtocolViolation.answered(
                    "unsupported frontend protocol " + major + "." + minor + ": server supports 3.0 to 3.0");
        }
        return startupMessage(minor, body);
    }

    private static StartupPacket startupMessage(int minor, ByteBuf body) {
        Map<String, String> parameters = new LinkedHashMap<>();
        List<String> unknownOptions = new ArrayList<>();
        try {
            while (true) {
                String name = WireText.readString(body);
                if (name.isEmpty()) {
                    break;
                }
                String value = WireText.readString(body);
                if (name.startsWith("_pq_.")) {
                    unknownOptions.add(name);
                } else {
                    parameters.put(name, value);
                }
            }
        } catch (OmenException e) {
            throw ProtocolViolation.answered("invalid startup packet layout: " + e.text());
        }
        if (body.isReadable()) {
            throw ProtocolViolation.answered("invalid startup packet layout: expected terminator as last byte");
        }
        return new StartupPacket.StartupMessage(minor, parameters, unknownOptions);
    }
}
