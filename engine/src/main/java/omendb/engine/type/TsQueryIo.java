package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.type.TsQuery.And;
import omendb.engine.type.TsQuery.Empty;
import omendb.engine.type.TsQuery.Not;
import omendb.engine.type.TsQuery.Operand;
import omendb.engine.type.TsQuery.Or;
import omendb.engine.type.TsQuery.Phrase;
import omendb.engine.type.TsQuery.Stop;

/// tsquery: `'fat' & !'cat':*A`. Binary, and as it is stored, big-endian:
///
///     4        number of nodes, 0 = the empty query
///     a node   1 type = 1, 1 weights, 1 prefix, the lexeme, 1 zero
///     or       1 type = 2, 1 operator (1 not, 2 and, 3 or, 4 phrase), for a phrase 2 distance;
///              the right or only operand, then the left one
final class TsQueryIo implements TypeIo {
    static final int NOT = 1;
    static final int AND = 2;
    static final int OR = 3;
    static final int PHRASE = 4;

    private static final int VALUE = 1;
    private static final int OPERATOR = 2;
    private static final int MAX_DEPTH = 6_400;

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TextBytes.validate(address, length);
        TsQueryParser.parse(TextBytes.toString(address, length)).write(out, row);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        print(TsQuery.read(in, row), out);
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        decode(address, length);
        out.setReference(row, out.arena().copy(address, length), length);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeBytes(in.address(row), in.length(row));
    }

    // ---- text ----

    private static int priority(TsQuery query) {
        return switch (query) {
            case Or _ -> 1;
            case And _ -> 2;
            case Phrase _ -> 3;
            default -> 4;
        };
    }

    static void print(TsQuery query, BytesWriter out) {
        print(query, 0, false, out);
    }

    private static void print(TsQuery query, int outer, boolean rightOfPhrase, BytesWriter out) {
        int priority = priority(query);
        boolean parentheses = priority < outer || (query instanceof Phrase && rightOfPhrase);
        if (parentheses) {
            out.writeAscii("( ");
        }
        switch (query) {
            case Operand operand -> printOperand(operand, out);
            case Not(var operand) -> {
                out.writeByte('!');
                print(operand, priority, false, out);
            }
            case And(var left, var right) -> {
                print(left, priority, false, out);
                out.writeAscii(" & ");
                print(right, priority, false, out);
            }
            case Or(var left, var right) -> {
                print(left, priority, false, out);
                out.writeAscii(" | ");
                print(right, priority, false, out);
            }
            case Phrase(var left, var right, var distance) -> {
                print(left, priority, false, out);
                out.writeAscii(distance == 1 ? " <-> " : " <" + distance + "> ");
                print(right, priority, true, out);
            }
            case Empty(), Stop() -> {}
        }
        if (parentheses) {
            out.writeAscii(" )");
        }
    }

    private static void printOperand(Operand operand, BytesWriter out) {
        try (NativeBytesWriter lexeme = new NativeBytesWriter()) {
            lexeme.writeUtf8(operand.lexeme());
            TsVectorIo.printQuoted(lexeme.address(), lexeme.position(), out);
        }
        if (operand.prefix() || operand.weights() != 0) {
            out.writeByte(':');
            if (operand.prefix()) {
                out.writeByte('*');
            }
            for (int weight = 3; weight >= 0; weight--) {
                if ((operand.weights() >> weight & 1) != 0) {
                    out.writeByte("DCBA".charAt(weight));
                }
            }
        }
    }

    // ---- binary ----

    static void encode(TsQuery query, BytesWriter out) {
        out.writeInt(query.nodeCount());
        encodeNode(query, out);
    }

    private static void encodeNode(TsQuery query, BytesWriter out) {
        switch (query) {
            case Operand(var lexeme, var weights, var prefix) -> {
                out.writeByte(VALUE);
                out.writeByte(weights);
                out.writeByte(prefix ? 1 : 0);
                out.writeUtf8(lexeme);
                out.writeByte(0);
            }
            case Not(var operand) -> {
                startOperator(NOT, out);
                encodeNode(operand, out);
            }
            case And(var left, var right) -> {
                startOperator(AND, out);
                encodeNode(right, out);
                encodeNode(left, out);
            }
            case Or(var left, var right) -> {
                startOperator(OR, out);
                encodeNode(right, out);
                encodeNode(left, out);
            }
            case Phrase(var left, var right, var distance) -> {
                startOperator(PHRASE, out);
                out.writeShort(distance);
                encodeNode(right, out);
                encodeNode(left, out);
            }
            case Empty(), Stop() -> {}
        }
    }

    private static void startOperator(int operator, BytesWriter out) {
        out.writeByte(OPERATOR);
        out.writeByte(operator);
    }

    private static InternalException invalid(String message) {
        return new InternalException(SqlState.INTERNAL_ERROR, message);
    }

    static TsQuery decode(long address, int length) {
        MessageReader in = new MessageReader(address, length);
        int size = in.readInt();
        if (size < 0) {
            throw invalid("invalid size of tsquery");
        }
        if (size == 0) {
            in.requireEnd();
            return new Empty();
        }
        TsQuery query = decodeNode(in, 0);
        if (query.nodeCount() != size) {
            throw invalid("malformed tsquery: extra nodes");
        }
        in.requireEnd();
        return query;
    }

    private static TsQuery decodeNode(MessageReader in, int depth) {
        if (depth > MAX_DEPTH) {
            throw TypeErrors.badBinary("tsquery is too deep");
        }
        int type = in.readByte();
        if (type == VALUE) {
            return decodeOperand(in);
        }
        if (type != OPERATOR) {
            throw invalid("unrecognized tsquery node type: " + type);
        }
        int operator = in.readByte();
        if (operator < NOT || operator > PHRASE) {
            throw invalid("invalid tsquery: unrecognized operator type " + operator);
        }
        int distance = operator == PHRASE ? in.readShort() & 0xffff : 0;
        TsQuery right = decodeNode(in, depth + 1);
        if (operator == NOT) {
            return new Not(right);
        }
        TsQuery left = decodeNode(in, depth + 1);
        return switch (operator) {
            case AND -> new And(left, right);
            case OR -> new Or(left, right);
            default -> new Phrase(left, right, distance);
        };
    }

    private static Operand decodeOperand(MessageReader in) {
        int weights = in.readByte();
        int prefix = in.readByte();
        byte[] lexeme = in.readZeroTerminated();
        if (weights > 0xf) {
            throw invalid("invalid tsquery: invalid weight bitmap");
        }
        if (lexeme.length > TsVector.MAX_LEXEME_BYTES) {
            throw invalid("invalid tsquery: operand too long");
        }
        return new Operand(new String(lexeme, StandardCharsets.UTF_8), weights, prefix != 0);
    }
}
