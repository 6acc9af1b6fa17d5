package omendb.sql.parse;

import omendb.sql.ast.Ddl;
import omendb.sql.ast.Ddl.ObjectType;
import omendb.sql.ast.Statement;

/// Definitions that no part of OmenDB executes: they are told from syntax errors, and yield [Ddl.Unsupported].
///
/// Definition lists, operator classes, casts, tablespaces and labels are checked in full; of the rest the head is
/// known
/// and the
/// parentheses must match.
final class RecognisedGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    RecognisedGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    /// Behind CREATE, at a word that no other grammar takes.
    Statement create(int position) {
        if (cursor.accept("rule")) {
            return skipped("CREATE RULE", position);
        }
        int start = cursor.index();
        if (cursor.accept("default", "conversion")) {
            return skipped("CREATE CONVERSION", position);
        }
        cursor.accept("trusted");
        ObjectType type = grammar.objects.objectType();
        switch (type) {
            case COLUMN, CONSTRAINT, DATABASE, INDEX, ROLE, TABLE -> throw cursor.syntaxErrorAt(start);
            case OPERATOR -> {
                grammar.expressions.anyOperator();
                definitionList();
            }
            case AGGREGATE -> aggregate();
            case COLLATION -> collation();
            case TEXT_SEARCH_CONFIGURATION, TEXT_SEARCH_DICTIONARY, TEXT_SEARCH_PARSER, TEXT_SEARCH_TEMPLATE -> {
                cursor.qualifiedName();
                definitionList();
            }
            case OPERATOR_CLASS -> operatorClass();
            case TABLESPACE -> tablespace();
            case CAST -> cast();
            default -> {
                return skipped("CREATE " + type.words(), position);
            }
        }
        return new Ddl.Unsupported("CREATE " + type.words(), position);
    }

    /// Behind `CREATE TYPE name` without AS: a base type, or a shell.
    Statement baseType(int position) {
        if (cursor.atSymbol("(")) {
            definitionList();
        }
        return new Ddl.Unsupported("CREATE TYPE", position);
    }

    /// Behind SECURITY LABEL.
    Statement securityLabel(int position) {
        if (cursor.accept("for")) {
            grammar.definitions.nameOrString();
        }
        cursor.expect("on");
        grammar.objects.objectName(grammar.objects.objectType());
        cursor.expect("is");
        if (!cursor.accept("null")) {
            cursor.string();
        }
        return new Ddl.Unsupported("SECURITY LABEL", position);
    }

    /// Behind ALTER or DROP, at the kind of object.
    Statement other(String command, int position) {
        ObjectType type = grammar.objects.objectType();
        return skipped(command + " " + type.words(), position);
    }

    // ---- parts

    /// `(name [= value], ...)`.
    private void definitionList() {
        cursor.expectSymbol("(");
        do {
            cursor.label();
            if (cursor.acceptOperator("=")) {
                definitionValue();
            }
        } while (cursor.acceptSymbol(","));
        cursor.expectSymbol(")");
    }

    private void definitionValue() {
        if (cursor.at("operator") && cursor.atSymbol(1, "(")) {
            grammar.expressions.qualifiedOperator();
        } else if (cursor.at("setof")) {
            grammar.types.type();
        } else {
            grammar.tables.optionValue();
        }
    }

    private void aggregate() {
        cursor.functionName();
        int start = cursor.index();
        cursor.expectSymbol("(");
        boolean old = cursor.atLabel() && cursor.atOperator(1, "=");
        cursor.rewind(start);
        if (!old) {
            grammar.objects.aggregateArguments();
        }
        definitionList();
    }

    private void collation() {
        grammar.tables.ifNotExists();
        cursor.qualifiedName();
        if (cursor.accept("from")) {
            cursor.qualifiedName();
        } else {
            definitionList();
        }
    }

    private void operatorClass() {
        cursor.qualifiedName();
        cursor.accept("default");
        cursor.expect("for");
        cursor.expect("type");
        grammar.types.type();
        cursor.expect("using");
        cursor.columnName();
        if (cursor.accept("family")) {
            cursor.qualifiedName();
        }
        cursor.expect("as");
        do {
            operatorClassItem();
        } while (cursor.acceptSymbol(","));
    }

    private void operatorClassItem() {
        switch (cursor.expectAny("operator", "function", "storage")) {
            case "storage" -> grammar.types.type();
            case "function" -> {
                cursor.integer();
                if (cursor.atSymbol("(")) {
                    typeList();
                }
                grammar.objects.objectName(ObjectType.FUNCTION);
            }
            default -> {
                cursor.integer();
                grammar.expressions.anyOperator();
                if (cursor.atSymbol("(")) {
                    typeList();
                }
                if (cursor.accept("for", "order", "by")) {
                    cursor.qualifiedName();
                } else {
                    cursor.accept("for", "search");
                }
                cursor.accept("recheck");
            }
        }
    }

    private void typeList() {
        cursor.expectSymbol("(");
        do {
            if (!cursor.accept("none")) {
                grammar.types.type();
            }
        } while (cursor.acceptSymbol(","));
        cursor.expectSymbol(")");
    }

    private void tablespace() {
        cursor.columnName();
        if (cursor.accept("owner")) {
            cursor.role();
        }
        cursor.expect("location");
        cursor.string();
        if (cursor.accept("with")) {
            grammar.tables.parenthesisedOptions();
        }
    }

    private void cast() {
        grammar.objects.objectName(ObjectType.CAST);
        if (cursor.accept("without")) {
            cursor.expect("function");
        } else {
            cursor.expect("with");
            if (cursor.expectAny("function", "inout").equals("function")) {
                grammar.objects.objectName(ObjectType.FUNCTION);
            }
        }
        if (cursor.accept("as")) {
            cursor.expectAny("implicit", "assignment");
        }
    }

    /// Takes everything up to the end of the statement.
    Statement skipped(String command, int position) {
        int depth = 0;
        boolean any = false;
        while (!cursor.atEnd() && (depth > 0 || !cursor.atSymbol(";"))) {
            if (cursor.atSymbol("(")) {
                depth++;
            } else if (cursor.atSymbol(")")) {
                if (depth == 0) {
                    throw cursor.syntaxError();
                }
                depth--;
            }
            cursor.next();
            any = true;
        }
        if (depth > 0 || !any) {
            throw cursor.syntaxError();
        }
        return new Ddl.Unsupported(command, position);
    }
}
