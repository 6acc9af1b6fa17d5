package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.sql.ast.AstWalker;
import omendb.sql.ast.Expr;
import omendb.sql.bind.Binder;
import omendb.sql.explain.StoredText;
import omendb.sql.parse.Deparser;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;

/// Expressions over a table's columns as the catalog keeps them: text in PostgreSQL's form, with column names in it.
final class StoredSql {
    private StoredSql() {}

    /// The text of a bound expression, if it means the same when it is read again; else the text as written.
    static String text(Binder binder, TableDef table, Expr written, Scalar bound, Binder.RowExpression what) {
        String text = StoredText.of(bound);
        try {
            Scalar again = binder.overRow(table, SqlParser.parseExpression(text), binder.row(table), what);
            if (StoredText.of(again).equals(text)) {
                return text;
            }
        } catch (RuntimeException _) {
            // a form that the grammar does not take back
        }
        return Deparser.expression(written);
    }

    /// Attnums of the table's columns in a bound expression.
    static Set<Integer> attnums(Scalar bound) {
        Set<Integer> attnums = new TreeSet<>();
        for (Field field : Scalars.fields(bound)) {
            if (field.columnNumber() > 0) {
                attnums.add(field.columnNumber());
            }
        }
        return attnums;
    }

    /// Attnums of the table's columns in a stored expression.
    static Set<Integer> attnums(TableDef table, String sql) {
        Set<Integer> attnums = new TreeSet<>();
        AstWalker.forEach(SqlParser.parseExpression(sql), Expr.ColumnRef.class, reference -> {
            ColumnDef column = table.column(reference.name());
            if (column != null) {
                attnums.add(column.attnum());
            }
        });
        return attnums;
    }

    /// The expression with a column under its new name.
    static String renamed(String sql, String column, String newName) {
        List<Expr.ColumnRef> references = new ArrayList<>();
        AstWalker.forEach(SqlParser.parseExpression(sql), Expr.ColumnRef.class, reference -> {
            if (reference.name().equals(column)) {
                references.add(reference);
            }
        });
        references.sort(Comparator.comparingInt(Expr.ColumnRef::position).reversed());
        StringBuilder text = new StringBuilder(sql);
        String old = Deparser.identifier(column);
        for (Expr.ColumnRef reference : references) {
            int at = text.offsetByCodePoints(0, reference.position() - 1);
            for (String qualifier :
                    reference.names().subList(0, reference.names().size() - 1)) {
                at += Deparser.identifier(qualifier).length() + 1;
            }
            if (text.indexOf(old, at) == at) {
                text.replace(at, at + old.length(), Deparser.identifier(newName));
            }
        }
        return text.toString();
    }

    /// Names of sequences and other relations in a default: the texts that are cast to regclass.
    static List<String> regclassNames(String sql) {
        List<String> names = new ArrayList<>();
        AstWalker.forEach(SqlParser.parseExpression(sql), Expr.Cast.class, cast -> {
            if (cast.operand() instanceof Expr.Literal literal
                    && cast.type().name().equals("regclass")) {
                names.add(literal.value());
            }
        });
        return names;
    }
}
