package omendb.sql.parse;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Bytes written as escapes, as text.
final class Utf8 {
    private Utf8() {}

    /// Appends `count` bytes of UTF-8.
    ///
    /// @throws UserException 22021 if they are none
    static void append(byte[] bytes, int count, StringBuilder text) {
        try {
            text.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, count)));
        } catch (CharacterCodingException e) {
            StringBuilder shown = new StringBuilder();
            for (int i = 0; i < Math.min(count, 4); i++) {
                shown.append(i == 0 ? "0x" : " 0x").append(String.format("%02x", bytes[i] & 0xff));
            }
            throw new UserException(
                    SqlState.CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\": " + shown, e);
        }
    }
}
