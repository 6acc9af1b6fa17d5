package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.SortItem;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TableElement;
import omendb.sql.ast.TableElement.Action;
import omendb.sql.ast.TableElement.ConstraintBody;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// CREATE TABLE and what its parts share with other statements: columns, constraints, index elements, options,
/// partition bounds.
final class TableGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    TableGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    // ---- CREATE TABLE

    /// Behind CREATE [TEMPORARY|UNLOGGED] TABLE.
    Statement create(Ddl.Persistence persistence, int position) {
        boolean ifNotExists = ifNotExists();
        QualifiedName name = cursor.qualifiedName();
        if (cursor.accept("partition", "of")) {
            return partitionOf(name, persistence, ifNotExists, position);
        }
        if (cursor.accept("of")) {
            QualifiedName type = cursor.qualifiedName();
            return finish(name, persistence, ifNotExists, optionalElements(), type, null, null, position);
        }
        if (!cursor.atSymbol("(") || atColumnList()) {
            return grammar.definitions.tableAs(name, false, persistence, ifNotExists, position);
        }
        cursor.expectSymbol("(");
        List<TableElement> elements = cursor.atSymbol(")") ? List.of() : cursor.commaList(this::element);
        cursor.expectSymbol(")");
        return finish(name, persistence, ifNotExists, elements, null, null, null, position);
    }

    boolean ifNotExists() {
        if (!cursor.at("if", "not")) {
            return false;
        }
        cursor.expect("if", "not", "exists");
        return true;
    }

    /// `(a, b)` or `(a)` of CREATE TABLE AS.
    private boolean atColumnList() {
        return cursor.atColumnName(1) && (cursor.atSymbol(2, ",") || cursor.atSymbol(2, ")"));
    }

    private Statement partitionOf(QualifiedName name, Ddl.Persistence persistence, boolean ifNotExists, int position) {
        QualifiedName parent = cursor.qualifiedName();
        List<TableElement> elements = optionalElements();
        return finish(name, persistence, ifNotExists, elements, null, parent, partitionBound(), position);
    }

    /// Elements whose columns only add constraints.
    private List<TableElement> optionalElements() {
        if (!cursor.acceptSymbol("(")) {
            return List.of();
        }
        List<TableElement> elements = cursor.commaList(this::untypedElement);
        cursor.expectSymbol(")");
        return elements;
    }

    private Statement finish(
            QualifiedName name,
            Ddl.Persistence persistence,
            boolean ifNotExists,
            List<TableElement> elements,
            @Nullable QualifiedName ofType,
            @Nullable QualifiedName parent,
            Ddl.@Nullable PartitionBound bound,
            int position) {
        List<QualifiedName> inherits = List.of();
        if (ofType == null && parent == null && cursor.accept("inherits")) {
            cursor.expectSymbol("(");
            inherits = cursor.commaList(cursor::qualifiedName);
            cursor.expectSymbol(")");
        }
        Ddl.PartitionBy partitionBy = cursor.at("partition") ? partitionBy() : null;
        String accessMethod = accessMethod();
        List<Ddl.Option> options = storageOptions();
        Ddl.OnCommit onCommit = onCommit();
        String tablespace = tablespace();
        return new Ddl.CreateTable(
                name,
                persistence,
                ifNotExists,
                elements,
                inherits,
                ofType,
                parent,
                bound,
                partitionBy,
                accessMethod,
                options,
                onCommit,
                tablespace,
                position);
    }

    @Nullable
    String accessMethod() {
        return cursor.accept("using") ? cursor.columnName() : null;
    }

    @Nullable
    String tablespace() {
        return cursor.accept("tablespace") ? cursor.columnName() : null;
    }

    /// `WITH (...)` or `WITHOUT OIDS`.
    List<Ddl.Option> storageOptions() {
        if (cursor.accept("without", "oids")) {
            return List.of();
        }
        return cursor.at("with") && cursor.atSymbol(1, "(") ? withOptions() : List.of();
    }

    private List<Ddl.Option> withOptions() {
        cursor.expect("with");
        return parenthesisedOptions();
    }

    Ddl.OnCommit onCommit() {
        if (!cursor.accept("on", "commit")) {
            return Ddl.OnCommit.NONE;
        }
        if (cursor.accept("drop")) {
            return Ddl.OnCommit.DROP;
        }
        boolean delete = cursor.expectAny("delete", "preserve").equals("delete");
        cursor.expect("rows");
        return delete ? Ddl.OnCommit.DELETE_ROWS : Ddl.OnCommit.PRESERVE_ROWS;
    }

    // ---- partitions

    private Ddl.PartitionBy partitionBy() {
        int position = cursor.position();
        cursor.expect("partition");
        cursor.expect("by");
        String strategy = cursor.columnName();
        if (!strategy.equals("list") && !strategy.equals("range") && !strategy.equals("hash")) {
            throw cursor.errorAt(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "unrecognized partitioning strategy \"" + strategy + "\"",
                    cursor.lastPosition());
        }
        cursor.expectSymbol("(");
        List<Ddl.IndexElement> elements = cursor.commaList(this::indexElement);
        cursor.expectSymbol(")");
        return new Ddl.PartitionBy(strategy, elements, position);
    }

    /// `FOR VALUES ...` or `DEFAULT`.
    Ddl.PartitionBound partitionBound() {
        if (cursor.accept("default")) {
            return new Ddl.PartitionBound.Default();
        }
        cursor.expect("for");
        cursor.expect("values");
        if (cursor.accept("in")) {
            return new Ddl.PartitionBound.InList(parenthesisedList());
        }
        if (cursor.accept("from")) {
            List<Expr> from = parenthesisedList();
            cursor.expect("to");
            return new Ddl.PartitionBound.Range(from, parenthesisedList());
        }
        cursor.expect("with");
        cursor.expectSymbol("(");
        int modulus = -1;
        int remainder = -1;
        do {
            if (cursor.expectAny("modulus", "remainder").equals("modulus")) {
                modulus = cursor.integer();
            } else {
                remainder = cursor.integer();
            }
        } while (cursor.acceptSymbol(","));
        int end = cursor.position();
        cursor.expectSymbol(")");
        if (modulus < 0) {
            throw cursor.errorAt("modulus for hash partition must be specified", end);
        }
        if (remainder < 0) {
            throw cursor.errorAt("remainder for hash partition must be specified", end);
        }
        return new Ddl.PartitionBound.Hash(modulus, remainder);
    }

    private List<Expr> parenthesisedList() {
        cursor.expectSymbol("(");
        List<Expr> list = grammar.expressions.list();
        cursor.expectSymbol(")");
        return list;
    }

    // ---- elements

    private TableElement element() {
        if (cursor.at("like")) {
            return like();
        }
        return atTableConstraint() ? tableConstraint() : column();
    }

    private TableElement untypedElement() {
        if (atTableConstraint()) {
            return tableConstraint();
        }
        int position = cursor.position();
        String name = cursor.columnName();
        if (cursor.accept("with")) {
            cursor.expect("options");
        }
        return columnBody(name, null, null, null, position);
    }

    private boolean atTableConstraint() {
        return cursor.atAny("constraint", "check", "unique", "primary", "foreign")
                || (cursor.at("exclude") && (cursor.at(1, "using") || cursor.atSymbol(1, "(")));
    }

    private TableElement like() {
        int position = cursor.position();
        cursor.expect("like");
        QualifiedName table = cursor.qualifiedName();
        List<String> options = new ArrayList<>();
        while (cursor.atAny("including", "excluding")) {
            String mode = cursor.next();
            String what = cursor.expectAny(
                    "comments",
                    "compression",
                    "constraints",
                    "defaults",
                    "identity",
                    "generated",
                    "indexes",
                    "statistics",
                    "storage",
                    "all");
            options.add((mode + " " + what).toUpperCase(Locale.ROOT));
        }
        return new TableElement.Like(table, List.copyOf(options), position);
    }

    /// `name type ... constraints`.
    TableElement.Column column() {
        int position = cursor.position();
        String name = cursor.columnName();
        TypeName type = grammar.types.type();
        String storage = null;
        if (cursor.accept("storage")) {
            storage = cursor.at("default") ? cursor.next() : cursor.columnName();
        }
        String compression = null;
        if (cursor.accept("compression")) {
            compression = cursor.at("default") ? cursor.next() : cursor.columnName();
        }
        return columnBody(name, type, storage, compression, position);
    }

    private TableElement.Column columnBody(
            String name,
            @Nullable TypeName type,
            @Nullable String storage,
            @Nullable String compression,
            int position) {
        List<TableElement.Constraint> constraints = new ArrayList<>();
        QualifiedName collation = null;
        while (true) {
            if (cursor.at("collate")) {
                int at = cursor.position();
                if (collation != null) {
                    throw cursor.errorAt("multiple COLLATE clauses not allowed", at);
                }
                collation = grammar.expressions.optionalCollation();
                continue;
            }
            TableElement.Constraint constraint = columnConstraint();
            if (constraint == null) {
                return new TableElement.Column(
                        name, type, collation, storage, compression, List.copyOf(constraints), position);
            }
            constraints.add(constraint);
        }
    }

    // ---- constraints

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
        List<Ddl.Option> options = cursor.at("with") ? withOptions() : List.of();
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
            elements.add(indexElement());
            cursor.expect("with");
            operators.add(
                    cursor.at("operator")
                            ? grammar.expressions.qualifiedOperator()
                            : grammar.expressions.anyOperator());
        } while (cursor.acceptSymbol(","));
        cursor.expectSymbol(")");
        List<String> including = cursor.accept("include") ? cursor.columnNames() : List.of();
        List<Ddl.Option> options = cursor.at("with") ? withOptions() : List.of();
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
        boolean notValid = false;
        ConstraintBody result = body;
        while (true) {
            if (cursor.accept("deferrable")) {
                deferrable = true;
            } else if (cursor.accept("not", "deferrable") || cursor.accept("initially", "immediate")) {
                deferred = false;
            } else if (cursor.accept("initially", "deferred")) {
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

    // ---- index elements and options

    /// A column, a call or a parenthesised expression with what CREATE INDEX allows behind it.
    Ddl.IndexElement indexElement() {
        Ddl.IndexElement bare = bareElement();
        QualifiedName collation = grammar.expressions.optionalCollation();
        QualifiedName operatorClass = null;
        List<Ddl.Option> classOptions = List.of();
        boolean nulls = cursor.at("nulls", "first") || cursor.at("nulls", "last");
        if (cursor.atColumnName() && !nulls) {
            operatorClass = cursor.qualifiedName();
            classOptions = cursor.atSymbol("(") ? parenthesisedOptions() : List.of();
        }
        SortItem.Direction direction = grammar.queries.direction();
        SortItem.Nulls nullsOrder = grammar.queries.nulls();
        return new Ddl.IndexElement(
                bare.column(),
                bare.expr(),
                collation,
                operatorClass,
                classOptions,
                direction,
                nullsOrder,
                bare.position());
    }

    /// A column, a call or a parenthesised expression.
    Ddl.IndexElement bareElement() {
        int position = cursor.position();
        String column = null;
        Expr expr;
        if (cursor.acceptSymbol("(")) {
            expr = grammar.expressions.expression();
            cursor.expectSymbol(")");
        } else {
            expr = grammar.from.functionInFrom();
            if (expr == null) {
                column = cursor.columnName();
            }
        }
        return new Ddl.IndexElement(
                column, expr, null, null, List.of(), SortItem.Direction.DEFAULT, SortItem.Nulls.DEFAULT, position);
    }

    /// `(name = value, ...)`.
    List<Ddl.Option> parenthesisedOptions() {
        cursor.expectSymbol("(");
        List<Ddl.Option> options = cursor.commaList(this::option);
        cursor.expectSymbol(")");
        return options;
    }

    private Ddl.Option option() {
        int position = cursor.position();
        String name = cursor.label();
        if (cursor.acceptSymbol(".")) {
            name = name + "." + cursor.label();
        }
        return new Ddl.Option(name, cursor.acceptOperator("=") ? optionValue() : null, position);
    }

    /// A word, a number, a string, an operator or a type, as text.
    String optionValue() {
        switch (cursor.kind()) {
            case STRING -> {
                return cursor.next();
            }
            case INTEGER, NUMERIC -> {
                return cursor.next();
            }
            case OPERATOR -> {
                String sign = cursor.next();
                boolean number = cursor.kind() == TokenKind.INTEGER || cursor.kind() == TokenKind.NUMERIC;
                if (number && (sign.equals("-") || sign.equals("+"))) {
                    return sign.equals("-") ? "-" + cursor.next() : cursor.next();
                }
                return sign;
            }
            default -> {}
        }
        if (cursor.kind() == TokenKind.WORD && !cursor.atSymbol(1, ".")) {
            boolean plain = cursor.atSymbol(1, ",") || cursor.atSymbol(1, ")") || cursor.kind(1) == TokenKind.WORD;
            if (plain && (cursor.category() == Keywords.Category.RESERVED || !cursor.at(1, "varying"))) {
                return cursor.next();
            }
        }
        return Deparser.type(grammar.types.type());
    }
}
