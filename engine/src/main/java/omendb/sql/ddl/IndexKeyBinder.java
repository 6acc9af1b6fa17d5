package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.SqlType;
import omendb.sql.ast.Expr;
import omendb.sql.bind.Binder;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Scalar;

/// Binds the keys and predicate of an index again after its table's columns changed their types.
final class IndexKeyBinder {
    private final Binder binder;
    private final TableDef table;

    IndexKeyBinder(Binder binder, TableDef table) {
        this.binder = binder;
        this.table = table;
    }

    /// @throws omendb.engine.error.UserException 42704 or 42804 if a type does not suit the index any more
    IndexDef rebound(IndexDef index) {
        List<IndexDef.Key> keys = new ArrayList<>();
        for (IndexDef.Key key : index.keys()) {
            keys.add(rebound(index, key));
        }
        String predicate =
                index.predicateSql() == null ? null : text(index.predicateSql(), Binder.RowExpression.INDEX_PREDICATE);
        return index.withKeys(keys, predicate);
    }

    private IndexDef.Key rebound(IndexDef index, IndexDef.Key key) {
        if (key.attnum() > 0) {
            ColumnDef column = table.column(key.attnum());
            IndexCreator.checkClass(index.method(), key.operatorClass(), column.type(), column.typmod());
            return key;
        }
        String sql = Objects.requireNonNull(key.expressionSql());
        Expr written = SqlParser.parseExpression(sql);
        Scalar bound = binder.overRow(table, written, binder.row(table), Binder.RowExpression.INDEX_KEY);
        SqlType type = bound.type();
        IndexCreator.checkClass(index.method(), key.operatorClass(), type, bound.typmod());
        return new IndexDef.Key(
                0,
                StoredSql.text(binder, table, written, bound, Binder.RowExpression.INDEX_KEY),
                key.operatorClass(),
                key.descending(),
                key.nullsFirst(),
                type,
                bound.typmod());
    }

    private String text(String sql, Binder.RowExpression what) {
        Expr written = SqlParser.parseExpression(sql);
        Scalar bound = binder.overRow(table, written, binder.row(table), what);
        return StoredSql.text(binder, table, written, bound, what);
    }
}
