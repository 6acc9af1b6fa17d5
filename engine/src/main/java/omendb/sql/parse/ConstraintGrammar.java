package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.TableElement;
import omendb.sql.ast.TableElement.Action;
import omendb.sql.ast.TableElement.ConstraintBody;
import org.jspecify.annotations.Nullable;

/// Constraints of columns, tables and domains.
final class ConstraintGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    ConstraintGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    /// The constraint at the cursor; null if there is none.
    TableElement.@Nullable Constraint columnConstraint() {
        int position = cursor.position();
        String name = cursor.accept("constraint") ? cursor.columnName() : null;
        ConstraintBody body = columnConstraintBody();
        if (body == null) {
            if (name != null) {
                throw cursor.syntaxError();
            }
            return null;
        }
        return attributes(name, body, position);
    }

    private @Nullable ConstraintBody columnConstraintBody() {
        if (cursor.accept("not", "null")) {
            return new ConstraintBody.NotNull(null, cursor.accept("no", "inherit"));
        }
        if (cursor.accept("null")) {
            return new ConstraintBody.AllowNull();
        }
        if (cursor.atAny("unique", "primary")) {
            return key(false);
        }
        if (cursor.accept("check")) {
            cursor.expectSymbol("(");
            Expr expr = grammar.expressions.expression();
            cursor.expectSymbol(")");
            return new ConstraintBody.Check(expr, cursor.accept("no", "inherit"));
        }
        if (cursor.accept("default")) {
            return new ConstraintBody.DefaultValue(grammar.expressions.restricted());
        }
        if (cursor.at("generated")) {
            return generated();
        }
        return cursor.at("references") ? references(List.of()) : null;
    }

    private ConstraintBody generated() {
        cursor.expect("generated");
        boolean always = cursor.accept("always");
        if (!always) {
            cursor.expect("by");
            cursor.expect("default");
        }
        cursor.expect("as");
        if (cursor.accept("identity")) {
            List<Ddl.SequenceOption> options = List.of();
            if (cursor.acceptSymbol("(")) {
                options = grammar.definitions.sequenceOptions();
                cursor.expectSymbol(")");
            }
            return new ConstraintBody.Identity(always, options);
        }
        if (!always) {
            throw cursor.errorAt("for a generated column, GENERATED ALWAYS must be specified", cursor.lastPosition());
        }
        cursor.expectSymbol("(");
        Expr expr = grammar.expressions.expression();
        cursor.expectSymbol(")");
        boolean stored = cursor.expectAny("stored", "virtual").equals("stored");
        return new ConstraintBody.Generated(expr, stored);
    }

    TableElement.Constraint tableConstraint() {
        int position = cursor.position();
        String name = cursor.accept("constraint") ? cursor.columnName() : null;
        ConstraintBody body;
        if (cursor.accept("check")) {
            cursor.expectSymbol("(");
            Expr expr = grammar.expressions.expression();
            cursor.expectSymbol(")");
            body = new ConstraintBody.Check(expr, cursor.accept("no", "inherit"));
        } else if (cursor.accept("not", "null")) {
            body = new ConstraintBody.NotNull(cursor.columnName(), cursor.accept("no", "inherit"));
        } else if (cursor.at("unique") || cursor.at("primary")) {
            body = key(true);
        } else if (cursor.accept("exclude")) {
            body = exclude();
        } else {
            cursor.expect("foreign");
            cursor.expect("key");
            body = references(cursor.columnNames());
        }
        return attributes(name, body, position);
    }

    private ConstraintBody key(boolean ofTable) {
        boolean primary = cursor.next().equals("primary");
        if (primary) {
            cursor.expect("key");
        }
        if (ofTable && cursor.accept("using", "index")) {
            return new ConstraintBody.Key(primary, List.of(), false, List.of(), List.of(), null, cursor.columnName());
        }
        boolean nullsNotDistinct = false;
        if (!primary && cursor.accept("nulls")) {
            nullsNotDistinct = cursor.accept("not");
            cursor.expect("distinct");
        }
        List<String> columns = ofTable ? cursor.columnNames() : List.of();
        List<String> including = ofTable && cursor.accept("include") ? cursor.columnNames() : List.of();
        List<Ddl.Option> options = cursor.at("with") ? grammar.tables.withOptions() : List.of();
        String tablespace = null;
        if (cursor.accept("using", "index", "tablespace")) {
            tablespace = cursor.columnName();
        }
        return new ConstraintBody.Key(primary, columns, nullsNotDistinct, including, options, tablespace, null);
    }

    private ConstraintBody exclude() {
        String method = cursor.accept("using") ? cursor.columnName() : "gist";
        List<Ddl.IndexElement> elements = new ArrayList<>();
        List<OperatorName> operators = new ArrayList<>();
        cursor.expectSymbol("(");
        do {
            elements.add(grammar.tables.indexElement());
            cursor.expect("with");
            operators.add(
                    cursor.at("operator")
                            ? grammar.expressions.qualifiedOperator()
                            : grammar.expressions.anyOperator());
        } while (cursor.acceptSymbol(","));
        cursor.expectSymbol(")");
        List<String> including = cursor.accept("include") ? cursor.columnNames() : List.of();
        List<Ddl.Option> options = cursor.at("with") ? grammar.tables.withOptions() : List.of();
        if (cursor.accept("using", "index", "tablespace")) {
            cursor.columnName();
        }
        Expr where = null;
        if (cursor.accept("where")) {
            cursor.expectSymbol("(");
            where = grammar.expressions.expression();
            cursor.expectSymbol(")");
        }
        return new ConstraintBody.Exclude(
                method, List.copyOf(elements), List.copyOf(operators), including, options, where);
    }

    private ConstraintBody references(List<String> columns) {
        cursor.expect("references");
        QualifiedName table = cursor.qualifiedName();
        List<String> targets = cursor.optionalColumnNames();
        TableElement.Match match = TableElement.Match.SIMPLE;
        if (cursor.accept("match")) {
            match = switch (cursor.expectAny("simple", "full", "partial")) {
                case "full" -> TableElement.Match.FULL;
                case "partial" -> TableElement.Match.PARTIAL;
                default -> TableElement.Match.SIMPLE;
            };
        }
        Action onDelete = Action.NO_ACTION;
        Action onUpdate = Action.NO_ACTION;
        List<String> setColumns = List.of();
        while (cursor.at("on", "delete") || cursor.at("on", "update")) {
            cursor.next();
            boolean delete = cursor.next().equals("delete");
            Action action = action();
            if (delete) {
                onDelete = action;
                setColumns = cursor.optionalColumnNames();
            } else {
                onUpdate = action;
            }
        }
        return new ConstraintBody.ForeignKey(columns, table, targets, match, onDelete, onUpdate, setColumns);
    }

    private Action action() {
        if (cursor.accept("no")) {
            cursor.expect("action");
            return Action.NO_ACTION;
        }
        if (cursor.accept("set")) {
            return cursor.expectAny("null", "default").equals("null") ? Action.SET_NULL : Action.SET_DEFAULT;
        }
        return cursor.expectAny("restrict", "cascade").equals("cascade") ? Action.CASCADE : Action.RESTRICT;
    }

    /// DEFERRABLE, INITIALLY, NOT VALID, NO INHERIT behind a constraint.
    private TableElement.Constraint attributes(@Nullable String name, ConstraintBody body, int position) {
        boolean deferrable = false;
        boolean deferred = false;
        boolean neverDeferrable = false;
        boolean notValid = false;
        ConstraintBody result = body;
        while (true) {
            if (cursor.accept("deferrable")) {
                deferrable = true;
            } else if (cursor.accept("not", "deferrable")) {
                neverDeferrable = true;
                deferred = false;
            } else if (cursor.accept("initially", "immediate")) {
                deferred = false;
            } else if (cursor.accept("initially", "deferred")) {
                if (neverDeferrable) {
                    throw cursor.errorAt(
                            "constraint declared INITIALLY DEFERRED must be DEFERRABLE", cursor.lastPosition());
                }
                deferrable = true;
                deferred = true;
            } else if (cursor.accept("not", "valid")) {
                notValid = true;
            } else if (result instanceof ConstraintBody.Check check && cursor.accept("no", "inherit")) {
                result = new ConstraintBody.Check(check.expr(), true);
            } else {
                return new TableElement.Constraint(name, result, deferrable, deferred, notValid, position);
            }
        }
    }
}
