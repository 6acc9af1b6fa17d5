package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// record: field by field, NULLs equal and last. Key: per field flag and key as [KeyEncoding], then 0x00.
final class RecordOrder implements ValueOrder {
    @Override
    public int compare(long a, int lengthA, long b, int lengthB) {
        int countA = RecordValue.fieldCount(a);
        int countB = RecordValue.fieldCount(b);
        for (int i = 0; i < Math.min(countA, countB); i++) {
            int order = compareField(a, b, i);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(countA, countB);
    }

    private static int compareField(long a, long b, int field) {
        SqlType type = RecordValue.fieldType(a, field);
        SqlType other = RecordValue.fieldType(b, field);
        if (type != other) {
            throw new UserException(
                    SqlState.DATATYPE_MISMATCH,
                    "cannot compare dissimilar column types " + type.format(-1) + " and " + other.format(-1)
                            + " at record column " + (field + 1));
        }
        int lengthA = RecordValue.fieldLength(a, field);
        int lengthB = RecordValue.fieldLength(b, field);
        if (lengthA < 0 || lengthB < 0) {
            return Boolean.compare(lengthA < 0, lengthB < 0);
        }
        return type.order().compare(lane(type, a, field), lengthA, lane(type, b, field), lengthB);
    }

    private static long lane(SqlType type, long record, int field) {
        long address = RecordValue.fieldAddress(record, field);
        return type.kind() == SqlType.Kind.BYTES ? address : NativeMemory.getLong(address);
    }

    @Override
    public long hash(long a, int length) {
        long hash = 0;
        for (int i = 0; i < RecordValue.fieldCount(a); i++) {
            SqlType type = RecordValue.fieldType(a, i);
            int fieldLength = RecordValue.fieldLength(a, i);
            long field = fieldLength < 0 ? 1 : type.order().hash(lane(type, a, i), fieldLength);
            hash = Hash.combine(hash, field);
        }
        return hash;
    }

    @Override
    public void encodeKey(long a, int length, BytesWriter out) {
        for (int i = 0; i < RecordValue.fieldCount(a); i++) {
            SqlType type = RecordValue.fieldType(a, i);
            int fieldLength = RecordValue.fieldLength(a, i);
            if (fieldLength < 0) {
                out.writeByte(KeyEncoding.NULL_LAST);
            } else {
                KeyEncoding.encodeLane(type, lane(type, a, i), fieldLength, false, out);
            }
        }
        out.writeByte(0);
    }
}
