package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.SortItem;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TableElement;
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

    List<Ddl.Option> withOptions() {
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
        return atTableConstraint() ? grammar.constraints.tableConstraint() : column();
    }

    private TableElement untypedElement() {
        if (atTableConstraint()) {
            return grammar.constraints.tableConstraint();
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
            TableElement.Constraint constraint = grammar.constraints.columnConstraint();
            if (constraint == null) {
                return new TableElement.Column(
                        name, type, collation, storage, compression, List.copyOf(constraints), position);
            }
            constraints.add(constraint);
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
        boolean alone = cursor.atSymbol(1, ",") || cursor.atSymbol(1, ")");
        if (cursor.kind() == TokenKind.WORD && (alone || cursor.category() == Keywords.Category.RESERVED)) {
            return cursor.next();
        }
        return Deparser.type(grammar.types.type());
    }
}
