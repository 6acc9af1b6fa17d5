package omendb.pgwire.protocol;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Frontend messages as bytes, written down from the protocol's documentation and not by our own encoder.
public final class ClientBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    public static ClientBytes of() {
        return new ClientBytes();
    }

    public byte[] toByteArray() {
        return bytes.toByteArray();
    }

    public ClientBytes startup(String... parameters) {
        return startup(196_608, parameters);
    }

    public ClientBytes startup(int version, String... parameters) {
        ClientBytes body = of().int32(version);
        for (String parameter : parameters) {
            body.string(parameter);
        }
        body.int8(0);
        return int32(body.bytes.size() + 4).raw(body.toByteArray());
    }

    public ClientBytes sslRequest() {
        return int32(8).int32(80_877_103);
    }

    public ClientBytes cancel(int processId, int secretKey) {
        return int32(16).int32(80_877_102).int32(processId).int32(secretKey);
    }

    public ClientBytes query(String sql) {
        return message('Q', of().string(sql));
    }

    public ClientBytes parse(String name, String sql, int... types) {
        ClientBytes body = of().string(name).string(sql).int16(types.length);
        for (int type : types) {
            body.int32(type);
        }
        return message('P', body);
    }

    public ClientBytes bind(String portal, String statement, String... values) {
        ClientBytes body = of().string(portal).string(statement).int16(0).int16(values.length);
        for (String value : values) {
            byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
            body.int32(encoded.length).raw(encoded);
        }
        return message('B', body.int16(0));
    }

    public ClientBytes bindBinary(String portal, String statement, byte[] value) {
        return message(
                'B',
                of().string(portal)
                        .string(statement)
                        .int16(1)
                        .int16(1)
                        .int16(1)
                        .int32(value.length)
                        .raw(value)
                        .int16(1)
                        .int16(1));
    }

    public ClientBytes describe(char kind, String name) {
        return message('D', of().int8(kind).string(name));
    }

    public ClientBytes execute(String portal, int maxRows) {
        return message('E', of().string(portal).int32(maxRows));
    }

    public ClientBytes close(char kind, String name) {
        return message('C', of().int8(kind).string(name));
    }

    public ClientBytes sync() {
        return message('S', of());
    }

    public ClientBytes flush() {
        return message('H', of());
    }

    public ClientBytes terminate() {
        return message('X', of());
    }

    public ClientBytes copyData(byte[] data) {
        return message('d', of().raw(data));
    }

    public ClientBytes copyDone() {
        return message('c', of());
    }

    public ClientBytes copyFail(String reason) {
        return message('f', of().string(reason));
    }

    public ClientBytes password(byte[] data) {
        return message('p', of().raw(data));
    }

    public ClientBytes message(char type, ClientBytes body) {
        return int8(type).int32(body.bytes.size() + 4).raw(body.toByteArray());
    }

    public ClientBytes all(List<byte[]> parts) {
        parts.forEach(this::raw);
        return this;
    }

    public ClientBytes string(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8)).int8(0);
    }

    public ClientBytes int8(int value) {
        return write(() -> out.writeByte(value));
    }

    public ClientBytes int16(int value) {
        return write(() -> out.writeShort(value));
    }

    public ClientBytes int32(int value) {
        return write(() -> out.writeInt(value));
    }

    public ClientBytes raw(byte[] value) {
        return write(() -> out.write(value));
    }

    private interface Write {
        void run() throws IOException;
    }

    private ClientBytes write(Write write) {
        try {
            write.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
