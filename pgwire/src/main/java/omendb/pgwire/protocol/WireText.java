package omendb.pgwire.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Strings as they travel: UTF-8, ended by a zero byte. Invalid UTF-8 is 22021 with PostgreSQL's wording.
final class WireText {
    private WireText() {}

    /// Reads a zero-terminated string and its terminator.
    ///
    /// @throws UserException 08P01 without a terminator, 22021 for what is not UTF-8
    static String readString(ByteBuf in) {
        int length = in.bytesBefore((byte) 0);
        if (length < 0) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "invalid string in message");
        }
        String text = decode(in, in.readerIndex(), length);
        in.skipBytes(length + 1);
        return text;
    }

    private static String decode(ByteBuf in, int start, int length) {
        if (length == 0) {
            return "";
        }
        byte[] bytes = new byte[length];
        in.getBytes(start, bytes);
        // String's own decoder is intrinsic and replaces what is malformed: only then look closer
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            checkUtf8(bytes);
        }
        return text;
    }

    private static void checkUtf8(byte[] bytes) {
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer input = ByteBuffer.wrap(bytes);
        try {
            decoder.decode(input);
        } catch (CharacterCodingException e) {
            throw invalidByteSequence(bytes, input.position());
        }
    }

    /// PostgreSQL shows as many bytes as the first one announces, as far as they are there.
    private static UserException invalidByteSequence(byte[] bytes, int at) {
        int first = bytes[at] & 0xFF;
        int announced = first >= 0xF8 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
        int end = Math.min(bytes.length, at + announced);
        String shown = HexFormat.ofDelimiter(" 0x").formatHex(bytes, at, end);
        return new UserException(
                SqlState.CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\": 0x" + shown);
    }
}
