package omendb.engine.type;

import java.nio.charset.StandardCharsets;

/// Text and binary input and output of one type, byte for byte as PostgreSQL's.
///
/// Input takes the bytes where they lie (network buffer, COPY line) and puts the value into a row of a vector; BYTES
/// values
/// are copied into the vector's arena. Input applies `typmod` as PostgreSQL's input functions do (`varchar(3)` refuses
/// four
/// characters); -1 = none. Errors are [omendb.engine.error.UserException]s with PostgreSQL's SQLSTATE and wording.
/// Output never sees NULL. Threading: stateless.
public interface TypeIo {
    /// Reads `length` bytes of UTF-8 text at `address`.
    void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row);

    /// Appends the text form (UTF-8, no terminator).
    void print(TypeContext context, ColumnVector in, int row, BytesWriter out);

    /// Reads the binary form.
    void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row);

    /// Appends the binary form (without length word).
    void send(TypeContext context, ColumnVector in, int row, BytesWriter out);

    /// [#parse] of a string.
    default void parse(TypeContext context, String text, int typmod, ColumnVector out, int row) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        parse(context, out.arena().copy(bytes, 0, bytes.length), bytes.length, typmod, out, row);
    }

    /// [#print] into a string.
    default String toText(TypeContext context, ColumnVector in, int row) {
        try (NativeBytesWriter writer = new NativeBytesWriter()) {
            print(context, in, row, writer);
            return new String(writer.toByteArray(), StandardCharsets.UTF_8);
        }
    }
}
