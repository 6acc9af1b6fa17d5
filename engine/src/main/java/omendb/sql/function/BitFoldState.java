package omendb.sql.function;

import omendb.engine.type.BitString;
import omendb.engine.type.ColumnVector;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// bit_and, bit_or and bit_xor of bit strings of one length.
final class BitFoldState extends GroupedState<BitFoldState.Value> {
    /// The folded bytes; null before the first row.
    static final class Value {
        private int bits;
        private byte @Nullable [] bytes;
    }

    private final String name;
    private final BitFunctions.ByteOperator operator;

    BitFoldState(String name, BitFunctions.ByteOperator operator) {
        this.name = name;
        this.operator = operator;
    }

    @Override
    Value empty() {
        return new Value();
    }

    private void add(Value group, int bits, byte[] bytes) {
        byte[] folded = group.bytes;
        if (folded == null) {
            group.bits = bits;
            group.bytes = bytes;
            return;
        }
        BitFunctions.checkSameSize(name, group.bits, bits);
        for (int i = 0; i < folded.length; i++) {
            folded[i] = (byte) operator.apply(folded[i], bytes[i]);
        }
    }

    @Override
    void add(Value group, ColumnVector[] args, int row) {
        int bits = BitString.length(args[0].address(row));
        byte[] bytes = new byte[BitString.bytes(bits)];
        NativeMemory.copy(BitString.data(args[0].address(row)), bytes, 0, bytes.length);
        add(group, bits, bytes);
    }

    @Override
    void write(Value group, ColumnVector out, int row) {
        byte[] bytes = group.bytes;
        if (bytes == null) {
            out.setNull(row);
            return;
        }
        long target = BitString.allocate(out, row, group.bits);
        NativeMemory.copy(bytes, 0, BitString.data(target), bytes.length);
    }

    @Override
    void combine(Value group, Value other) {
        byte[] bytes = other.bytes;
        if (bytes != null) {
            add(group, other.bits, bytes.clone());
        }
    }
}
