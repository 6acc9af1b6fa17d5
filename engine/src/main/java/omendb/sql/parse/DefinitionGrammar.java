package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Ddl.SequenceOption;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TableElement;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// CREATE of everything but tables, routines and roles.
final class DefinitionGrammar {
    private static final String[] SEQUENCE_OPTIONS = {
        "as",
        "increment",
        "minvalue",
        "maxvalue",
        "no",
        "start",
        "restart",
        "cache",
        "cycle",
        "owned",
        "sequence",
        "logged",
        "unlogged"
    };

    private final Grammar grammar;
    private final TokenCursor cursor;

    DefinitionGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    /// Behind CREATE.
    Statement create(int position) {
        boolean replace = cursor.accept("or", "replace");
        Ddl.Persistence persistence = persistence();
        String word = cursor.kind() == TokenKind.WORD ? cursor.value() : "";
        if (persistence != Ddl.Persistence.PERMANENT) {
            if (!cursor.atAny("table", "view", "sequence", "recursive")) {
                throw cursor.syntaxError();
            }
        }
        if (replace
                && !cursor.atAny(
                        "view",
                        "recursive",
                        "function",
                        "procedure",
                        "trigger",
                        "constraint",
                        "rule",
                        "aggregate",
                        "transform",
                        "language",
                        "trusted",
                        "procedural")) {
            throw cursor.syntaxError();
        }
        return switch (word) {
            case "table" -> {
                cursor.next();
                yield grammar.tables.create(persistence, position);
            }
            case "unique", "index" -> index(position);
            case "view", "recursive" -> view(replace, persistence, position);
            case "materialized" -> {
                cursor.next();
                cursor.expect("view");
                yield materializedView(position);
            }
            case "schema" -> {
                cursor.next();
                yield schema(position);
            }
            case "sequence" -> {
                cursor.next();
                boolean ifNotExists = grammar.tables.ifNotExists();
                QualifiedName name = cursor.qualifiedName();
                yield new Ddl.CreateSequence(name, persistence, ifNotExists, sequenceOptions(), position);
            }
            case "extension" -> {
                cursor.next();
                yield extension(position);
            }
            case "database" -> {
                cursor.next();
                yield new Ddl.CreateDatabase(cursor.columnName(), databaseOptions(), position);
            }
            case "type" -> {
                cursor.next();
                yield type(position);
            }
            case "domain" -> {
                cursor.next();
                yield domain(position);
            }
            case "statistics" -> {
                cursor.next();
                yield statistics(position);
            }
            case "role", "group" -> grammar.privileges.createRole(position);
            case "user" ->
                cursor.at(1, "mapping") ? grammar.recognised.create(position) : grammar.privileges.createRole(position);
            case "function", "procedure" -> grammar.routines.createFunction(replace, position);
            case "trigger" -> grammar.routines.createTrigger(replace, position);
            case "constraint" -> grammar.routines.createTrigger(replace, position);
            case "policy" -> grammar.routines.createPolicy(position);
            default -> grammar.recognised.create(position);
        };
    }

    private Ddl.Persistence persistence() {
        if (cursor.atAny("local", "global") && (cursor.at(1, "temporary") || cursor.at(1, "temp"))) {
            cursor.next();
        }
        if (cursor.acceptAny("temporary", "temp") != null) {
            return Ddl.Persistence.TEMPORARY;
        }
        return cursor.accept("unlogged") ? Ddl.Persistence.UNLOGGED : Ddl.Persistence.PERMANENT;
    }

    // ---- tables and views from queries

    /// CREATE TABLE AS behind the name.
    Statement tableAs(
            QualifiedName name,
            boolean materializedView,
            Ddl.Persistence persistence,
            boolean ifNotExists,
            int position) {
        List<String> columns = cursor.optionalColumnNames();
        String accessMethod = grammar.tables.accessMethod();
        List<Ddl.Option> options = grammar.tables.storageOptions();
        Ddl.OnCommit onCommit = materializedView ? Ddl.OnCommit.NONE : grammar.tables.onCommit();
        String tablespace = grammar.tables.tablespace();
        cursor.expect("as");
        Statement source =
                !materializedView && cursor.at("execute") ? grammar.utilities.execute() : grammar.queries.query();
        return new Ddl.CreateTableAs(
                name,
                columns,
                materializedView,
                persistence,
                ifNotExists,
                accessMethod,
                options,
                onCommit,
                tablespace,
                source,
                withData(),
                false,
                position);
    }

    /// `WITH [NO] DATA`; true if nothing is said.
    boolean withData() {
        if (cursor.accept("with", "no", "data")) {
            return false;
        }
        cursor.accept("with", "data");
        return true;
    }

    private Statement materializedView(int position) {
        boolean ifNotExists = grammar.tables.ifNotExists();
        QualifiedName name = cursor.qualifiedName();
        return tableAs(name, true, Ddl.Persistence.PERMANENT, ifNotExists, position);
    }

    private Statement view(boolean replace, Ddl.Persistence persistence, int position) {
        boolean recursive = cursor.accept("recursive");
        cursor.expect("view");
        QualifiedName name = cursor.qualifiedName();
        List<String> columns = recursive ? cursor.columnNames() : cursor.optionalColumnNames();
        List<Ddl.Option> options = List.of();
        if (cursor.accept("with")) {
            options = grammar.tables.parenthesisedOptions();
        }
        cursor.expect("as");
        Query query = grammar.queries.query();
        String check = null;
        if (cursor.accept("with")) {
            check = cursor.accept("local") ? "LOCAL" : "CASCADED";
            if (check.equals("CASCADED")) {
                cursor.accept("cascaded");
            }
            cursor.expect("check");
            cursor.expect("option");
        }
        return new Ddl.CreateView(name, columns, replace, recursive, persistence, options, query, check, position);
    }

    // ---- indexes

    private Statement index(int position) {
        boolean unique = cursor.accept("unique");
        cursor.expect("index");
        boolean concurrently = cursor.accept("concurrently");
        boolean ifNotExists = grammar.tables.ifNotExists();
        String name = ifNotExists || !cursor.at("on") ? cursor.columnName() : null;
        cursor.expect("on");
        boolean only = cursor.accept("only");
        QualifiedName table = cursor.qualifiedName();
        if (!only) {
            cursor.acceptOperator("*");
        }
        String method = grammar.tables.accessMethod();
        cursor.expectSymbol("(");
        List<Ddl.IndexElement> elements = cursor.commaList(grammar.tables::indexElement);
        cursor.expectSymbol(")");
        List<String> including = cursor.accept("include") ? cursor.columnNames() : List.of();
        boolean nullsNotDistinct = false;
        if (cursor.accept("nulls")) {
            nullsNotDistinct = cursor.accept("not");
            cursor.expect("distinct");
        }
        List<Ddl.Option> options = List.of();
        if (cursor.accept("with")) {
            options = grammar.tables.parenthesisedOptions();
        }
        String tablespace = grammar.tables.tablespace();
        Expr where = grammar.queries.optionalWhere();
        return new Ddl.CreateIndex(
                name,
                unique,
                concurrently,
                ifNotExists,
                table,
                only,
                method,
                elements,
                including,
                nullsNotDistinct,
                options,
                tablespace,
                where,
                position);
    }

    // ---- schemas, extensions, databases

    private Statement schema(int position) {
        boolean ifNotExists = grammar.tables.ifNotExists();
        String name = cursor.at("authorization") ? null : cursor.columnName();
        String authorization = cursor.accept("authorization") ? cursor.role() : null;
        List<Statement> elements = new ArrayList<>();
        if (ifNotExists && cursor.atAny("create", "grant")) {
            throw cursor.errorAt(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "CREATE SCHEMA IF NOT EXISTS cannot include schema elements",
                    cursor.position());
        }
        while (cursor.atAny("create", "grant")) {
            elements.add(grammar.statements.statement());
        }
        return new Ddl.CreateSchema(name, authorization, ifNotExists, List.copyOf(elements), position);
    }

    private Statement extension(int position) {
        boolean ifNotExists = grammar.tables.ifNotExists();
        String name = cursor.nonReservedWord();
        cursor.accept("with");
        List<Ddl.Option> options = new ArrayList<>();
        while (cursor.atAny("schema", "version", "from", "cascade")) {
            int at = cursor.position();
            String word = cursor.next();
            String value = word.equals("cascade") ? null : nameOrString();
            options.add(new Ddl.Option(word, value, at));
        }
        return new Ddl.CreateExtension(name, ifNotExists, List.copyOf(options), position);
    }

    /// A non-reserved word or a string.
    String nameOrString() {
        return cursor.atString() ? cursor.next() : cursor.nonReservedWord();
    }

    /// Options of CREATE and ALTER DATABASE: `[WITH] name [=] value ...`.
    List<Ddl.Option> databaseOptions() {
        cursor.accept("with");
        List<Ddl.Option> options = new ArrayList<>();
        while (cursor.kind() == TokenKind.WORD) {
            int at = cursor.position();
            String name = databaseOption();
            cursor.acceptOperator("=");
            String value;
            if (cursor.accept("default")) {
                value = null;
            } else if (cursor.kind() == TokenKind.INTEGER || cursor.atOperator("-") || cursor.atOperator("+")) {
                value = Long.toString(cursor.signedInteger());
            } else {
                value = cursor.atAny("true", "false", "on") ? cursor.next() : nameOrString();
            }
            options.add(new Ddl.Option(name, value, at));
        }
        return List.copyOf(options);
    }

    private String databaseOption() {
        if (cursor.accept("connection")) {
            cursor.expect("limit");
            return "connection_limit";
        }
        boolean known =
                cursor.category() == null || cursor.atAny("encoding", "location", "owner", "tablespace", "template");
        if (!known) {
            throw cursor.syntaxError();
        }
        return cursor.next();
    }

    // ---- sequences

    boolean atSequenceOption() {
        return cursor.atAny(SEQUENCE_OPTIONS);
    }

    List<SequenceOption> sequenceOptions() {
        List<SequenceOption> options = new ArrayList<>();
        while (atSequenceOption()) {
            options.add(sequenceOption());
        }
        return List.copyOf(options);
    }

    SequenceOption sequenceOption() {
        String option = cursor.expectAny(SEQUENCE_OPTIONS);
        return switch (option) {
            case "as" -> new SequenceOption.As(grammar.types.type());
            case "increment" -> {
                cursor.accept("by");
                yield new SequenceOption.Increment(cursor.signedInteger());
            }
            case "minvalue" -> new SequenceOption.MinValue(cursor.signedInteger());
            case "maxvalue" -> new SequenceOption.MaxValue(cursor.signedInteger());
            case "no" -> noSequenceOption();
            case "start" -> {
                cursor.accept("with");
                yield new SequenceOption.Start(cursor.signedInteger());
            }
            case "restart" -> {
                boolean with = cursor.accept("with");
                boolean number = cursor.kind() == TokenKind.INTEGER || cursor.kind() == TokenKind.OPERATOR;
                yield new SequenceOption.Restart(with || number ? cursor.signedInteger() : null);
            }
            case "cache" -> new SequenceOption.Cache(cursor.signedInteger());
            case "cycle" -> new SequenceOption.Cycle(true);
            case "owned" -> {
                cursor.expect("by");
                yield new SequenceOption.OwnedBy(cursor.accept("none") ? null : cursor.qualifiedName());
            }
            case "sequence" -> {
                cursor.expect("name");
                yield new SequenceOption.Name(cursor.qualifiedName());
            }
            case "logged" -> new SequenceOption.Logged(true);
            default -> new SequenceOption.Logged(false);
        };
    }

    private SequenceOption noSequenceOption() {
        return switch (cursor.expectAny("minvalue", "maxvalue", "cycle")) {
            case "minvalue" -> new SequenceOption.MinValue(null);
            case "maxvalue" -> new SequenceOption.MaxValue(null);
            default -> new SequenceOption.Cycle(false);
        };
    }

    // ---- types

    private Statement type(int position) {
        QualifiedName name = cursor.qualifiedName();
        if (!cursor.accept("as")) {
            return grammar.recognised.baseType(position);
        }
        if (cursor.accept("enum")) {
            cursor.expectSymbol("(");
            List<String> labels = cursor.atSymbol(")") ? List.of() : cursor.commaList(cursor::string);
            cursor.expectSymbol(")");
            return new Ddl.CreateEnum(name, labels, position);
        }
        if (cursor.accept("range")) {
            return new Ddl.CreateRange(name, grammar.tables.parenthesisedOptions(), position);
        }
        cursor.expectSymbol("(");
        List<TableElement.Column> columns = cursor.atSymbol(")") ? List.of() : cursor.commaList(this::attribute);
        cursor.expectSymbol(")");
        return new Ddl.CreateComposite(name, columns, position);
    }

    private TableElement.Column attribute() {
        int position = cursor.position();
        String name = cursor.columnName();
        TypeName type = grammar.types.type();
        QualifiedName collation = grammar.expressions.optionalCollation();
        return new TableElement.Column(name, type, collation, null, null, List.of(), position);
    }

    private Statement domain(int position) {
        QualifiedName name = cursor.qualifiedName();
        cursor.accept("as");
        TypeName type = grammar.types.type();
        QualifiedName collation = null;
        List<TableElement.Constraint> constraints = new ArrayList<>();
        while (true) {
            if (cursor.at("collate")) {
                collation = grammar.expressions.optionalCollation();
                continue;
            }
            TableElement.@Nullable Constraint constraint = grammar.constraints.columnConstraint();
            if (constraint == null) {
                return new Ddl.CreateDomain(name, type, collation, List.copyOf(constraints), position);
            }
            constraints.add(constraint);
        }
    }

    private Statement statistics(int position) {
        boolean ifNotExists = grammar.tables.ifNotExists();
        QualifiedName name = cursor.atSymbol("(") || cursor.at("on") ? null : cursor.qualifiedName();
        List<String> kinds = cursor.optionalColumnNames();
        cursor.expect("on");
        List<Ddl.IndexElement> elements = cursor.commaList(grammar.tables::bareElement);
        cursor.expect("from");
        return new Ddl.CreateStatistics(name, ifNotExists, kinds, elements, grammar.from.list(), position);
    }
}
