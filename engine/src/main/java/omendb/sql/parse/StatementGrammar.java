package omendb.sql.parse;

import java.util.List;
import omendb.sql.ast.AlterTableCommand;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Ddl.ObjectType;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import omendb.sql.ast.Utility;
import org.jspecify.annotations.Nullable;

/// Statements by their first word.
final class StatementGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    StatementGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    Statement statement() {
        Statement query = queryOrDml();
        if (query != null) {
            return query instanceof Query select ? IntoTable.of(select) : query;
        }
        if (cursor.kind() != TokenKind.WORD) {
            throw cursor.syntaxError();
        }
        int position = cursor.position();
        Statement statement = definition(position);
        if (statement == null) {
            statement = transaction(position);
        }
        if (statement == null) {
            statement = utility(position);
        }
        return statement;
    }

    /// What PREPARE, WITH and COPY take: a query or DML.
    Statement preparable() {
        Statement statement = queryOrDml();
        if (statement == null) {
            throw cursor.syntaxError();
        }
        return statement;
    }

    /// What EXPLAIN takes.
    Statement explainable() {
        Statement statement = queryOrDml();
        if (statement != null) {
            return statement;
        }
        if (cursor.at("execute")) {
            return grammar.utilities.execute();
        }
        int position = cursor.position();
        if (cursor.accept("declare")) {
            return grammar.utilities.declare(position);
        }
        if (cursor.accept("refresh")) {
            return grammar.utilities.refresh(position);
        }
        int start = cursor.index();
        if (cursor.accept("create")) {
            Statement created = grammar.definitions.create(position);
            if (created instanceof Ddl.CreateTableAs) {
                return created;
            }
            throw cursor.syntaxErrorAt(start + 1);
        }
        throw cursor.syntaxError();
    }

    private @Nullable Statement queryOrDml() {
        if (cursor.at("with")) {
            Query.With with = grammar.queries.with();
            return grammar.dml.atDml() ? grammar.dml.statement(with) : grammar.queries.query(with);
        }
        if (grammar.dml.atDml()) {
            return grammar.dml.statement(null);
        }
        boolean query = cursor.atAny("select", "values", "table") || cursor.atSymbol("(");
        return query ? grammar.queries.query() : null;
    }

    private @Nullable Statement definition(int position) {
        return switch (cursor.value()) {
            case "create" -> {
                cursor.next();
                yield grammar.definitions.create(position);
            }
            case "alter" -> {
                cursor.next();
                yield alter(position);
            }
            case "drop" -> {
                cursor.next();
                yield grammar.objects.drop(position);
            }
            case "comment" -> {
                cursor.next();
                yield grammar.objects.comment(position);
            }
            case "grant", "revoke" -> grammar.privileges.grant();
            case "truncate" -> {
                cursor.next();
                yield grammar.utilities.truncate(position);
            }
            case "refresh" -> {
                cursor.next();
                yield grammar.utilities.refresh(position);
            }
            case "reassign" -> {
                cursor.next();
                cursor.expect("owned");
                cursor.expect("by");
                List<String> roles = cursor.commaList(cursor::role);
                cursor.expect("to");
                yield new Ddl.Owned(roles, cursor.role(), false, position);
            }
            case "security" -> {
                cursor.next();
                cursor.expect("label");
                yield grammar.recognised.securityLabel(position);
            }
            case "import" -> {
                cursor.next();
                cursor.expect("foreign");
                cursor.expect("schema");
                yield grammar.recognised.skipped("IMPORT FOREIGN SCHEMA", position);
            }
            default -> null;
        };
    }

    private @Nullable Statement transaction(int position) {
        String word = cursor.value();
        return switch (word) {
            case "begin", "start" -> {
                cursor.next();
                yield grammar.settings.begin(word.equals("start"), position);
            }
            case "commit", "end" -> {
                cursor.next();
                yield grammar.settings.commit(word.equals("end"), position);
            }
            case "rollback", "abort" -> {
                cursor.next();
                yield grammar.settings.rollback(word.equals("abort"), position);
            }
            case "savepoint" -> {
                cursor.next();
                yield new Utility.Savepoint(cursor.columnName(), position);
            }
            case "release" -> {
                cursor.next();
                yield grammar.settings.release(position);
            }
            case "set" -> {
                cursor.next();
                yield grammar.settings.set(position);
            }
            case "reset" -> {
                cursor.next();
                yield grammar.settings.reset(position);
            }
            case "show" -> {
                cursor.next();
                yield grammar.settings.show(position);
            }
            default -> null;
        };
    }

    private Statement utility(int position) {
        String word = cursor.value();
        if (word.equals("vacuum")) {
            return grammar.utilities.vacuum(position);
        }
        if (word.equals("execute")) {
            return grammar.utilities.execute();
        }
        int start = cursor.index();
        cursor.next();
        return switch (word) {
            case "copy" -> new CopyGrammar(grammar).copy(position);
            case "prepare" -> grammar.utilities.prepare(position);
            case "deallocate" -> grammar.utilities.deallocate(position);
            case "declare" -> grammar.utilities.declare(position);
            case "fetch", "move" -> grammar.utilities.fetch(word.equals("move"), position);
            case "close" -> grammar.utilities.close(position);
            case "explain" -> grammar.utilities.explain(position);
            case "analyze", "analyse" -> grammar.utilities.analyze(position);
            case "reindex" -> grammar.utilities.reindex(position);
            case "cluster" -> grammar.utilities.cluster(position);
            case "checkpoint" -> new Utility.Checkpoint(position);
            case "lock" -> grammar.utilities.lock(position);
            case "discard" -> grammar.utilities.discard(position);
            case "listen" -> new Utility.Listen(cursor.columnName(), position);
            case "notify" -> grammar.utilities.notify(position);
            case "unlisten" -> grammar.utilities.unlisten(position);
            case "do" -> grammar.utilities.doBlock(position);
            case "call" -> grammar.utilities.call(position);
            case "load" -> new Utility.Load(cursor.string(), position);
            default -> throw cursor.syntaxErrorAt(start);
        };
    }

    // ---- ALTER

    private Statement alter(int position) {
        return switch (cursor.kind() == TokenKind.WORD ? cursor.value() : "") {
            case "table", "index", "sequence", "view" ->
                grammar.alters.relation(grammar.objects.objectType(), position);
            case "role", "group" -> grammar.privileges.alterRole(position);
            case "user" ->
                cursor.at(1, "mapping")
                        ? grammar.recognised.other("ALTER", position)
                        : grammar.privileges.alterRole(position);
            case "database" -> {
                cursor.next();
                yield alterDatabase(position);
            }
            case "system" -> {
                cursor.next();
                if (!cursor.atAny("set", "reset")) {
                    throw cursor.syntaxError();
                }
                Utility setting = grammar.privileges.setOrReset();
                yield new Utility.SetDefaults("SYSTEM", null, null, setting, position);
            }
            case "default" -> {
                cursor.next();
                yield grammar.privileges.defaultPrivileges(position);
            }
            case "type" -> {
                cursor.next();
                yield alterType(position);
            }
            case "domain" -> {
                cursor.next();
                yield alterDomain(position);
            }
            case "extension" -> {
                cursor.next();
                yield alterExtension(position);
            }
            default -> alterOther(position);
        };
    }

    private Statement alterOther(int position) {
        int start = cursor.index();
        ObjectType type = grammar.objects.objectType();
        return switch (type) {
            case MATERIALIZED_VIEW, FOREIGN_TABLE -> grammar.alters.relation(type, position);
            case COLUMN, CONSTRAINT, CAST -> throw cursor.syntaxErrorAt(start);
            case TRANSFORM, USER_MAPPING -> grammar.recognised.skipped("ALTER " + type.words(), position);
            default -> {
                Statement known = grammar.objects.alterObject(type, position);
                yield known != null ? known : grammar.recognised.skipped("ALTER " + type.words(), position);
            }
        };
    }

    private Statement alterDatabase(int position) {
        QualifiedName name = new QualifiedName(List.of(cursor.columnName()), cursor.lastPosition());
        if (cursor.accept("rename", "to")) {
            return new Ddl.Rename(
                    ObjectType.DATABASE, ObjectType.DATABASE, name, null, cursor.columnName(), false, position);
        }
        if (cursor.accept("owner", "to")) {
            Ddl.ObjectName object = new Ddl.ObjectName(name, null, null, name.position());
            return new Ddl.SetOwner(ObjectType.DATABASE, object, cursor.role(), position);
        }
        if (cursor.accept("set", "tablespace")) {
            Ddl.Option option = new Ddl.Option("tablespace", cursor.columnName(), position);
            return new Ddl.AlterDatabase(name.name(), List.of(option), position);
        }
        if (cursor.atAny("set", "reset")) {
            Utility setting = grammar.privileges.setOrReset();
            return new Utility.SetDefaults("DATABASE", name.name(), null, setting, position);
        }
        if (cursor.accept("refresh", "collation", "version")) {
            return new Ddl.AlterDatabase(name.name(), List.of(), position);
        }
        return new Ddl.AlterDatabase(name.name(), grammar.definitions.databaseOptions(), position);
    }

    private Statement alterType(int position) {
        int start = cursor.index();
        QualifiedName name = cursor.qualifiedName();
        if (cursor.accept("add", "value")) {
            boolean ifNotExists = grammar.tables.ifNotExists();
            String label = cursor.string();
            String side = cursor.acceptAny("before", "after");
            String neighbour = side == null ? null : cursor.string();
            return new Ddl.AddEnumValue(name, label, ifNotExists, neighbour, "after".equals(side), position);
        }
        if (cursor.accept("rename", "value")) {
            String label = cursor.string();
            cursor.expect("to");
            return new Ddl.RenameEnumValue(name, label, cursor.string(), position);
        }
        cursor.rewind(start);
        Statement known = grammar.objects.alterObject(ObjectType.TYPE, position);
        if (known != null) {
            return known;
        }
        cursor.qualifiedName();
        boolean attribute = cursor.atAny("add", "drop", "alter", "rename") && cursor.at(1, "attribute");
        if (!attribute && !(cursor.at("set") && cursor.atSymbol(1, "("))) {
            cursor.acceptAny("add", "drop", "alter", "rename", "set");
            throw cursor.syntaxError();
        }
        return grammar.recognised.skipped("ALTER TYPE", position);
    }

    private Statement alterDomain(int position) {
        Statement known = grammar.objects.alterObject(ObjectType.DOMAIN, position);
        if (known != null) {
            return known;
        }
        QualifiedName name = cursor.qualifiedName();
        if (cursor.accept("rename", "constraint")) {
            String old = cursor.columnName();
            cursor.expect("to");
            return new Ddl.Rename(
                    ObjectType.CONSTRAINT, ObjectType.DOMAIN, name, old, cursor.columnName(), false, position);
        }
        return new Ddl.AlterDomain(name, domainCommand(), position);
    }

    private AlterTableCommand domainCommand() {
        if (cursor.accept("set", "default")) {
            return new AlterTableCommand.SetDefault("", grammar.expressions.expression());
        }
        if (cursor.accept("drop", "default")) {
            return new AlterTableCommand.SetDefault("", null);
        }
        if (cursor.accept("set", "not", "null")) {
            return new AlterTableCommand.SetNotNull("", true);
        }
        if (cursor.accept("drop", "not", "null")) {
            return new AlterTableCommand.SetNotNull("", false);
        }
        if (cursor.accept("add")) {
            return new AlterTableCommand.AddConstraint(grammar.constraints.tableConstraint());
        }
        if (cursor.accept("validate", "constraint")) {
            return new AlterTableCommand.ValidateConstraint(cursor.columnName());
        }
        cursor.expect("drop");
        cursor.expect("constraint");
        boolean ifExists = cursor.accept("if", "exists");
        String constraint = cursor.columnName();
        return new AlterTableCommand.DropConstraint(constraint, ifExists, grammar.alters.cascade());
    }

    private Statement alterExtension(int position) {
        String name = cursor.columnName();
        if (cursor.accept("update")) {
            String version = cursor.accept("to") ? grammar.definitions.nameOrString() : null;
            return new Ddl.UpdateExtension(name, version, position);
        }
        if (cursor.accept("set", "schema")) {
            QualifiedName qualified = new QualifiedName(List.of(name), cursor.lastPosition());
            Ddl.ObjectName object = new Ddl.ObjectName(qualified, null, null, position);
            return new Ddl.SetSchema(ObjectType.EXTENSION, object, cursor.columnName(), false, position);
        }
        cursor.expectAny("add", "drop");
        return grammar.recognised.skipped("ALTER EXTENSION", position);
    }
}
