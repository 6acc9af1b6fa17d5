package omendb.engine.table;

import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.type.Batch;
import omendb.engine.type.BytesWriter;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.KeyEncoding;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// A row as one btree index sees it: whether it belongs there, and its key values.
///
/// Reused: [#set] points it at a row. Threading: one thread at a time. Close it: expressions hold memory.
final class IndexRow implements AutoCloseable {
    private final IndexKeys keys;
    private final @Nullable IndexExpressions expressions;
    private final @Nullable Batch row;
    private final int[] attnums;
    private @Nullable RowSource source;

    IndexRow(IndexKeys keys) {
        this.keys = keys;
        IndexDef index = keys.index();
        boolean computed = index.isPartial() || index.hasExpressions();
        this.expressions = computed ? IndexExpressionCompiler.installed().compile(keys.table(), index) : null;
        this.attnums = expressions == null ? new int[0] : expressions.attnums();
        this.row = computed
                ? Batch.allocate(
                        keys.table().columns().stream().map(ColumnDef::type).toList())
                : null;
    }

    /// Looks at a row; false = it does not belong to the index.
    boolean set(RowSource looked) {
        source = looked;
        if (expressions == null || row == null) {
            return true;
        }
        row.reset();
        for (int attnum : attnums) {
            ColumnVector column = row.column(attnum - 1);
            if (looked.isNull(attnum)) {
                column.setNull(0);
            } else if (column.type().kind() == SqlType.Kind.BYTES) {
                column.setReference(0, looked.lane(attnum), looked.length(attnum));
            } else {
                column.setLong(0, looked.lane(attnum));
            }
        }
        row.setRowCount(1);
        expressions.compute(row);
        return expressions.holds();
    }

    private RowSource source() {
        RowSource known = source;
        if (known == null) {
            throw new IllegalStateException("no row");
        }
        return known;
    }

    private ColumnVector computed(int key) {
        if (expressions == null) {
            throw new IllegalStateException("no expressions");
        }
        return expressions.key(key);
    }

    boolean isNull(int key) {
        int attnum = keys.attnum(key);
        return attnum > 0 ? source().isNull(attnum) : computed(key).isNull(0);
    }

    /// As [RowView#lane].
    long lane(int key) {
        int attnum = keys.attnum(key);
        return attnum > 0 ? source().lane(attnum) : computed(key).getLong(0);
    }

    int length(int key) {
        int attnum = keys.attnum(key);
        if (attnum > 0) {
            return source().length(attnum);
        }
        return keys.type(key).kind() == SqlType.Kind.BYTES ? computed(key).length(0) : 0;
    }

    /// Appends the entry's key; true if the entry is unique by its columns (value = row id).
    boolean encode(long rowId, BytesWriter out) {
        boolean hasNull = false;
        for (int i = 0; i < keys.columnCount(); i++) {
            IndexDef.Key key = keys.index().keys().get(i);
            if (isNull(i)) {
                hasNull = true;
                KeyEncoding.encodeNull(key.nullsFirst(), out);
            } else {
                KeyEncoding.encodeLane(keys.type(i), lane(i), length(i), key.descending(), out);
            }
        }
        boolean unique = keys.isUniqueEntry(hasNull);
        if (!unique) {
            out.writeLong(rowId);
        }
        return unique;
    }

    /// Whether anything that the index depends on gets a new value.
    boolean isTouched(RowSource changed) {
        for (IndexDef.Key key : keys.index().keys()) {
            if (key.attnum() > 0 && changed.isSet(key.attnum())) {
                return true;
            }
        }
        for (int attnum : attnums) {
            if (changed.isSet(attnum)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        if (expressions != null) {
            expressions.close();
        }
        if (row != null) {
            row.close();
        }
    }
}
