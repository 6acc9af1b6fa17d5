package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.sql.ast.AlterTableCommand;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Ddl.ObjectType;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// ALTER TABLE and the relations that share its commands.
final class AlterGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    AlterGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    /// Behind ALTER and the kind of relation.
    Statement relation(ObjectType type, int position) {
        if (cursor.at("all") && cursor.at(1, "in") && cursor.at(2, "tablespace")) {
            return grammar.recognised.skipped("ALTER " + type.words(), position);
        }
        boolean ifExists = cursor.accept("if", "exists");
        boolean only = cursor.accept("only");
        QualifiedName name = cursor.qualifiedName();
        cursor.acceptOperator("*");
        if (cursor.at("rename")) {
            return rename(type, name, ifExists, position);
        }
        if (cursor.accept("set", "schema")) {
            Ddl.ObjectName object = new Ddl.ObjectName(name, null, null, name.position());
            return new Ddl.SetSchema(type, object, cursor.columnName(), ifExists, position);
        }
        if (type == ObjectType.SEQUENCE && grammar.definitions.atSequenceOption()) {
            return new Ddl.AlterSequence(name, ifExists, grammar.definitions.sequenceOptions(), position);
        }
        if (cursor.accept("depends") || cursor.accept("no", "depends")) {
            return grammar.recognised.skipped("ALTER " + type.words(), position);
        }
        List<AlterTableCommand> commands = cursor.commaList(() -> command(type));
        return new Ddl.AlterTable(type, name, only, ifExists, commands, position);
    }

    private Statement rename(ObjectType type, QualifiedName name, boolean ifExists, int position) {
        cursor.expect("rename");
        if (cursor.accept("to")) {
            return new Ddl.Rename(type, type, name, null, cursor.columnName(), ifExists, position);
        }
        ObjectType part = ObjectType.COLUMN;
        if (cursor.accept("constraint")) {
            part = ObjectType.CONSTRAINT;
        } else {
            cursor.accept("column");
        }
        String old = cursor.columnName();
        cursor.expect("to");
        return new Ddl.Rename(part, type, name, old, cursor.columnName(), ifExists, position);
    }

    // ---- commands

    private AlterTableCommand command(ObjectType type) {
        return switch (cursor.kind() == TokenKind.WORD ? cursor.value() : "") {
            case "add" -> add();
            case "alter" -> alter(type);
            case "drop" -> drop();
            case "validate" -> {
                cursor.next();
                cursor.expect("constraint");
                yield new AlterTableCommand.ValidateConstraint(cursor.columnName());
            }
            case "set" -> set();
            case "reset" -> {
                cursor.next();
                yield new AlterTableCommand.SetOptions(grammar.tables.parenthesisedOptions(), true);
            }
            case "owner" -> {
                cursor.next();
                cursor.expect("to");
                yield new AlterTableCommand.OwnerTo(cursor.role());
            }
            case "cluster" -> {
                cursor.next();
                cursor.expect("on");
                yield new AlterTableCommand.ClusterOn(cursor.columnName());
            }
            case "enable", "disable", "force", "no", "inherit", "not", "of", "replica", "attach", "detach" -> rare();
            default -> throw cursor.syntaxError();
        };
    }

    private AlterTableCommand add() {
        cursor.expect("add");
        if (cursor.atAny("constraint", "check", "unique", "primary", "foreign")
                || cursor.at("not", "null")
                || (cursor.at("exclude") && (cursor.at(1, "using") || cursor.atSymbol(1, "(")))) {
            return new AlterTableCommand.AddConstraint(grammar.constraints.tableConstraint());
        }
        cursor.accept("column");
        boolean ifNotExists = grammar.tables.ifNotExists();
        return new AlterTableCommand.AddColumn(grammar.tables.column(), ifNotExists);
    }

    private AlterTableCommand drop() {
        cursor.expect("drop");
        boolean constraint = cursor.accept("constraint");
        if (!constraint) {
            cursor.accept("column");
        }
        boolean ifExists = cursor.accept("if", "exists");
        String name = cursor.columnName();
        boolean cascade = cascade();
        return constraint
                ? new AlterTableCommand.DropConstraint(name, ifExists, cascade)
                : new AlterTableCommand.DropColumn(name, ifExists, cascade);
    }

    /// `CASCADE`, `RESTRICT` or nothing.
    boolean cascade() {
        String behaviour = cursor.acceptAny("cascade", "restrict");
        return "cascade".equals(behaviour);
    }

    private AlterTableCommand alter(ObjectType type) {
        cursor.expect("alter");
        if (cursor.accept("constraint")) {
            String name = cursor.columnName();
            boolean deferrable = false;
            boolean deferred = false;
            while (true) {
                if (cursor.accept("deferrable")) {
                    deferrable = true;
                } else if (cursor.accept("initially", "deferred")) {
                    deferrable = true;
                    deferred = true;
                } else if (!cursor.accept("not", "deferrable") && !cursor.accept("initially", "immediate")) {
                    return new AlterTableCommand.AlterConstraint(name, deferrable, deferred);
                }
            }
        }
        cursor.accept("column");
        if (type == ObjectType.INDEX && cursor.kind() == TokenKind.INTEGER) {
            return column(Integer.toString(cursor.integer()));
        }
        return column(cursor.columnName());
    }

    private AlterTableCommand column(String column) {
        if (cursor.at("type") || cursor.at("set", "data")) {
            return type(column);
        }
        return switch (cursor.expectAny("set", "reset", "drop", "add", "restart")) {
            case "reset" -> new AlterTableCommand.SetColumnOptions(column, grammar.tables.parenthesisedOptions(), true);
            case "drop" -> dropFromColumn(column);
            case "add" -> addIdentity(column);
            case "restart" -> {
                cursor.rewind(cursor.index() - 1);
                yield setIdentity(column);
            }
            default -> setOnColumn(column);
        };
    }

    private AlterTableCommand type(String column) {
        cursor.accept("set", "data");
        cursor.expect("type");
        TypeName type = grammar.types.type();
        QualifiedName collation = grammar.expressions.optionalCollation();
        Expr using = cursor.accept("using") ? grammar.expressions.expression() : null;
        return new AlterTableCommand.SetType(column, type, collation, using);
    }

    private AlterTableCommand dropFromColumn(String column) {
        if (cursor.accept("default")) {
            return new AlterTableCommand.SetDefault(column, null);
        }
        if (cursor.accept("expression")) {
            return new AlterTableCommand.SetExpression(column, null, cursor.accept("if", "exists"));
        }
        if (cursor.accept("identity")) {
            return new AlterTableCommand.DropIdentity(column, cursor.accept("if", "exists"));
        }
        cursor.expect("not");
        cursor.expect("null");
        return new AlterTableCommand.SetNotNull(column, false);
    }

    private AlterTableCommand addIdentity(String column) {
        cursor.expect("generated");
        boolean always = cursor.accept("always");
        if (!always) {
            cursor.expect("by");
            cursor.expect("default");
        }
        cursor.expect("as");
        cursor.expect("identity");
        List<Ddl.SequenceOption> options = List.of();
        if (cursor.acceptSymbol("(")) {
            options = grammar.definitions.sequenceOptions();
            cursor.expectSymbol(")");
        }
        return new AlterTableCommand.AddIdentity(column, always, options);
    }

    /// Behind `ALTER column SET`.
    private AlterTableCommand setOnColumn(String column) {
        if (cursor.accept("default")) {
            return new AlterTableCommand.SetDefault(column, grammar.expressions.expression());
        }
        if (cursor.accept("not")) {
            cursor.expect("null");
            return new AlterTableCommand.SetNotNull(column, true);
        }
        if (cursor.accept("statistics")) {
            if (cursor.accept("default")) {
                return new AlterTableCommand.SetStatistics(column, null);
            }
            return new AlterTableCommand.SetStatistics(column, (int) cursor.signedInteger());
        }
        if (cursor.accept("storage")) {
            return new AlterTableCommand.SetStorage(column, cursor.at("default") ? cursor.next() : cursor.columnName());
        }
        if (cursor.accept("compression")) {
            String method = cursor.at("default") ? cursor.next() : cursor.columnName();
            return new AlterTableCommand.SetCompression(column, method);
        }
        if (cursor.accept("expression")) {
            cursor.expect("as");
            cursor.expectSymbol("(");
            Expr expr = grammar.expressions.expression();
            cursor.expectSymbol(")");
            return new AlterTableCommand.SetExpression(column, expr, false);
        }
        if (cursor.atSymbol("(")) {
            return new AlterTableCommand.SetColumnOptions(column, grammar.tables.parenthesisedOptions(), false);
        }
        cursor.rewind(cursor.index() - 1);
        return setIdentity(column);
    }

    /// `SET GENERATED ... SET option ... RESTART ...`.
    private AlterTableCommand setIdentity(String column) {
        Boolean always = null;
        List<Ddl.SequenceOption> options = new ArrayList<>();
        while (cursor.atAny("set", "restart")) {
            cursor.accept("set");
            if (cursor.accept("generated")) {
                always = cursor.accept("always");
                if (!always) {
                    cursor.expect("by");
                    cursor.expect("default");
                }
            } else {
                options.add(grammar.definitions.sequenceOption());
            }
        }
        return new AlterTableCommand.SetIdentity(column, always, List.copyOf(options));
    }

    private AlterTableCommand set() {
        cursor.expect("set");
        if (cursor.atSymbol("(")) {
            return new AlterTableCommand.SetOptions(grammar.tables.parenthesisedOptions(), false);
        }
        if (cursor.accept("tablespace")) {
            String name = cursor.columnName();
            cursor.accept("nowait");
            return new AlterTableCommand.SetTablespace(name);
        }
        if (cursor.accept("without")) {
            if (cursor.accept("oids")) {
                return new AlterTableCommand.SetOptions(List.of(), false);
            }
            cursor.expect("cluster");
            return new AlterTableCommand.ClusterOn(null);
        }
        if (cursor.accept("access")) {
            cursor.expect("method");
            return new AlterTableCommand.SetAccessMethod(cursor.at("default") ? cursor.next() : cursor.columnName());
        }
        return new AlterTableCommand.SetLogged(
                cursor.expectAny("logged", "unlogged").equals("logged"));
    }

    // ---- triggers, row security, inheritance, partitions

    private AlterTableCommand rare() {
        return switch (cursor.next()) {
            case "enable" -> enable();
            case "disable" -> cursor.at("row") ? rowSecurity("DISABLE") : toggle("DISABLE");
            case "force" -> rowSecurity("FORCE");
            case "no" -> {
                if (cursor.accept("force")) {
                    yield rowSecurity("NO FORCE");
                }
                cursor.expect("inherit");
                yield new AlterTableCommand.Inherit(cursor.qualifiedName(), true);
            }
            case "inherit" -> new AlterTableCommand.Inherit(cursor.qualifiedName(), false);
            case "not" -> {
                cursor.expect("of");
                yield new AlterTableCommand.OfType(null);
            }
            case "of" -> new AlterTableCommand.OfType(cursor.qualifiedName());
            case "replica" -> replicaIdentity();
            default -> {
                cursor.rewind(cursor.index() - 1);
                yield partition();
            }
        };
    }

    private AlterTableCommand enable() {
        if (cursor.at("row")) {
            return rowSecurity("ENABLE");
        }
        if (cursor.accept("always")) {
            return toggle("ENABLE ALWAYS");
        }
        return toggle(cursor.accept("replica") ? "ENABLE REPLICA" : "ENABLE");
    }

    private AlterTableCommand toggle(String mode) {
        String object = cursor.expectAny("trigger", "rule");
        boolean all = object.equals("trigger") && cursor.atAny("all", "user");
        String name = all ? cursor.next().toUpperCase(Locale.ROOT) : cursor.columnName();
        return new AlterTableCommand.Toggle(object.toUpperCase(Locale.ROOT), name, mode);
    }

    private AlterTableCommand rowSecurity(String mode) {
        cursor.expect("row");
        cursor.expect("level");
        cursor.expect("security");
        return new AlterTableCommand.RowSecurity(mode);
    }

    private AlterTableCommand replicaIdentity() {
        cursor.expect("identity");
        if (cursor.accept("using")) {
            cursor.expect("index");
            return new AlterTableCommand.ReplicaIdentity("USING INDEX", cursor.columnName());
        }
        String mode = cursor.expectAny("default", "full", "nothing");
        return new AlterTableCommand.ReplicaIdentity(mode.toUpperCase(Locale.ROOT), null);
    }

    private AlterTableCommand partition() {
        boolean attach = cursor.next().equals("attach");
        cursor.expect("partition");
        QualifiedName name = cursor.qualifiedName();
        if (attach) {
            Ddl.@Nullable PartitionBound bound =
                    cursor.atAny("for", "default") ? grammar.tables.partitionBound() : null;
            return new AlterTableCommand.AttachPartition(name, bound);
        }
        boolean concurrently = cursor.accept("concurrently");
        return new AlterTableCommand.DetachPartition(name, concurrently, !concurrently && cursor.accept("finalize"));
    }
}
