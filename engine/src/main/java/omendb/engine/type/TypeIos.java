package omendb.engine.type;

import omendb.engine.type.SqlType.Definition;
import org.jspecify.annotations.Nullable;

/// Which input/output and order belongs to which type.
final class TypeIos {
    private TypeIos() {}

    static TypeIo of(Definition definition) {
        return new TypeIo() {
            @Override
            public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
                throw new UnsupportedOperationException(definition.toString());
            }

            @Override
            public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
                throw new UnsupportedOperationException(definition.toString());
            }

            @Override
            public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
                throw new UnsupportedOperationException(definition.toString());
            }

            @Override
            public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
                throw new UnsupportedOperationException(definition.toString());
            }
        };
    }

    static @Nullable ValueOrder orderOf(Definition definition) {
        return null;
    }
}
