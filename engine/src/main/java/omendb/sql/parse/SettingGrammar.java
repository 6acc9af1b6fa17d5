package omendb.sql.parse;

import java.util.List;
import java.util.Locale;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Statement;
import omendb.sql.ast.Utility;
import omendb.sql.ast.Utility.IsolationLevel;
import omendb.sql.ast.Utility.SetValue;
import org.jspecify.annotations.Nullable;

/// SET, RESET, SHOW and the control of transactions.
final class SettingGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    SettingGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    // ---- SET

    /// Behind SET.
    Statement set(int position) {
        if (cursor.accept("constraints")) {
            return constraints(position);
        }
        if (cursor.at("session") && cursor.at(1, "characteristics")) {
            cursor.next();
            cursor.next();
            cursor.expect("as");
            cursor.expect("transaction");
            return new Utility.SetTransaction(requiredModes(), true, position);
        }
        boolean local = false;
        if (cursor.at("local") || (cursor.at("session") && !cursor.at(1, "authorization"))) {
            boolean name = cursor.at(1, "to") || cursor.atOperator(1, "=") || cursor.atSymbol(1, ".");
            if (!name) {
                local = cursor.next().equals("local");
            }
        }
        if (cursor.at("transaction") && !cursor.atOperator(1, "=") && !cursor.at(1, "to")) {
            cursor.next();
            if (cursor.accept("snapshot")) {
                return new Utility.SetTransactionSnapshot(cursor.string(), position);
            }
            return new Utility.SetTransaction(requiredModes(), false, position);
        }
        return assignment(local, position);
    }

    private Statement constraints(int position) {
        List<QualifiedName> names = cursor.accept("all") ? List.of() : cursor.commaList(cursor::qualifiedName);
        boolean deferred = cursor.expectAny("deferred", "immediate").equals("deferred");
        return new Utility.SetConstraints(names, deferred, position);
    }

    /// `name TO values` and the forms with a syntax of their own, behind SET [SESSION|LOCAL].
    Utility.Set assignment(boolean local, int position) {
        if (cursor.accept("time", "zone")) {
            return new Utility.Set("timezone", timeZone(), local, position);
        }
        if (cursor.accept("session", "authorization")) {
            return new Utility.Set("session_authorization", nameOrDefault(), local, position);
        }
        if (cursor.at("role") && !assigns(1)) {
            cursor.next();
            return new Utility.Set("role", List.of(wordOrString()), local, position);
        }
        if (cursor.at("names") && !assigns(1)) {
            cursor.next();
            List<SetValue> encoding = cursor.atString() ? List.of(new SetValue(cursor.next(), true)) : null;
            if (encoding == null) {
                cursor.accept("default");
            }
            return new Utility.Set("client_encoding", encoding, local, position);
        }
        if (cursor.at("schema") && cursor.kind(1) == TokenKind.STRING) {
            cursor.next();
            return new Utility.Set("search_path", List.of(new SetValue(cursor.next(), true)), local, position);
        }
        if (cursor.at("xml", "option")) {
            cursor.next();
            cursor.next();
            String option = cursor.expectAny("document", "content").toUpperCase(Locale.ROOT);
            return new Utility.Set("xmloption", List.of(new SetValue(option, false)), local, position);
        }
        String name = settingName();
        if (cursor.accept("from")) {
            cursor.expect("current");
            return new Utility.Set(name, List.of(new SetValue("current", false)), local, position);
        }
        if (!cursor.accept("to")) {
            cursor.expectOperator("=");
        }
        if (cursor.accept("default")) {
            return new Utility.Set(name, null, local, position);
        }
        return new Utility.Set(name, cursor.commaList(this::value), local, position);
    }

    private boolean assigns(int ahead) {
        return cursor.at(ahead, "to") || cursor.atOperator(ahead, "=");
    }

    /// `name` or `prefix.name`, in lower case.
    private String settingName() {
        StringBuilder name = new StringBuilder(cursor.columnName());
        while (cursor.acceptSymbol(".")) {
            name.append('.').append(cursor.columnName());
        }
        return name.toString().toLowerCase(Locale.ROOT);
    }

    private SetValue value() {
        if (cursor.kind() == TokenKind.OPERATOR
                || cursor.kind() == TokenKind.INTEGER
                || cursor.kind() == TokenKind.NUMERIC) {
            return new SetValue(number(), false);
        }
        if (cursor.atAny("true", "false", "on")) {
            return new SetValue(cursor.next(), false);
        }
        return wordOrString();
    }

    private SetValue wordOrString() {
        boolean quoted = cursor.kind() == TokenKind.STRING || cursor.kind() == TokenKind.QUOTED_NAME;
        return new SetValue(grammar.definitions.nameOrString(), quoted);
    }

    private String number() {
        String sign = "";
        if (cursor.atOperator("-") || cursor.atOperator("+")) {
            sign = cursor.next().equals("-") ? "-" : "";
        }
        if (cursor.kind() != TokenKind.INTEGER && cursor.kind() != TokenKind.NUMERIC) {
            throw cursor.syntaxError();
        }
        return sign + cursor.next();
    }

    private @Nullable List<SetValue> nameOrDefault() {
        return cursor.accept("default") ? null : List.of(wordOrString());
    }

    /// Null = DEFAULT or LOCAL.
    private @Nullable List<SetValue> timeZone() {
        if (cursor.accept("default") || cursor.accept("local")) {
            return null;
        }
        if (cursor.accept("interval")) {
            String text = cursor.string();
            grammar.types.intervalFields();
            return List.of(new SetValue("interval '" + text + "'", false));
        }
        boolean plainWord = cursor.kind() == TokenKind.WORD && cursor.category() == null;
        if (cursor.atString() || plainWord || cursor.kind() == TokenKind.QUOTED_NAME) {
            return List.of(new SetValue(cursor.next(), true));
        }
        return List.of(new SetValue(number(), false));
    }

    // ---- RESET, SHOW

    /// Behind RESET.
    Utility.Reset reset(int position) {
        return new Utility.Reset(cursor.accept("all") ? null : shownName(), position);
    }

    /// Behind SHOW.
    Utility.Show show(int position) {
        return new Utility.Show(cursor.accept("all") ? null : shownName(), position);
    }

    private String shownName() {
        if (cursor.accept("time", "zone")) {
            return "timezone";
        }
        if (cursor.accept("transaction", "isolation")) {
            cursor.expect("level");
            return "transaction_isolation";
        }
        if (cursor.accept("session", "authorization")) {
            return "session_authorization";
        }
        return settingName();
    }

    // ---- transactions

    /// BEGIN and START TRANSACTION behind the first word.
    Statement begin(boolean start, int position) {
        if (start) {
            cursor.expect("transaction");
        } else {
            cursor.acceptAny("work", "transaction");
        }
        return new Utility.Begin(modes(), start, position);
    }

    /// COMMIT and END behind the first word.
    Statement commit(boolean end, int position) {
        if (!end && cursor.accept("prepared")) {
            return new Utility.CommitPrepared(cursor.string(), position);
        }
        cursor.acceptAny("work", "transaction");
        return new Utility.Commit(chain(), position);
    }

    /// ROLLBACK and ABORT behind the first word.
    Statement rollback(boolean abort, int position) {
        if (!abort && cursor.accept("prepared")) {
            return new Utility.RollbackPrepared(cursor.string(), position);
        }
        cursor.acceptAny("work", "transaction");
        if (!abort && cursor.accept("to")) {
            if (!(cursor.at("savepoint") && !cursor.atColumnName(1))) {
                cursor.accept("savepoint");
            }
            return new Utility.RollbackToSavepoint(cursor.columnName(), position);
        }
        return new Utility.Rollback(chain(), position);
    }

    private boolean chain() {
        if (!cursor.accept("and")) {
            return false;
        }
        boolean no = cursor.accept("no");
        cursor.expect("chain");
        return !no;
    }

    /// Behind RELEASE.
    Statement release(int position) {
        if (cursor.at("savepoint") && cursor.atColumnName(1)) {
            cursor.next();
        }
        return new Utility.ReleaseSavepoint(cursor.columnName(), position);
    }

    private Utility.TransactionModes requiredModes() {
        if (!atMode()) {
            throw cursor.syntaxError();
        }
        return modes();
    }

    private boolean atMode() {
        return cursor.atAny("isolation", "read", "deferrable", "not");
    }

    private Utility.TransactionModes modes() {
        IsolationLevel isolation = null;
        Boolean readOnly = null;
        Boolean deferrable = null;
        boolean comma = false;
        while (comma || atMode()) {
            switch (cursor.expectAny("isolation", "read", "deferrable", "not")) {
                case "isolation" -> {
                    cursor.expect("level");
                    isolation = isolationLevel();
                }
                case "read" -> readOnly = cursor.expectAny("only", "write").equals("only");
                case "deferrable" -> deferrable = true;
                default -> {
                    cursor.expect("deferrable");
                    deferrable = false;
                }
            }
            comma = cursor.acceptSymbol(",");
        }
        return new Utility.TransactionModes(isolation, readOnly, deferrable);
    }

    private IsolationLevel isolationLevel() {
        return switch (cursor.expectAny("read", "repeatable", "serializable")) {
            case "read" ->
                cursor.expectAny("committed", "uncommitted").equals("committed")
                        ? IsolationLevel.READ_COMMITTED
                        : IsolationLevel.READ_UNCOMMITTED;
            case "repeatable" -> {
                cursor.expect("read");
                yield IsolationLevel.REPEATABLE_READ;
            }
            default -> IsolationLevel.SERIALIZABLE;
        };
    }
}
