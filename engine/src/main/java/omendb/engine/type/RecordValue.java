package omendb.engine.type;

import omendb.memory.NativeMemory;

/// A row value (record).
///
///     offset size meaning
///     0      4    field count n
///     4      8*n  per field: type oid (4), length in bytes (4; -1 = NULL)
///     ...         the fields' values in order; LONG and DOUBLE fields take their 8-byte lane
///
/// Little-endian. The writer is [#write], called by the ROW() expression.
public final class RecordValue {
    private RecordValue() {}

    /// Makes row `row` of `out` the record of row `row` of `fields`.
    public static void write(ColumnVector[] fields, int row, ColumnVector out) {
        long bytes = 4 + 8L * fields.length;
        for (ColumnVector field : fields) {
            bytes += fieldBytes(field, row) == -1 ? 0 : fieldBytes(field, row);
        }
        long address = out.arena().allocate(bytes);
        NativeMemory.putInt(address, fields.length);
        long at = address + 4 + 8L * fields.length;
        for (int i = 0; i < fields.length; i++) {
            ColumnVector field = fields[i];
            int length = fieldBytes(field, row);
            NativeMemory.putInt(address + 4 + 8L * i, field.type().oid());
            NativeMemory.putInt(address + 8 + 8L * i, length);
            if (length > 0 && field.type().kind() == SqlType.Kind.BYTES) {
                NativeMemory.copy(field.address(row), at, length);
            } else if (length > 0) {
                NativeMemory.putLong(at, field.getLong(row));
            }
            at += Math.max(length, 0);
        }
        out.setReference(row, address, (int) (at - address));
    }

    private static int fieldBytes(ColumnVector field, int row) {
        if (field.isNull(row)) {
            return -1;
        }
        return field.type().kind() == SqlType.Kind.BYTES ? field.length(row) : 8;
    }

    public static int fieldCount(long address) {
        return NativeMemory.getInt(address);
    }

    static SqlType fieldType(long address, int field) {
        SqlType type = Types.byOid(NativeMemory.getInt(address + 4 + 8L * field));
        return type == null ? Types.TEXT : type;
    }

    /// -1 = NULL.
    static int fieldLength(long address, int field) {
        return NativeMemory.getInt(address + 8 + 8L * field);
    }

    static long fieldAddress(long address, int field) {
        long at = address + 4 + 8L * fieldCount(address);
        for (int i = 0; i < field; i++) {
            at += Math.max(fieldLength(address, i), 0);
        }
        return at;
    }

    /// Puts a field into a row of `out`, which gets the field's type.
    public static void readField(long address, int field, ColumnVector out, int row) {
        SqlType type = fieldType(address, field);
        out.retype(type);
        int length = fieldLength(address, field);
        if (length < 0) {
            out.setNull(row);
        } else if (type.kind() == SqlType.Kind.BYTES) {
            out.setReference(row, fieldAddress(address, field), length);
        } else {
            out.setLong(row, NativeMemory.getLong(fieldAddress(address, field)));
        }
    }
}
