package omendb.engine.table;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.SqlType;

/// Keys of a btree index. Entry in the index's tree:
///
///     unique, no NULL in the key (or NULLS NOT DISTINCT)   key = columns              value = row id (8,
///     little-endian)
///     otherwise                                            key = columns, row id (8, big-endian)     value = empty
///
/// where columns is [KeyEncoding] of each key column in turn.
final class IndexKeys {
    private final TableDef table;
    private final IndexDef index;
    private final List<SqlType> types = new ArrayList<>();

    IndexKeys(TableDef table, IndexDef index) {
        this.table = table;
        this.index = index;
        for (IndexDef.Key key : index.keys()) {
            SqlType computed = key.type();
            types.add(computed != null ? computed : table.column(key.attnum()).type());
        }
    }

    IndexDef index() {
        return index;
    }

    TableDef table() {
        return table;
    }

    /// The column that a key is, 0 = an expression.
    int attnum(int key) {
        return index.keys().get(key).attnum();
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

    /// Whether an entry is unique by its columns: the value is the row id then.
    boolean isUniqueEntry(boolean hasNull) {
        return index.unique() && index.immediate() && !(hasNull && index.nullsDistinct());
    }
}
