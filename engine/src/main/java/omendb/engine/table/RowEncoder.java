package omendb.engine.table;

import omendb.memory.NativeMemory;

/// Writes rows in the format of [RowLayout].
final class RowEncoder {
    private RowEncoder() {}

    /// Bytes of the encoded row.
    static int size(RowLayout layout, RowSource source) {
        long bytes = layout.dataPosition();
        for (int attnum = 1; attnum <= layout.columnCount(); attnum++) {
            if (layout.storage(attnum) == RowLayout.Storage.VARIABLE && !source.isNull(attnum)) {
                bytes += source.length(attnum);
            }
        }
        return Math.toIntExact(bytes);
    }

    /// Encodes to `target`, which has [#size] bytes.
    ///
    /// @param slots slot of each `vector(n)` column that is not NULL, by attnum
    static void write(RowLayout layout, RowSource source, long[] slots, long target) {
        int dataPosition = layout.dataPosition();
        NativeMemory.fill(target, dataPosition, (byte) 0);
        NativeMemory.putShort(target, (short) layout.columnCount());
        int variableEnd = 0;
        for (int attnum = 1; attnum <= layout.columnCount(); attnum++) {
            int position = layout.position(attnum);
            boolean isNull = source.isNull(attnum);
            if (isNull) {
                setNull(target, attnum);
            }
            switch (layout.storage(attnum)) {
                case FIXED -> {
                    if (!isNull) {
                        layout.type(attnum).writeLane(target + position, source.lane(attnum));
                    }
                }
                case SLOT -> NativeMemory.putLong(target + position, isNull ? 0 : slots[attnum]);
                case VARIABLE -> {
                    if (!isNull) {
                        int length = source.length(attnum);
                        NativeMemory.copy(source.lane(attnum), target + dataPosition + variableEnd, length);
                        variableEnd += length;
                    }
                    NativeMemory.putInt(
                            target + layout.offsetsPosition() + (long) Integer.BYTES * position, variableEnd);
                }
            }
        }
    }

    private static void setNull(long row, int attnum) {
        long address = row + RowLayout.HEADER_BYTES + ((attnum - 1) >>> 3);
        NativeMemory.putByte(address, (byte) (NativeMemory.getByte(address) | 1 << ((attnum - 1) & 7)));
    }
}
