package omendb.pgwire.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.pgwire.protocol.FrontendMessage.BindMessage;
import omendb.pgwire.protocol.FrontendMessage.ParseMessage;
import omendb.pgwire.protocol.FrontendMessage.QueryMessage;
import org.junit.jupiter.api.Test;

class MessageDecoderTest {
    private static FrontendMessage decode(char type, String hex) {
        byte[] body = HexFormat.of().parseHex(hex.replace(" ", ""));
        return MessageDecoder.decode(new Frame((byte) type, Unpooled.wrappedBuffer(body)));
    }

    private static OmenException refused(char type, String hex) {
        return assertThrows(OmenException.class, () -> decode(type, hex), hex);
    }

    @Test
    void a_bind_has_its_values_where_they_lie() {
        BindMessage bind = assertInstanceOf(
                BindMessage.class, decode('B', "7000 7300 0002 0001 0000 0002 00000002 abcd ffffffff 0001 0001"));
        assertEquals("p", bind.portal());
        assertEquals("s", bind.statement());
        assertEquals(2, bind.parameters().count());
        assertTrue(bind.parameters().formats().isBinary(0));
        assertFalse(bind.parameters().formats().isBinary(1));
        assertEquals(2, bind.parameters().length(0));
        assertTrue(bind.parameters().isNull(1));
        assertTrue(bind.resultFormats().isBinary(5), "one code is for all columns");
    }

    @Test
    void a_parse_has_its_types() {
        ParseMessage parse = assertInstanceOf(ParseMessage.class, decode('P', "00 53454c00 0002 00000017 00000000"));
        assertEquals("SEL", parse.sql());
        assertEquals(Oids.of(23, 0), parse.parameterTypes());
    }

    @Test
    void counts_and_lengths_beyond_the_message_are_protocol_violations() {
        assertEquals(SqlState.PROTOCOL_VIOLATION, refused('P', "00 00 ffff").sqlState());
        assertEquals(
                SqlState.PROTOCOL_VIOLATION,
                refused('B', "00 00 0000 0001 7fffffff").sqlState());
        assertEquals(
                SqlState.PROTOCOL_VIOLATION,
                refused('B', "00 00 0000 0001 80000000").sqlState());
        assertEquals(
                SqlState.PROTOCOL_VIOLATION, refused('B', "00 00 ffff 0001").sqlState());
        assertEquals(SqlState.PROTOCOL_VIOLATION, refused('E', "00 0000").sqlState());
        assertEquals(SqlState.PROTOCOL_VIOLATION, refused('D', "").sqlState());
        assertEquals(SqlState.PROTOCOL_VIOLATION, refused('D', "58 00").sqlState());
        assertEquals(SqlState.PROTOCOL_VIOLATION, refused('Q', "4141").sqlState(), "no terminator");
        assertEquals(SqlState.PROTOCOL_VIOLATION, refused('Q', "41 00 41").sqlState(), "bytes behind it");
        assertEquals(
                SqlState.INVALID_PARAMETER_VALUE,
                refused('B', "00 00 0001 0002 0000 0000").sqlState());
    }

    @Test
    void invalid_utf8_is_named_as_postgresql_names_it() {
        OmenException error = refused('Q', "c3 28 00");
        assertEquals(SqlState.CHARACTER_NOT_IN_REPERTOIRE, error.sqlState());
        assertEquals("invalid byte sequence for encoding \"UTF8\": 0xc3 0x28", error.text());
        assertEquals(
                "invalid byte sequence for encoding \"UTF8\": 0xff",
                refused('Q', "41 ff 41 00").text());
        QueryMessage replacement = assertInstanceOf(QueryMessage.class, decode('Q', "efbfbd 00"));
        assertEquals("\uFFFD", replacement.sql(), "the replacement character itself is valid");
    }
}
