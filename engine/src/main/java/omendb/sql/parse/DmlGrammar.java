package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.TableRef;
import org.jspecify.annotations.Nullable;

/// INSERT, UPDATE, DELETE, MERGE.
final class DmlGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    DmlGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    boolean atDml() {
        return cursor.atAny("insert", "update", "delete", "merge");
    }

    /// The statement at the cursor, behind its WITH clause.
    Dml statement(Query.@Nullable With with) {
        int position = with == null ? cursor.position() : with.position();
        return switch (cursor.next()) {
            case "insert" -> insert(with, position);
            case "update" -> update(with, position);
            case "delete" -> delete(with, position);
            default -> merge(with, position);
        };
    }

    // ---- INSERT

    private Dml insert(Query.@Nullable With with, int position) {
        cursor.expect("into");
        QualifiedName table = cursor.qualifiedName();
        String alias = cursor.accept("as") ? cursor.columnName() : null;
        List<Dml.Target> columns = List.of();
        Query source = null;
        Dml.Overriding overriding = Dml.Overriding.NONE;
        if (cursor.accept("default")) {
            cursor.expect("values");
        } else {
            if (cursor.atSymbol("(") && !grammar.primaries.atParenthesisedQuery()) {
                if (cursor.atSymbol(1, "(")) {
                    throw grammar.primaries.syntaxErrorInParentheses();
                }
                columns = targets();
            }
            overriding = overriding();
            source = grammar.queries.query();
        }
        Dml.OnConflict onConflict = cursor.at("on") ? onConflict() : null;
        return new Dml.Insert(with, table, alias, columns, overriding, source, onConflict, returning(), position);
    }

    private List<Dml.Target> targets() {
        cursor.expectSymbol("(");
        List<Dml.Target> targets = cursor.commaList(this::target);
        cursor.expectSymbol(")");
        return targets;
    }

    private Dml.Target target() {
        int position = cursor.position();
        String column = cursor.columnName();
        List<Dml.Step> path = new ArrayList<>(0);
        while (true) {
            if (cursor.acceptSymbol(".")) {
                path.add(new Dml.Step(cursor.label(), null));
            } else if (cursor.atSymbol("[")) {
                path.add(new Dml.Step(null, grammar.primaries.index()));
            } else {
                return new Dml.Target(column, List.copyOf(path), position);
            }
        }
    }

    private Dml.Overriding overriding() {
        if (!cursor.accept("overriding")) {
            return Dml.Overriding.NONE;
        }
        boolean user = cursor.expectAny("user", "system").equals("user");
        cursor.expect("value");
        return user ? Dml.Overriding.USER : Dml.Overriding.SYSTEM;
    }

    private Dml.OnConflict onConflict() {
        int position = cursor.position();
        cursor.expect("on");
        cursor.expect("conflict");
        List<Ddl.IndexElement> elements = List.of();
        Expr indexWhere = null;
        String constraint = null;
        if (cursor.acceptSymbol("(")) {
            elements = cursor.commaList(grammar.tables::indexElement);
            cursor.expectSymbol(")");
            indexWhere = cursor.accept("where") ? grammar.expressions.expression() : null;
        } else if (cursor.accept("on")) {
            cursor.expect("constraint");
            constraint = cursor.columnName();
        }
        cursor.expect("do");
        List<Dml.Assignment> assignments = List.of();
        Expr where = null;
        if (!cursor.accept("nothing")) {
            cursor.expect("update");
            cursor.expect("set");
            assignments = assignments();
            where = grammar.queries.optionalWhere();
        }
        return new Dml.OnConflict(elements, indexWhere, constraint, assignments, where, position);
    }

    private List<SelectItem> returning() {
        return cursor.accept("returning") ? grammar.queries.selectItems() : List.of();
    }

    // ---- UPDATE, DELETE

    private Dml update(Query.@Nullable With with, int position) {
        TableRef.Table table = grammar.from.target();
        cursor.expect("set");
        List<Dml.Assignment> assignments = assignments();
        List<TableRef> from = cursor.accept("from") ? grammar.from.list() : List.of();
        Expr where = whereOrCurrent();
        return new Dml.Update(with, table, assignments, from, where, returning(), position);
    }

    private List<Dml.Assignment> assignments() {
        return cursor.commaList(this::assignment);
    }

    private Dml.Assignment assignment() {
        int position = cursor.position();
        boolean multiple = cursor.atSymbol("(");
        List<Dml.Target> targets = multiple ? targets() : List.of(target());
        cursor.expectOperator("=");
        return new Dml.Assignment(targets, grammar.expressions.expression(), multiple, position);
    }

    private @Nullable Expr whereOrCurrent() {
        if (cursor.at("where") && cursor.at(1, "current") && cursor.at(2, "of")) {
            cursor.next();
            int position = cursor.position();
            cursor.next();
            cursor.next();
            return new Expr.CurrentOf(cursor.columnName(), position);
        }
        return grammar.queries.optionalWhere();
    }

    private Dml delete(Query.@Nullable With with, int position) {
        cursor.expect("from");
        TableRef.Table table = grammar.from.target();
        List<TableRef> using = cursor.accept("using") ? grammar.from.list() : List.of();
        Expr where = whereOrCurrent();
        return new Dml.Delete(with, table, using, where, returning(), position);
    }

    // ---- MERGE

    private Dml merge(Query.@Nullable With with, int position) {
        cursor.expect("into");
        TableRef.Table table = grammar.from.target();
        cursor.expect("using");
        TableRef source = grammar.from.tableRef();
        cursor.expect("on");
        Expr on = grammar.expressions.expression();
        List<Dml.MergeWhen> whens = new ArrayList<>();
        do {
            whens.add(mergeWhen());
        } while (cursor.at("when"));
        return new Dml.Merge(with, table, source, on, List.copyOf(whens), returning(), position);
    }

    private Dml.MergeWhen mergeWhen() {
        int position = cursor.position();
        cursor.expect("when");
        boolean not = cursor.accept("not");
        cursor.expect("matched");
        Dml.MergeMatch match = not ? Dml.MergeMatch.NOT_MATCHED_BY_TARGET : Dml.MergeMatch.MATCHED;
        if (not && cursor.accept("by")) {
            if (cursor.expectAny("source", "target").equals("source")) {
                match = Dml.MergeMatch.NOT_MATCHED_BY_SOURCE;
            }
        }
        Expr condition = cursor.accept("and") ? grammar.expressions.expression() : null;
        cursor.expect("then");
        boolean insert = match == Dml.MergeMatch.NOT_MATCHED_BY_TARGET;
        return new Dml.MergeWhen(match, condition, mergeAction(insert), position);
    }

    private Dml.MergeAction mergeAction(boolean insert) {
        if (cursor.accept("do")) {
            cursor.expect("nothing");
            return new Dml.MergeAction.Nothing();
        }
        if (insert) {
            cursor.expect("insert");
            return mergeInsert();
        }
        if (cursor.accept("delete")) {
            return new Dml.MergeAction.Delete();
        }
        cursor.expect("update");
        cursor.expect("set");
        return new Dml.MergeAction.Update(assignments());
    }

    private Dml.MergeAction mergeInsert() {
        List<Dml.Target> columns = cursor.atSymbol("(") ? targets() : List.of();
        Dml.Overriding overriding = overriding();
        if (columns.isEmpty() && overriding == Dml.Overriding.NONE && cursor.accept("default")) {
            cursor.expect("values");
            return new Dml.MergeAction.Insert(columns, overriding, List.of());
        }
        cursor.expect("values");
        cursor.expectSymbol("(");
        List<Expr> values = grammar.expressions.list();
        cursor.expectSymbol(")");
        return new Dml.MergeAction.Insert(columns, overriding, values);
    }
}
