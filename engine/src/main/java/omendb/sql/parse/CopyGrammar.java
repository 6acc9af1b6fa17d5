package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Statement;
import omendb.sql.ast.Utility;
import omendb.sql.ast.Utility.CopyOption;
import org.jspecify.annotations.Nullable;

/// COPY, with the options of today and those of 7.3 to 8.4.
final class CopyGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    CopyGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    /// Behind COPY.
    Statement copy(int position) {
        List<CopyOption> options = new ArrayList<>();
        QualifiedName table = null;
        List<String> columns = List.of();
        Statement query = null;
        boolean from;
        if (cursor.atSymbol("(")) {
            cursor.next();
            query = grammar.statements.preparable();
            cursor.expectSymbol(")");
            cursor.expect("to");
            from = false;
        } else {
            if (cursor.at("binary") && cursor.atColumnName(1)) {
                options.add(new CopyOption("format", "binary", List.of(), cursor.position()));
                cursor.next();
            }
            table = cursor.qualifiedName();
            columns = cursor.optionalColumnNames();
            from = cursor.expectAny("from", "to").equals("from");
        }
        boolean program = cursor.accept("program");
        String filename = file(program);
        options(options);
        Expr where = from ? grammar.queries.optionalWhere() : null;
        return new Utility.Copy(table, columns, query, from, filename, program, List.copyOf(options), where, position);
    }

    private @Nullable String file(boolean program) {
        if (!program && cursor.acceptAny("stdin", "stdout") != null) {
            return null;
        }
        return cursor.string();
    }

    private void options(List<CopyOption> options) {
        int at = cursor.position();
        if (cursor.acceptAny("using") != null || cursor.at("delimiters")) {
            cursor.expect("delimiters");
            options.add(new CopyOption("delimiter", cursor.string(), List.of(), at));
        }
        cursor.accept("with");
        if (cursor.acceptSymbol("(")) {
            options.addAll(cursor.commaList(this::option));
            cursor.expectSymbol(")");
            return;
        }
        while (oldOption(options)) {}
    }

    /// `name [value]`.
    private CopyOption option() {
        int at = cursor.position();
        String name = cursor.label().toLowerCase(Locale.ROOT);
        if (cursor.atSymbol(",") || cursor.atSymbol(")")) {
            return new CopyOption(name, null, List.of(), at);
        }
        if (cursor.atSymbol("(")) {
            cursor.next();
            List<String> list = cursor.commaList(
                    () -> cursor.atAny("true", "false", "on") ? cursor.next() : grammar.definitions.nameOrString());
            cursor.expectSymbol(")");
            return new CopyOption(name, null, list, at);
        }
        if (cursor.acceptOperator("*")) {
            return new CopyOption(name, null, List.of("*"), at);
        }
        String value = switch (cursor.kind()) {
            case INTEGER, NUMERIC, STRING -> cursor.next();
            case OPERATOR -> Long.toString(cursor.signedInteger());
            default -> cursor.atAny("true", "false", "on", "default") ? cursor.next() : cursor.nonReservedWord();
        };
        return new CopyOption(name, value, List.of(), at);
    }

    private boolean oldOption(List<CopyOption> options) {
        int at = cursor.position();
        if (cursor.acceptAny("binary", "csv", "freeze", "header") != null) {
            String word = cursor.value(-1);
            boolean format = word.equals("binary") || word.equals("csv");
            options.add(new CopyOption(format ? "format" : word, format ? word : "true", List.of(), at));
            return true;
        }
        String word = cursor.acceptAny("delimiter", "null", "quote", "escape");
        if (word != null) {
            cursor.accept("as");
            options.add(new CopyOption(word, cursor.string(), List.of(), at));
            return true;
        }
        if (cursor.accept("encoding")) {
            options.add(new CopyOption("encoding", cursor.string(), List.of(), at));
            return true;
        }
        if (cursor.accept("force")) {
            String name =
                    cursor.accept("not", "null") ? "force_not_null" : "force_" + cursor.expectAny("quote", "null");
            boolean all = name.equals("force_quote") && cursor.acceptOperator("*");
            List<String> columns = all ? List.of("*") : cursor.commaList(cursor::columnName);
            options.add(new CopyOption(name, null, columns, at));
            return true;
        }
        return false;
    }
}
