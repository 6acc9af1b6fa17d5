package omendb.engine.table;

import omendb.ann.ElementType;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.BitString;
import omendb.engine.type.SparseVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.vector.VectorColumn;
import org.jspecify.annotations.Nullable;

/// The vectors of an hnsw index that keeps its own.
///
/// An index on a `vector(n)` column is over that column's slots. One on an expression, or on a column of
/// another type, has a [VectorColumn] to itself, `vec/<storage id of the index>.0`, and a tree that says
/// which slot a row has:
///
///     key = row id ([RowKey])    value = slot (8, little-endian); no entry: NULL, or not in a partial index
///
/// An entry has versions as a row has: what a snapshot sees of the tree is which of the slots its rows have.
/// The slots are logged, recovered, vacuumed and checked as those of a table's column are, under the index's
/// storage id and attnum [#ATTNUM].
///
/// Threading: immutable.
public final class IndexSlots {
    /// In place of a column's number, which is never 0.
    public static final int ATTNUM = 0;

    private final IndexDef index;
    private final VectorColumn column;

    IndexSlots(IndexDef index, VectorColumn column) {
        this.index = index;
        this.column = column;
    }

    /// Whether an index is one that keeps its own vectors.
    public static boolean has(IndexDef index, TableDef table) {
        if (!index.isVector()) {
            return false;
        }
        int attnum = index.keys().getFirst().attnum();
        return attnum == 0 || !RowLayout.isSlot(table.column(attnum));
    }

    IndexDef index() {
        return index;
    }

    VectorColumn column() {
        return column;
    }

    /// The type of an index's key.
    public static SqlType type(IndexDef index, TableDef table) {
        IndexDef.Key key = index.keys().getFirst();
        SqlType computed = key.type();
        return computed != null ? computed : table.column(key.attnum()).type();
    }

    /// Dimensions of an index's key; negative if its type has none.
    public static int dimensions(IndexDef index, TableDef table) {
        IndexDef.Key key = index.keys().getFirst();
        return key.type() != null ? key.typmod() : table.column(key.attnum()).typmod();
    }

    /// What vectors of a type consist of; null if its values are none.
    public static @Nullable ElementType element(SqlType type) {
        if (type == Types.VECTOR) {
            return ElementType.FLOAT32;
        }
        if (type == Types.HALFVEC) {
            return ElementType.FLOAT16;
        }
        if (type == Types.BIT) {
            return ElementType.BIT;
        }
        return type == Types.SPARSEVEC ? ElementType.SPARSE : null;
    }

    /// Address of the vector in a value, as it lies in a slot.
    static long vector(ElementType element, long value) {
        return element == ElementType.BIT ? BitString.data(value) : value;
    }

    /// @throws UserException 54000 for a sparse vector with more elements than an index takes
    static void check(ElementType element, long vector) {
        if (element == ElementType.SPARSE && SparseVector.nonZero(vector) > ElementType.MOST_NON_ZERO) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "sparsevec cannot have more than " + ElementType.MOST_NON_ZERO
                            + " non-zero elements for hnsw index");
        }
    }
}
