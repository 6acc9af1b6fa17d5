package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// tsvector: `'cat':3 'fat':2,4A`; binary: int32 number of lexemes, for each the lexeme with a zero byte, int16 number
/// of
/// positions, and these.
final class TsVectorIo implements TypeIo {
    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TextBytes.validate(address, length);
        TsLexemeReader reader = new TsLexemeReader(TextBytes.toString(address, length), TsLexemeReader.Form.VECTOR);
        TsVectorBuilder builder = new TsVectorBuilder();
        while (reader.next()) {
            byte[] lexeme = reader.lexeme().getBytes(StandardCharsets.UTF_8);
            if (lexeme.length > TsVector.MAX_LEXEME_BYTES) {
                throw new UserException(
                        SqlState.PROGRAM_LIMIT_EXCEEDED,
                        "word is too long (" + lexeme.length + " bytes, max " + TsVector.MAX_LEXEME_BYTES + " bytes)");
            }
            builder.add(lexeme);
            reader.positions().forEach(position -> builder.add(lexeme, position));
        }
        builder.write(out, row);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long vector = in.address(row);
        for (int i = 0; i < TsVector.count(vector); i++) {
            if (i > 0) {
                out.writeByte(' ');
            }
            printQuoted(TsVector.lexemeAddress(vector, i), TsVector.lexemeLength(vector, i), out);
            for (int j = 0; j < TsVector.positionCount(vector, i); j++) {
                int stored = TsVector.stored(vector, i, j);
                out.writeByte(j == 0 ? ':' : ',');
                IntegerIo.printLong(TsVector.position(stored), out);
                if (TsVector.weight(stored) > 0) {
                    out.writeByte("DCBA".charAt(TsVector.weight(stored)));
                }
            }
        }
    }

    static void printQuoted(long address, int length, BytesWriter out) {
        out.writeByte('\'');
        for (int i = 0; i < length; i++) {
            byte c = NativeMemory.getByte(address + i);
            if (c == '\'' || c == '\\') {
                out.writeByte(c);
            }
            out.writeByte(c);
        }
        out.writeByte('\'');
    }

    private static InternalException invalid(String message) {
        return new InternalException(SqlState.INTERNAL_ERROR, message);
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        MessageReader in = new MessageReader(address, length);
        int count = in.readInt();
        if (count < 0) {
            throw invalid("invalid size of tsvector");
        }
        TsVectorBuilder builder = new TsVectorBuilder();
        for (int i = 0; i < count; i++) {
            byte[] lexeme = in.readZeroTerminated();
            int positions = in.readShort() & 0xffff;
            if (lexeme.length > TsVector.MAX_LEXEME_BYTES) {
                throw invalid("invalid tsvector: lexeme too long");
            }
            if (positions > TsVector.MAX_POSITIONS) {
                throw invalid("unexpected number of tsvector positions");
            }
            builder.add(lexeme);
            int before = 0;
            for (int j = 0; j < positions; j++) {
                int stored = in.readShort() & 0xffff;
                if (TsVector.position(stored) <= before && j > 0) {
                    throw invalid("position information is misordered");
                }
                before = TsVector.position(stored);
                builder.add(lexeme, stored);
            }
        }
        in.requireEnd();
        builder.write(out, row);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long vector = in.address(row);
        out.writeInt(TsVector.count(vector));
        for (int i = 0; i < TsVector.count(vector); i++) {
            out.writeBytes(TsVector.lexemeAddress(vector, i), TsVector.lexemeLength(vector, i));
            out.writeByte(0);
            int positions = TsVector.positionCount(vector, i);
            out.writeShort(positions);
            for (int j = 0; j < positions; j++) {
                out.writeShort(TsVector.stored(vector, i, j));
            }
        }
    }
}
