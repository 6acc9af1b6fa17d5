package omendb.engine.table;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.BytesWriter;
import omendb.engine.type.KeyEncoding;
import omendb.engine.type.SqlType;

/// Keys of a btree index. Entry in the index's tree:
///
///     unique, no NULL in the key (or NULLS NOT DISTINCT)   key = columns              value = row id (8,
///     little-endian)
///     otherwise                                            key = columns, row id (8, big-endian)     value = empty
///
/// where columns is [KeyEncoding] of each key column in turn.
final class IndexKeys {
    private final IndexDef index;
    private final List<SqlType> types = new ArrayList<>();

    IndexKeys(TableDef table, IndexDef index) {
        this.index = index;
        for (IndexDef.Key key : index.keys()) {
            if (key.attnum() == 0) {
                throw new IllegalArgumentException("index " + index.name() + " has an expression");
            }
            types.add(table.column(key.attnum()).type());
        }
    }

    IndexDef index() {
        return index;
    }

    long treeId() {
        return index.storageId();
    }

    SqlType type(int column) {
        return types.get(column);
    }

    int columnCount() {
        return types.size();
    }

    /// Appends the entry's key for a row; true if the entry is unique by its columns (value = row id).
    boolean encode(RowSource source, long rowId, BytesWriter out) {
        boolean hasNull = false;
        for (int i = 0; i < types.size(); i++) {
            IndexDef.Key key = index.keys().get(i);
            if (source.isNull(key.attnum())) {
                hasNull = true;
                KeyEncoding.encodeNull(key.nullsFirst(), out);
            } else {
                KeyEncoding.encodeLane(
                        types.get(i), source.lane(key.attnum()), source.length(key.attnum()), key.descending(), out);
            }
        }
        boolean unique = isUniqueEntry(hasNull);
        if (!unique) {
            out.writeLong(rowId);
        }
        return unique;
    }

    /// Whether an entry is unique by its columns: the value is the row id then.
    boolean isUniqueEntry(boolean hasNull) {
        return index.unique() && index.immediate() && !(hasNull && index.nullsDistinct());
    }

    /// Whether any key column gets a new value.
    boolean isTouched(RowSource source) {
        for (IndexDef.Key key : index.keys()) {
            if (source.isSet(key.attnum())) {
                return true;
            }
        }
        return false;
    }
}
