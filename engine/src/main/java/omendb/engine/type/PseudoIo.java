package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Pseudo types: void prints as the empty string, the others have no values.
final class PseudoIo implements TypeIo {
    private final String name;

    PseudoIo(String name) {
        this.name = name;
    }

    private UserException noInput() {
        return new UserException(SqlState.FEATURE_NOT_SUPPORTED, "cannot accept a value of type " + name);
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (!name.equals("void")) {
            throw noInput();
        }
        out.setReference(row, address, 0);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        if (!name.equals("void")) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "cannot display a value of type " + name);
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        parse(context, address, length, typmod, out, row);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        print(context, in, row, out);
    }
}
