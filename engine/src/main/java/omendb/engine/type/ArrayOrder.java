package omendb.engine.type;

/// Arrays: element by element (NULL is largest), then by count, number of dimensions, lengths and lower bounds.
///
/// Key: per element 0x01 and its key, or 0x02 for NULL; then 0x00, dimensions (1 byte), lengths and bounds (4 bytes
/// each).
final class ArrayOrder implements ValueOrder {
    @Override
    public int compare(long a, int lengthA, long b, int lengthB) {
        ArrayValue x = ArrayValue.read(a);
        ArrayValue y = ArrayValue.read(b);
        ValueOrder order = x.elementType().order();
        int shared = Math.min(x.count(), y.count());
        for (int i = 0; i < shared; i++) {
            int result = x.isNull(i) || y.isNull(i)
                    ? Boolean.compare(x.isNull(i), y.isNull(i))
                    : order.compare(x.lane(i), x.elementLength(i), y.lane(i), y.elementLength(i));
            if (result != 0) {
                return result;
            }
        }
        if (x.count() != y.count()) {
            return Integer.compare(x.count(), y.count());
        }
        return compareShape(x, y);
    }

    private static int compareShape(ArrayValue x, ArrayValue y) {
        if (x.dimensions() != y.dimensions()) {
            return Integer.compare(x.dimensions(), y.dimensions());
        }
        for (int i = 0; i < x.dimensions(); i++) {
            if (x.length(i) != y.length(i)) {
                return Integer.compare(x.length(i), y.length(i));
            }
        }
        for (int i = 0; i < x.dimensions(); i++) {
            if (x.lowerBound(i) != y.lowerBound(i)) {
                return Integer.compare(x.lowerBound(i), y.lowerBound(i));
            }
        }
        return 0;
    }

    @Override
    public long hash(long a, int length) {
        ArrayValue array = ArrayValue.read(a);
        ValueOrder order = array.elementType().order();
        long hash = array.count();
        for (int i = 0; i < array.count(); i++) {
            long element = array.isNull(i) ? 1 : order.hash(array.lane(i), array.elementLength(i));
            hash = Hash.combine(hash, element);
        }
        return hash;
    }

    @Override
    public void encodeKey(long a, int length, BytesWriter out) {
        ArrayValue array = ArrayValue.read(a);
        ValueOrder order = array.elementType().order();
        for (int i = 0; i < array.count(); i++) {
            if (array.isNull(i)) {
                out.writeByte(KeyEncoding.NULL_LAST);
            } else {
                out.writeByte(KeyEncoding.VALUE);
                order.encodeKey(array.lane(i), array.elementLength(i), out);
            }
        }
        out.writeByte(0);
        out.writeByte(array.dimensions());
        for (int i = 0; i < array.dimensions(); i++) {
            out.writeInt(array.length(i));
        }
        for (int i = 0; i < array.dimensions(); i++) {
            out.writeInt(array.lowerBound(i) ^ Integer.MIN_VALUE);
        }
    }
}
