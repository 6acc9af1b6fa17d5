package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// Rows of a result that outlive the statement that made them: the rest of a suspended portal, a cursor, a
/// cached answer.
public final class HeldRows implements AutoCloseable {
    private MaterializedRows rows;
    private final Batch out;
    private final ColumnVector[] columns;
    private int next;

    public HeldRows(List<SqlType> types) {
        this(types, types.size());
    }

    /// @param shown columns that [#next] hands out; those behind are kept for [#number]
    public HeldRows(List<SqlType> types, int shown) {
        this.rows = new MaterializedRows(types);
        this.out = Batch.allocate(types.subList(0, shown));
        this.columns = new ColumnVector[shown];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = out.column(i);
        }
    }

    /// Keeps copies of a batch's rows from `first` on.
    public void keep(Batch batch, int first) {
        List<ColumnVector> source = new ArrayList<>();
        for (int i = 0; i < rows.types().size(); i++) {
            source.add(batch.column(i));
        }
        ColumnVector[] vectors = source.toArray(ColumnVector[]::new);
        for (int row = first; row < batch.rowCount(); row++) {
            rows.append(vectors, row);
        }
    }

    /// Adds a row of texts; null = NULL. All columns must be of text types.
    public void add(List<@Nullable String> texts) {
        out.reset();
        for (int i = 0; i < columns.length; i++) {
            String text = texts.get(i);
            if (text == null) {
                columns[i].setNull(0);
            } else {
                columns[i].setString(0, text);
            }
        }
        rows.append(columns, 0);
    }

    /// The next rows, at most `limit`; null = no more.
    public @Nullable Batch next(long limit) {
        int count = (int) Math.min(Math.min(limit, Batch.CAPACITY), rows.count() - next);
        if (count <= 0) {
            return null;
        }
        out.reset();
        for (int i = 0; i < count; i++) {
            rows.copyTo(next + i, columns, 0, columns.length, i);
        }
        out.setRowCount(count);
        next += count;
        return out;
    }

    /// An integer of a row, numbered from 0; -1 for NULL.
    public long number(int row, int column) {
        ColumnVector vector = rows.column(column, row);
        int at = MaterializedRows.rowIn(row);
        return vector.isNull(at) ? -1 : vector.getLong(at);
    }

    public int count() {
        return rows.count();
    }

    /// Number of the row that [#next] hands out first.
    public int position() {
        return next;
    }

    public void moveTo(int position) {
        next = Math.clamp(position, 0, rows.count());
    }

    /// Forgets the first rows; those behind are numbered from 0 again.
    public void dropFirst(int dropped) {
        MaterializedRows left = new MaterializedRows(rows.types());
        ColumnVector[] row = new ColumnVector[rows.types().size()];
        for (int i = dropped; i < rows.count(); i++) {
            for (int column = 0; column < row.length; column++) {
                row[column] = rows.column(column, i);
            }
            left.append(row, MaterializedRows.rowIn(i));
        }
        rows.close();
        rows = left;
        next = Math.max(0, next - dropped);
    }

    @Override
    public void close() {
        rows.close();
        out.close();
    }
}
