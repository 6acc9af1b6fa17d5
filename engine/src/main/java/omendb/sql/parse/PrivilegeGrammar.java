package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Ddl.ObjectType;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Statement;
import omendb.sql.ast.Utility;
import org.jspecify.annotations.Nullable;

/// Roles and privileges.
final class PrivilegeGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    PrivilegeGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    // ---- roles

    /// `ROLE|USER|GROUP name [WITH] options`.
    Statement createRole(int position) {
        String kind = cursor.next().toUpperCase(Locale.ROOT);
        String name = cursor.role();
        cursor.accept("with");
        return new Ddl.CreateRole(kind, name, roleOptions(), position);
    }

    /// Behind ALTER, at ROLE, USER or GROUP.
    Statement alterRole(int position) {
        String kind = cursor.next().toUpperCase(Locale.ROOT);
        boolean all = !kind.equals("GROUP") && cursor.accept("all");
        String name = all ? null : cursor.role();
        if (name != null && cursor.accept("rename")) {
            cursor.expect("to");
            var old = new QualifiedName(List.of(name), cursor.lastPosition());
            return new Ddl.Rename(ObjectType.ROLE, ObjectType.ROLE, old, null, cursor.role(), false, position);
        }
        if (name != null && kind.equals("GROUP")) {
            int at = cursor.position();
            String action = cursor.expectAny("add", "drop") + " user";
            cursor.expect("user");
            String roles = String.join(",", cursor.commaList(cursor::role));
            return new Ddl.AlterRole(kind, name, List.of(new Ddl.Option(action, roles, at)), position);
        }
        String database = cursor.accept("in", "database") ? cursor.columnName() : null;
        if (cursor.atAny("set", "reset")) {
            Utility setting = setOrReset();
            return new Utility.SetDefaults("ROLE", name, database, setting, position);
        }
        if (name == null || database != null) {
            throw cursor.syntaxError();
        }
        cursor.accept("with");
        return new Ddl.AlterRole(kind, name, roleOptions(), position);
    }

    /// `SET name ...` or `RESET name` in ALTER ROLE, DATABASE and SYSTEM.
    Utility setOrReset() {
        int position = cursor.position();
        return cursor.next().equals("set")
                ? grammar.settings.assignment(false, position)
                : grammar.settings.reset(position);
    }

    private List<Ddl.Option> roleOptions() {
        List<Ddl.Option> options = new ArrayList<>();
        while (cursor.atLabel() && !cursor.atSymbol(";")) {
            options.add(roleOption());
        }
        return List.copyOf(options);
    }

    private Ddl.Option roleOption() {
        int at = cursor.position();
        String word = cursor.kind() == TokenKind.WORD ? cursor.next() : "";
        return switch (word) {
            case "encrypted", "password" -> {
                if (word.equals("encrypted")) {
                    cursor.expect("password");
                }
                yield new Ddl.Option("password", cursor.accept("null") ? null : cursor.string(), at);
            }
            case "connection" -> {
                cursor.expect("limit");
                yield new Ddl.Option("connection limit", Long.toString(cursor.signedInteger()), at);
            }
            case "valid" -> {
                cursor.expect("until");
                yield new Ddl.Option("valid until", cursor.string(), at);
            }
            case "sysid" -> new Ddl.Option("sysid", Long.toString(cursor.signedInteger()), at);
            case "in" -> {
                cursor.expectAny("role", "group");
                yield new Ddl.Option("in role", String.join(",", cursor.commaList(cursor::role)), at);
            }
            case "role", "user", "admin" -> {
                String name = word.equals("admin") ? "admin" : "role";
                yield new Ddl.Option(name, String.join(",", cursor.commaList(cursor::role)), at);
            }
            case "superuser", "createdb", "createrole", "inherit", "login", "replication", "bypassrls" ->
                new Ddl.Option(word, "true", at);
            case "nosuperuser", "nocreatedb", "nocreaterole", "noinherit", "nologin", "noreplication", "nobypassrls" ->
                new Ddl.Option(word.substring(2), "false", at);
            default -> {
                if (Keywords.category(word) != null || word.isEmpty()) {
                    throw cursor.syntaxErrorAt(cursor.index() - (word.isEmpty() ? 0 : 1));
                }
                throw cursor.errorAt("unrecognized role option \"" + word + "\"", at);
            }
        };
    }

    // ---- GRANT and REVOKE

    /// At GRANT or REVOKE.
    Statement grant() {
        int position = cursor.position();
        boolean grant = cursor.next().equals("grant");
        int start = cursor.index();
        boolean optionFor = !grant && cursor.accept("grant", "option", "for");
        List<Ddl.Privilege> privileges = privileges();
        if (!optionFor && cursor.atAny("to", "from", "option")) {
            cursor.rewind(start);
            return grantRoles(grant, position);
        }
        cursor.expect("on");
        Ddl.Grant body = target(grant, privileges, optionFor, position);
        return body;
    }

    /// Empty = ALL.
    private List<Ddl.Privilege> privileges() {
        if (cursor.at("all") && !cursor.atSymbol(1, ",")) {
            cursor.next();
            cursor.accept("privileges");
            if (cursor.atSymbol("(")) {
                return List.of(new Ddl.Privilege("all", cursor.columnNames()));
            }
            return List.of();
        }
        return cursor.commaList(() -> {
            boolean reserved = cursor.atAny("select", "references", "create");
            String name = reserved ? cursor.next() : cursor.columnName();
            if (name.equals("alter") && cursor.accept("system")) {
                name = "alter system";
            }
            return new Ddl.Privilege(name, cursor.optionalColumnNames());
        });
    }

    private Ddl.Grant target(boolean grant, List<Ddl.Privilege> privileges, boolean optionFor, int position) {
        ObjectType type = ObjectType.TABLE;
        boolean all = false;
        List<Ddl.ObjectName> names;
        if (cursor.accept("all")) {
            type = plural(cursor.expectAny("tables", "sequences", "functions", "procedures", "routines"));
            cursor.expect("in");
            cursor.expect("schema");
            all = true;
            names = cursor.commaList(() -> grammar.objects.objectName(ObjectType.SCHEMA));
        } else {
            if (cursor.accept("foreign", "server")) {
                type = ObjectType.SERVER;
            } else if (cursor.accept("parameter")) {
                type = ObjectType.DATABASE;
            } else if (atObjectType()) {
                type = grammar.objects.objectType();
            }
            ObjectType kind = type;
            names = cursor.commaList(() -> grammar.objects.objectName(kind));
        }
        cursor.expect(grant ? "to" : "from");
        List<String> grantees = grantees();
        boolean option = grant ? cursor.accept("with", "grant", "option") : optionFor;
        grantedBy();
        boolean cascade = !grant && grammar.alters.cascade();
        return new Ddl.Grant(grant, privileges, type, all, names, grantees, option, cascade, position);
    }

    private boolean atObjectType() {
        if (cursor.atAny("table", "foreign") || cursor.at("large", "object")) {
            return true;
        }
        boolean kind = cursor.atAny(
                "sequence",
                "function",
                "procedure",
                "routine",
                "database",
                "domain",
                "language",
                "schema",
                "tablespace",
                "type");
        // a table may bear such a name: GRANT SELECT ON type TO bob
        boolean nameFollows = cursor.kind(1) == TokenKind.WORD || cursor.kind(1) == TokenKind.QUOTED_NAME;
        return kind && nameFollows && !cursor.at(1, "to") && !cursor.at(1, "from");
    }

    private static ObjectType plural(String word) {
        return switch (word) {
            case "tables" -> ObjectType.TABLE;
            case "sequences" -> ObjectType.SEQUENCE;
            case "functions" -> ObjectType.FUNCTION;
            case "procedures" -> ObjectType.PROCEDURE;
            case "types" -> ObjectType.TYPE;
            case "schemas" -> ObjectType.SCHEMA;
            default -> ObjectType.ROUTINE;
        };
    }

    private List<String> grantees() {
        return cursor.commaList(() -> {
            cursor.accept("group");
            return cursor.role();
        });
    }

    private @Nullable String grantedBy() {
        return cursor.accept("granted", "by") ? cursor.role() : null;
    }

    private Statement grantRoles(boolean grant, int position) {
        List<Ddl.Option> options = new ArrayList<>();
        int at = cursor.position();
        if (!grant && cursor.atColumnName() && cursor.at(1, "option") && cursor.at(2, "for")) {
            options.add(new Ddl.Option(cursor.next(), "true", at));
            cursor.expect("option", "for");
        }
        List<String> roles = cursor.commaList(cursor::columnName);
        cursor.expect(grant ? "to" : "from");
        List<String> grantees = grantees();
        if (grant && cursor.accept("with")) {
            do {
                int where = cursor.position();
                String name = cursor.label();
                String value = cursor.accept("option") ? "true" : cursor.next();
                options.add(new Ddl.Option(name, value, where));
            } while (cursor.acceptSymbol(","));
        }
        grantedBy();
        boolean cascade = !grant && grammar.alters.cascade();
        return new Ddl.GrantRole(grant, roles, grantees, List.copyOf(options), cascade, position);
    }

    /// Behind ALTER DEFAULT.
    Statement defaultPrivileges(int position) {
        cursor.expect("privileges");
        List<String> roles = List.of();
        List<String> schemas = List.of();
        while (cursor.atAny("in", "for")) {
            if (cursor.next().equals("in")) {
                cursor.expect("schema");
                schemas = cursor.commaList(cursor::columnName);
            } else {
                cursor.expectAny("role", "user");
                roles = cursor.commaList(cursor::role);
            }
        }
        int at = cursor.position();
        boolean grant = cursor.expectAny("grant", "revoke").equals("grant");
        boolean optionFor = !grant && cursor.accept("grant", "option", "for");
        List<Ddl.Privilege> privileges = privileges();
        cursor.expect("on");
        ObjectType type = plural(
                cursor.expectAny("tables", "sequences", "functions", "procedures", "routines", "types", "schemas"));
        cursor.expect(grant ? "to" : "from");
        List<String> grantees = grantees();
        boolean option = grant ? cursor.accept("with", "grant", "option") : optionFor;
        boolean cascade = !grant && grammar.alters.cascade();
        Ddl.Grant action = new Ddl.Grant(grant, privileges, type, true, List.of(), grantees, option, cascade, at);
        return new Ddl.AlterDefaultPrivileges(roles, schemas, action, position);
    }
}
