package omendb.pgwire.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import omendb.engine.error.OmenException;

class FrameDecoderPropertyTest {
    private static final int LIMIT = 10_000;

    @Property(tries = 200)
    void any_split_of_a_stream_decodes_to_the_same_messages(
            @ForAll("streams") List<byte[]> messages, @ForAll long seed) {
        byte[] stream = ClientBytes.of()
                .startup("user", "anna", "database", "d")
                .all(messages)
                .toByteArray();
        List<String> whole = decode(stream, List.of(stream.length));
        assertEquals(whole, decode(stream, randomCuts(stream.length, seed)), "cut with seed " + seed);
        assertEquals(whole, decode(stream, ones(stream.length)), "byte by byte");
    }

    @Property(tries = 500)
    void garbage_ends_in_messages_or_a_protocol_violation_and_leaks_nothing(
            @ForAll byte[] garbage, @ForAll boolean afterStartup, @ForAll long seed) {
        byte[] start = afterStartup ? ClientBytes.of().startup("user", "anna").toByteArray() : new byte[0];
        byte[] stream = ClientBytes.of().raw(start).raw(garbage).toByteArray();
        decode(stream, randomCuts(stream.length, seed));
    }

    @Property(tries = 500)
    void a_flipped_byte_in_a_valid_stream_never_breaks_the_decoder(
            @ForAll("streams") List<byte[]> messages, @ForAll long seed) {
        byte[] stream = ClientBytes.of().startup("user", "anna").all(messages).toByteArray();
        Random random = new Random(seed);
        stream[random.nextInt(stream.length)] ^= (byte) (1 + random.nextInt(255));
        decode(stream, randomCuts(stream.length, seed));
    }

    @Provide
    Arbitrary<List<byte[]>> streams() {
        Arbitrary<String> text = Arbitraries.strings().excludeChars('\0').ofMaxLength(40);
        Arbitrary<byte[]> data = Arbitraries.bytes().array(byte[].class).ofMaxSize(3000);
        Arbitrary<byte[]> big = Arbitraries.integers()
                .between(60_000, 100_000)
                .map(size -> ClientBytes.of().query("x".repeat(size)).toByteArray());
        Arbitrary<byte[]> messages = Arbitraries.oneOf(
                text.map(sql -> ClientBytes.of().query(sql).toByteArray()),
                Combinators.combine(text, text)
                        .as((name, sql) ->
                                ClientBytes.of().parse(name, sql, 23, 0).toByteArray()),
                Combinators.combine(text, text, data)
                        .as((portal, name, value) ->
                                ClientBytes.of().bindBinary(portal, name, value).toByteArray()),
                text.map(name -> ClientBytes.of().describe('S', name).toByteArray()),
                text.map(name -> ClientBytes.of().execute(name, 7).toByteArray()),
                text.map(name -> ClientBytes.of().close('P', name).toByteArray()),
                data.map(value -> ClientBytes.of().copyData(value).toByteArray()),
                Arbitraries.just(ClientBytes.of().sync().toByteArray()),
                Arbitraries.just(ClientBytes.of().flush().toByteArray()),
                Arbitraries.just(ClientBytes.of().copyDone().toByteArray()));
        return Arbitraries.frequencyOf(net.jqwik.api.Tuple.of(30, messages), net.jqwik.api.Tuple.of(1, big))
                .list()
                .ofMaxSize(30);
    }

    /// What comes out, as text; consecutive pieces of COPY data are one, since their boundaries mean nothing.
    private static List<String> decode(byte[] stream, List<Integer> pieces) {
        FrameDecoder decoder = new FrameDecoder(LIMIT, 1 << 20);
        EmbeddedChannel channel = new EmbeddedChannel(decoder, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof StartupPacket.StartupMessage) {
                    decoder.authenticated(); // as the server does for a client it trusts, before the next message
                }
                context.fireChannelRead(message);
            }
        });
        List<String> seen = new ArrayList<>();
        StringBuilder copyData = new StringBuilder();
        int at = 0;
        try {
            for (int piece : pieces) {
                ByteBuf in = Unpooled.directBuffer(piece).writeBytes(stream, at, piece);
                at += piece;
                channel.writeInbound(in);
                drain(channel, seen, copyData);
            }
        } catch (DecoderException e) {
            assertTrue(e.getCause() instanceof ProtocolViolation, "unexpected " + e.getCause());
            drain(channel, seen, copyData);
            seen.add("violation " + e.getCause().getMessage());
        }
        channel.finishAndReleaseAll();
        if (copyData.length() > 0) {
            seen.add("copy " + copyData);
        }
        return seen;
    }

    private static void drain(EmbeddedChannel channel, List<String> seen, StringBuilder copyData) {
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof Frame frame) {
                String text = describe(frame);
                if (frame.type() == Frame.COPY_DATA) {
                    copyData.append(text);
                } else {
                    if (copyData.length() > 0) {
                        seen.add("copy " + copyData);
                        copyData.setLength(0);
                    }
                    seen.add((char) frame.type() + " " + text);
                }
                frame.release();
            } else {
                seen.add(message.toString());
            }
        }
    }

    private static String describe(Frame frame) {
        String dump = frame.body().readableBytes() > 5000
                ? frame.body().readableBytes() + " bytes, hash " + ByteBufUtil.hashCode(frame.body())
                : ByteBufUtil.hexDump(frame.body());
        String decoded;
        try {
            FrontendMessage message = MessageDecoder.decode(frame);
            decoded = message.getClass().getSimpleName();
        } catch (OmenException e) {
            decoded = e.sqlState() + e.text();
        }
        return frame.type() == Frame.COPY_DATA ? dump : dump + " " + decoded;
    }

    private static List<Integer> randomCuts(int length, long seed) {
        Random random = new Random(seed);
        List<Integer> pieces = new ArrayList<>();
        for (int left = length; left > 0; ) {
            int piece = Math.min(left, 1 + random.nextInt(Math.max(1, random.nextInt(4) == 0 ? left : 64)));
            pieces.add(piece);
            left -= piece;
        }
        return pieces;
    }

    private static List<Integer> ones(int length) {
        // byte by byte is quadratic in the cumulator for the long messages; they are covered by the random cuts
        if (length > 20_000) {
            return randomCuts(length, length);
        }
        Integer[] pieces = new Integer[length];
        Arrays.fill(pieces, 1);
        return Arrays.asList(pieces);
    }
}
