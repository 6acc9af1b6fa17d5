package omendb.sql.pgcatalog;

import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.VectorClasses;
import omendb.engine.catalog.ViewDef;
import omendb.sql.ast.Expr;
import omendb.sql.parse.Deparser;
import omendb.sql.parse.SqlParser;
import org.jspecify.annotations.Nullable;

/// DDL texts as PostgreSQL's `pg_get_indexdef` and `pg_get_constraintdef` write them.
public final class Definitions {
    private Definitions() {}

    /// The query of a view, as pg_get_viewdef ends it.
    static String view(ViewDef view) {
        return " " + view.querySql() + ";";
    }

    /// `CREATE INDEX name ON schema.table USING method (keys) WITH (options) WHERE (predicate)`.
    public static String index(Catalog catalog, IndexDef index) {
        TableDef table = catalog.table(index.tableOid());
        StringBuilder text = new StringBuilder("CREATE ");
        text.append(index.unique() ? "UNIQUE INDEX " : "INDEX ");
        text.append(Deparser.identifier(index.name())).append(" ON ");
        String schema = NamespaceViews.name(catalog, index.schemaOid());
        if (schema != null) {
            text.append(Deparser.identifier(schema)).append('.');
        }
        text.append(table == null ? "?" : Deparser.identifier(table.name()));
        text.append(" USING ").append(index.method()).append(" (");
        StringJoiner keys = new StringJoiner(", ");
        index.keys().forEach(key -> keys.add(key(table, index, key)));
        text.append(keys).append(')');
        if (table != null && !index.included().isEmpty()) {
            text.append(" INCLUDE (").append(columns(table, index.included())).append(')');
        }
        if (index.unique() && !index.nullsDistinct()) {
            text.append(" NULLS NOT DISTINCT");
        }
        if (!index.options().isEmpty()) {
            text.append(" WITH (").append(optionList(index.options())).append(')');
        }
        if (index.predicateSql() != null) {
            text.append(" WHERE ").append(parenthesised(index.predicateSql()));
        }
        return text.toString();
    }

    /// Column `column` (from 1) of an index alone, or "" if there is none.
    static String indexColumn(Catalog catalog, IndexDef index, int column) {
        TableDef table = catalog.table(index.tableOid());
        int included = column - index.keys().size();
        if (table != null && included > 0 && included <= index.included().size()) {
            return columns(table, List.of(index.included().get(included - 1)));
        }
        if (column < 1 || column > index.keys().size()) {
            return "";
        }
        return keyName(catalog.table(index.tableOid()), index.keys().get(column - 1));
    }

    private static String key(@Nullable TableDef table, IndexDef index, IndexDef.Key key) {
        StringBuilder text = new StringBuilder(keyName(table, key));
        boolean isDefault =
                index.method().equals(IndexDef.IVFFLAT) && VectorClasses.IVFFLAT_DEFAULT.equals(key.operatorClass());
        if (key.operatorClass() != null && !isDefault) {
            text.append(' ').append(Deparser.identifier(key.operatorClass()));
        }
        if (index.isVector()) {
            return text.toString();
        }
        if (key.descending()) {
            text.append(" DESC");
        }
        if (key.nullsFirst() != key.descending()) {
            text.append(key.nullsFirst() ? " NULLS FIRST" : " NULLS LAST");
        }
        return text.toString();
    }

    private static String keyName(@Nullable TableDef table, IndexDef.Key key) {
        if (key.attnum() > 0) {
            return table == null
                    ? "?"
                    : Deparser.identifier(table.column(key.attnum()).name());
        }
        String sql = key.expressionSql();
        return sql == null ? "" : SqlParser.parseExpression(sql) instanceof Expr.FunctionCall ? sql : "(" + sql + ")";
    }

    private static String optionList(Map<String, String> options) {
        return options.entrySet().stream()
                .map(option -> option.getKey() + "=" + optionValue(option.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String optionValue(String value) {
        return Deparser.identifier(value).equals(value) ? value : Deparser.string(value);
    }

    /// Expressions of an index as pg_index.indexprs shows them, or null without any.
    static @Nullable String indexExpressions(IndexDef index) {
        StringJoiner texts = new StringJoiner(", ");
        boolean any = false;
        for (IndexDef.Key key : index.keys()) {
            if (key.expressionSql() != null) {
                texts.add(key.expressionSql());
                any = true;
            }
        }
        return any ? texts.toString() : null;
    }

    /// `PRIMARY KEY (id)`, `UNIQUE (a, b)`, `CHECK ((x > 0))`, `FOREIGN KEY (a) REFERENCES t(id)`.
    /// The name of the table referred to is qualified if the search path does not lead to it.
    ///
    /// @param pretty CHECK with one pair of parentheses only, as psql asks for it
    static String constraint(
            Catalog catalog, List<String> searchPath, TableDef table, ConstraintDef constraint, boolean pretty) {
        return switch (constraint) {
            case ConstraintDef.Key key -> key(catalog, table, key);
            case ConstraintDef.Check check ->
                "CHECK (" + (pretty ? bare(check.expressionSql()) : parenthesised(check.expressionSql())) + ")"
                        + (check.noInherit() ? " NO INHERIT" : "")
                        + (check.validated() ? "" : " NOT VALID");
            case ConstraintDef.ForeignKey key -> foreignKey(catalog, searchPath, table, key);
        };
    }

    private static String key(Catalog catalog, TableDef table, ConstraintDef.Key key) {
        IndexDef index = catalog.index(key.indexOid());
        boolean nullsDistinct = index == null || index.nullsDistinct();
        String words = key.primary() ? "PRIMARY KEY (" : nullsDistinct ? "UNIQUE (" : "UNIQUE NULLS NOT DISTINCT (";
        String included = index == null || index.included().isEmpty()
                ? ""
                : " INCLUDE (" + columns(table, index.included()) + ")";
        String options =
                index == null || index.options().isEmpty() ? "" : " WITH (" + optionList(index.options()) + ")";
        return words + columns(table, key.attnums()) + ")" + included + options + timing(key);
    }

    private static String foreignKey(
            Catalog catalog, List<String> searchPath, TableDef table, ConstraintDef.ForeignKey key) {
        TableDef parent = catalog.table(key.tableOid());
        if (parent == null) {
            return "";
        }
        StringBuilder text = new StringBuilder("FOREIGN KEY (");
        text.append(columns(table, key.attnums())).append(") REFERENCES ");
        if (!parent.equals(catalog.resolve(searchPath, parent.name()))) {
            String schema = NamespaceViews.name(catalog, parent.schemaOid());
            text.append(schema == null ? "" : Deparser.identifier(schema) + ".");
        }
        text.append(Deparser.identifier(parent.name()));
        text.append('(').append(columns(parent, key.keyAttnums())).append(')');
        text.append(key.matchFull() ? " MATCH FULL" : "");
        if (key.onUpdate() != ConstraintDef.Action.NO_ACTION) {
            text.append(" ON UPDATE ").append(words(key.onUpdate()));
        }
        if (key.onDelete() != ConstraintDef.Action.NO_ACTION) {
            text.append(" ON DELETE ").append(words(key.onDelete()));
        }
        if (!key.setAttnums().isEmpty()) {
            text.append(" (").append(columns(table, key.setAttnums())).append(')');
        }
        text.append(timing(key));
        return text.append(key.validated() ? "" : " NOT VALID").toString();
    }

    private static String columns(TableDef table, List<Integer> attnums) {
        return attnums.stream()
                .map(attnum -> Deparser.identifier(table.column(attnum).name()))
                .collect(Collectors.joining(", "));
    }

    /// `NO ACTION`, `SET NULL`.
    static String words(ConstraintDef.Action action) {
        return action.name().replace('_', ' ');
    }

    private static String timing(ConstraintDef constraint) {
        return switch (constraint.timing()) {
            case IMMEDIATE -> "";
            case DEFERRABLE -> " DEFERRABLE";
            case DEFERRED -> " DEFERRABLE INITIALLY DEFERRED";
        };
    }

    /// The text in exactly one pair of parentheses around all of it.
    private static String parenthesised(String sql) {
        return isParenthesised(sql) ? sql : "(" + sql + ")";
    }

    private static String bare(String sql) {
        return isParenthesised(sql) ? sql.substring(1, sql.length() - 1) : sql;
    }

    /// Does the first parenthesis close at the very end? Quoted text does not count.
    private static boolean isParenthesised(String sql) {
        if (!sql.startsWith("(") || !sql.endsWith(")")) {
            return false;
        }
        int depth = 0;
        char quote = 0;
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0 && i < sql.length() - 1) {
                return false;
            }
        }
        return true;
    }
}
