package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Ddl.ObjectType;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// Objects by kind and name: DROP, COMMENT, and definitions that are only recognised.
final class ObjectGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    ObjectGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    // ---- kinds

    /// The kind at the cursor, which it takes.
    ObjectType objectType() {
        ObjectType type = twoWordType();
        if (type != null) {
            return type;
        }
        if (cursor.kind() != TokenKind.WORD) {
            throw cursor.syntaxError();
        }
        ObjectType single = switch (cursor.value()) {
            case "aggregate" -> ObjectType.AGGREGATE;
            case "cast" -> ObjectType.CAST;
            case "collation" -> ObjectType.COLLATION;
            case "column" -> ObjectType.COLUMN;
            case "constraint" -> ObjectType.CONSTRAINT;
            case "conversion" -> ObjectType.CONVERSION;
            case "database" -> ObjectType.DATABASE;
            case "domain" -> ObjectType.DOMAIN;
            case "extension" -> ObjectType.EXTENSION;
            case "function" -> ObjectType.FUNCTION;
            case "index" -> ObjectType.INDEX;
            case "language" -> ObjectType.LANGUAGE;
            case "operator" -> ObjectType.OPERATOR;
            case "policy" -> ObjectType.POLICY;
            case "procedure" -> ObjectType.PROCEDURE;
            case "publication" -> ObjectType.PUBLICATION;
            case "role", "user", "group" -> ObjectType.ROLE;
            case "routine" -> ObjectType.ROUTINE;
            case "rule" -> ObjectType.RULE;
            case "schema" -> ObjectType.SCHEMA;
            case "sequence" -> ObjectType.SEQUENCE;
            case "server" -> ObjectType.SERVER;
            case "statistics" -> ObjectType.STATISTICS;
            case "subscription" -> ObjectType.SUBSCRIPTION;
            case "table" -> ObjectType.TABLE;
            case "tablespace" -> ObjectType.TABLESPACE;
            case "transform" -> ObjectType.TRANSFORM;
            case "trigger" -> ObjectType.TRIGGER;
            case "type" -> ObjectType.TYPE;
            case "view" -> ObjectType.VIEW;
            default -> throw cursor.syntaxError();
        };
        cursor.next();
        return single;
    }

    private @Nullable ObjectType twoWordType() {
        if (cursor.accept("materialized", "view")) {
            return ObjectType.MATERIALIZED_VIEW;
        }
        if (cursor.accept("foreign", "table")) {
            return ObjectType.FOREIGN_TABLE;
        }
        if (cursor.accept("foreign", "data", "wrapper")) {
            return ObjectType.FOREIGN_DATA_WRAPPER;
        }
        if (cursor.accept("access", "method")) {
            return ObjectType.ACCESS_METHOD;
        }
        if (cursor.accept("event", "trigger")) {
            return ObjectType.EVENT_TRIGGER;
        }
        if (cursor.accept("large", "object")) {
            return ObjectType.LARGE_OBJECT;
        }
        if (cursor.accept("user", "mapping")) {
            return ObjectType.USER_MAPPING;
        }
        if (cursor.accept("operator", "class")) {
            return ObjectType.OPERATOR_CLASS;
        }
        if (cursor.accept("operator", "family")) {
            return ObjectType.OPERATOR_FAMILY;
        }
        if (cursor.accept("procedural", "language")) {
            return ObjectType.LANGUAGE;
        }
        if (cursor.accept("text", "search")) {
            return switch (cursor.expectAny("configuration", "dictionary", "parser", "template")) {
                case "configuration" -> ObjectType.TEXT_SEARCH_CONFIGURATION;
                case "dictionary" -> ObjectType.TEXT_SEARCH_DICTIONARY;
                case "parser" -> ObjectType.TEXT_SEARCH_PARSER;
                default -> ObjectType.TEXT_SEARCH_TEMPLATE;
            };
        }
        return null;
    }

    // ---- names

    /// The name of an object of this kind.
    Ddl.ObjectName objectName(ObjectType type) {
        int position = cursor.position();
        return switch (type) {
            case FUNCTION, PROCEDURE, ROUTINE -> routine(position);
            case AGGREGATE -> {
                QualifiedName name = cursor.functionName();
                yield new Ddl.ObjectName(name, aggregateArguments(), null, position);
            }
            case OPERATOR -> operator(position);
            case OPERATOR_CLASS, OPERATOR_FAMILY -> {
                QualifiedName name = cursor.qualifiedName();
                cursor.expect("using");
                yield new Ddl.ObjectName(name, null, cursor.qualifiedName(), position);
            }
            case CAST -> cast(position);
            case TRIGGER, RULE, POLICY -> {
                QualifiedName name = cursor.qualifiedName();
                cursor.expect("on");
                yield new Ddl.ObjectName(name, null, cursor.qualifiedName(), position);
            }
            case CONSTRAINT -> {
                QualifiedName name = cursor.qualifiedName();
                cursor.expect("on");
                cursor.accept("domain");
                yield new Ddl.ObjectName(name, null, cursor.qualifiedName(), position);
            }
            case TYPE, DOMAIN -> {
                TypeName name = grammar.types.type();
                yield new Ddl.ObjectName(new QualifiedName(name.names(), position), null, null, position);
            }
            case LARGE_OBJECT ->
                new Ddl.ObjectName(
                        new QualifiedName(List.of(Long.toString(cursor.signedInteger())), position),
                        null,
                        null,
                        position);
            case ROLE -> new Ddl.ObjectName(new QualifiedName(List.of(cursor.role()), position), null, null, position);
            case TRANSFORM, USER_MAPPING -> throw cursor.syntaxError();
            default -> new Ddl.ObjectName(cursor.qualifiedName(), null, null, position);
        };
    }

    private Ddl.ObjectName routine(int position) {
        QualifiedName name = cursor.functionName();
        if (!cursor.acceptSymbol("(")) {
            return new Ddl.ObjectName(name, null, null, position);
        }
        List<TypeName> types = cursor.atSymbol(")") ? List.of() : cursor.commaList(this::argument);
        cursor.expectSymbol(")");
        return new Ddl.ObjectName(name, types, null, position);
    }

    /// `[mode] [name] type`.
    private TypeName argument() {
        cursor.acceptAny("in", "out", "inout", "variadic");
        boolean typeEnds = cursor.atSymbol(1, ",")
                || cursor.atSymbol(1, ")")
                || cursor.atSymbol(1, "(")
                || cursor.atSymbol(1, "[")
                || cursor.atSymbol(1, ".")
                || cursor.at(1, "order")
                || cursor.at(1, "precision")
                || cursor.at(1, "varying")
                || cursor.at(1, "with")
                || cursor.at(1, "without");
        if (cursor.atFunctionName() && !typeEnds) {
            cursor.next();
            cursor.acceptAny("in", "out", "inout", "variadic");
        }
        return grammar.types.routineType();
    }

    List<TypeName> aggregateArguments() {
        cursor.expectSymbol("(");
        List<TypeName> types = new ArrayList<>();
        if (!cursor.acceptOperator("*")) {
            if (!cursor.at("order")) {
                types.addAll(cursor.commaList(this::argument));
            }
            if (cursor.accept("order")) {
                cursor.expect("by");
                types.addAll(cursor.commaList(this::argument));
            }
        }
        cursor.expectSymbol(")");
        return List.copyOf(types);
    }

    private Ddl.ObjectName operator(int position) {
        var name = grammar.expressions.anyOperator();
        cursor.expectSymbol("(");
        List<TypeName> types = new ArrayList<>();
        do {
            types.add(cursor.accept("none") ? TypeName.of("none") : grammar.types.type());
        } while (cursor.acceptSymbol(","));
        if (types.size() == 1 && cursor.atSymbol(")")) {
            throw cursor.errorAt("missing argument", cursor.position())
                    .withHint("Use NONE to denote the missing argument of a unary operator.");
        }
        cursor.expectSymbol(")");
        List<String> parts = name.schema() == null ? List.of(name.name()) : List.of(name.schema(), name.name());
        return new Ddl.ObjectName(new QualifiedName(parts, position), List.copyOf(types), null, position);
    }

    private Ddl.ObjectName cast(int position) {
        cursor.expectSymbol("(");
        TypeName from = grammar.types.type();
        cursor.expect("as");
        TypeName to = grammar.types.type();
        cursor.expectSymbol(")");
        return new Ddl.ObjectName(new QualifiedName(List.of("cast"), position), List.of(from, to), null, position);
    }

    // ---- DROP

    /// Behind DROP.
    Statement drop(int position) {
        if (cursor.accept("owned", "by")) {
            List<String> roles = cursor.commaList(cursor::role);
            return new Ddl.Owned(roles, null, grammar.alters.cascade(), position);
        }
        int at = cursor.index();
        ObjectType type = objectType();
        switch (type) {
            case DATABASE -> {
                return dropDatabase(position);
            }
            case TRANSFORM, USER_MAPPING -> {
                cursor.rewind(at);
                return grammar.recognised.other("DROP", position);
            }
            case COLUMN, CONSTRAINT, LARGE_OBJECT -> throw cursor.syntaxErrorAt(at);
            default -> {}
        }
        boolean concurrently = type == ObjectType.INDEX && cursor.accept("concurrently");
        boolean ifExists = cursor.accept("if", "exists");
        boolean single = type == ObjectType.TRIGGER
                || type == ObjectType.RULE
                || type == ObjectType.POLICY
                || type == ObjectType.CAST
                || type == ObjectType.TABLESPACE
                || type == ObjectType.SUBSCRIPTION;
        List<Ddl.ObjectName> names = single ? List.of(objectName(type)) : cursor.commaList(() -> objectName(type));
        boolean cascade = type != ObjectType.ROLE && type != ObjectType.TABLESPACE && grammar.alters.cascade();
        return new Ddl.Drop(type, names, ifExists, cascade, concurrently, position);
    }

    private Statement dropDatabase(int position) {
        boolean ifExists = cursor.accept("if", "exists");
        String name = cursor.columnName();
        boolean force = false;
        if (cursor.at("with") || cursor.atSymbol("(")) {
            cursor.accept("with");
            cursor.expectSymbol("(");
            cursor.commaList(() -> {
                cursor.expect("force");
                return Boolean.TRUE;
            });
            cursor.expectSymbol(")");
            force = true;
        }
        return new Ddl.DropDatabase(name, ifExists, force, position);
    }

    // ---- COMMENT

    /// Behind COMMENT.
    Statement comment(int position) {
        cursor.expect("on");
        ObjectType type = objectType();
        Ddl.ObjectName name = objectName(type);
        cursor.expect("is");
        String text = cursor.accept("null") ? null : cursor.string();
        return new Ddl.Comment(type, name, text, position);
    }

    // ---- RENAME, OWNER, SET SCHEMA of what is no relation

    /// `ALTER type name RENAME TO | OWNER TO | SET SCHEMA`; null (and nothing taken) if something else follows
    /// the name.
    @Nullable
    Statement alterObject(ObjectType type, int position) {
        int start = cursor.index();
        boolean ifExists = type == ObjectType.POLICY && cursor.accept("if", "exists");
        boolean typeName = type == ObjectType.TYPE || type == ObjectType.DOMAIN;
        Ddl.ObjectName name = objectName(typeName ? ObjectType.COLLATION : type);
        if (cursor.accept("rename", "to")) {
            String newName = cursor.columnName();
            QualifiedName on = name.on();
            if (on == null || type == ObjectType.OPERATOR_CLASS || type == ObjectType.OPERATOR_FAMILY) {
                return new Ddl.Rename(type, type, name.name(), null, newName, ifExists, position);
            }
            String part = name.name().name();
            return new Ddl.Rename(type, ObjectType.TABLE, on, part, newName, ifExists, position);
        }
        if (cursor.accept("owner", "to")) {
            return new Ddl.SetOwner(type, name, cursor.role(), position);
        }
        if (cursor.accept("set", "schema")) {
            return new Ddl.SetSchema(type, name, cursor.columnName(), false, position);
        }
        cursor.rewind(start);
        return null;
    }
}
