package omendb.sql.copy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.Utility.CopyOption;
import org.jspecify.annotations.Nullable;

/// The options of a COPY, checked, with PostgreSQL's defaults.
///
/// @param delimiter    one byte between columns (text and csv)
/// @param nullString   how NULL is written (text and csv)
/// @param quote        csv: one byte
/// @param escape       csv: one byte, the quote unless given
/// @param forceQuote   csv, TO: columns that are always quoted; `*` alone = all
/// @param forceNotNull csv, FROM: columns whose unquoted null string is the string
/// @param forceNull    csv, FROM: columns whose quoted null string is NULL
public record CopyFormat(
        Kind kind,
        byte delimiter,
        String nullString,
        Header header,
        byte quote,
        byte escape,
        List<String> forceQuote,
        List<String> forceNotNull,
        List<String> forceNull) {

    /// FORMAT.
    public enum Kind {
        TEXT,
        CSV,
        BINARY
    }

    /// HEADER: none, skipped (written on output), or compared with the column names.
    public enum Header {
        NONE,
        PRESENT,
        MATCH
    }

    public boolean isBinary() {
        return kind == Kind.BINARY;
    }

    /// Reads and checks the options as PostgreSQL's ProcessCopyOptions does.
    ///
    /// @param from true for COPY FROM
    public static CopyFormat of(List<CopyOption> options, boolean from) {
        Map<String, CopyOption> given = new HashMap<>();
        for (CopyOption option : options) {
            if (given.put(option.name(), option) != null) {
                throw at(option, SqlState.SYNTAX_ERROR, "conflicting or redundant options");
            }
            checkName(option);
        }
        Kind kind = kindOf(given.get("format"));
        if (kind == Kind.BINARY) {
            refuseInBinary(given);
        }
        boolean csv = kind == Kind.CSV;
        Header header = headerOf(given.get("header"), from);
        if (header != Header.NONE && kind == Kind.BINARY) {
            throw error(SqlState.FEATURE_NOT_SUPPORTED, "cannot specify HEADER in BINARY mode");
        }
        byte delimiter = delimiterOf(given.get("delimiter"), csv);
        String nullString = nullStringOf(given.get("null"), csv, delimiter);
        requireCsv(csv, given, "quote", "quote");
        byte quote = single(given.get("quote"), "quote", (byte) '"');
        requireCsv(csv, given, "escape", "escape");
        byte escape = single(given.get("escape"), "escape", quote);
        if (csv) {
            checkQuote(delimiter, quote, nullString);
        }
        return new CopyFormat(
                kind,
                delimiter,
                nullString,
                header,
                quote,
                escape,
                columns(given, "force_quote", "force quote", csv, !from, "COPY TO"),
                columns(given, "force_not_null", "force not null", csv, from, "COPY FROM"),
                columns(given, "force_null", "force null", csv, from, "COPY FROM"));
    }

    private static void checkName(CopyOption option) {
        switch (option.name()) {
            case "format",
                    "freeze",
                    "delimiter",
                    "null",
                    "header",
                    "quote",
                    "escape",
                    "force_quote",
                    "force_not_null",
                    "force_null" -> {}
            case "encoding" -> {
                String name = value(option).replace("-", "").toUpperCase(Locale.ROOT);
                if (!name.equals("UTF8") && !name.equals("UNICODE") && !name.equals("SQL_ASCII")) {
                    throw at(
                            option,
                            SqlState.INVALID_PARAMETER_VALUE,
                            "argument to option \"encoding\" must be a valid encoding name");
                }
            }
            default -> throw at(option, SqlState.SYNTAX_ERROR, "option \"" + option.name() + "\" not recognized");
        }
    }

    private static Kind kindOf(@Nullable CopyOption option) {
        if (option == null) {
            return Kind.TEXT;
        }
        return switch (value(option)) {
            case "text" -> Kind.TEXT;
            case "csv" -> Kind.CSV;
            case "binary" -> Kind.BINARY;
            default ->
                throw at(
                        option,
                        SqlState.INVALID_PARAMETER_VALUE,
                        "COPY format \"" + option.value() + "\" not recognized");
        };
    }

    private static void refuseInBinary(Map<String, CopyOption> given) {
        if (given.containsKey("delimiter")) {
            throw error(SqlState.SYNTAX_ERROR, "cannot specify DELIMITER in BINARY mode");
        }
        if (given.containsKey("null")) {
            throw error(SqlState.SYNTAX_ERROR, "cannot specify NULL in BINARY mode");
        }
    }

    private static Header headerOf(@Nullable CopyOption option, boolean from) {
        if (option == null) {
            return Header.NONE;
        }
        String text = option.value() == null ? "true" : option.value().toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true", "on", "1", "yes" -> Header.PRESENT;
            case "false", "off", "0", "no" -> Header.NONE;
            case "match" -> {
                if (!from) {
                    throw error(SqlState.INVALID_PARAMETER_VALUE, "cannot use \"match\" with HEADER in COPY TO");
                }
                yield Header.MATCH;
            }
            default -> throw error(SqlState.SYNTAX_ERROR, "header requires a Boolean value or \"match\"");
        };
    }

    private static byte delimiterOf(@Nullable CopyOption option, boolean csv) {
        if (option == null) {
            return (byte) (csv ? ',' : '\t');
        }
        byte delimiter = single(option, "delimiter", (byte) 0);
        if (delimiter == '\n' || delimiter == '\r') {
            throw error(SqlState.INVALID_PARAMETER_VALUE, "COPY delimiter cannot be newline or carriage return");
        }
        if (!csv && "\\.abcdefghijklmnopqrstuvwxyz0123456789".indexOf(delimiter) >= 0) {
            throw error(SqlState.INVALID_PARAMETER_VALUE, "COPY delimiter cannot be \"" + (char) delimiter + "\"");
        }
        return delimiter;
    }

    private static String nullStringOf(@Nullable CopyOption option, boolean csv, byte delimiter) {
        if (option == null) {
            return csv ? "" : "\\N";
        }
        String text = value(option);
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw error(
                    SqlState.INVALID_PARAMETER_VALUE, "COPY null representation cannot use newline or carriage return");
        }
        if (text.indexOf((char) delimiter) >= 0) {
            throw error(SqlState.INVALID_PARAMETER_VALUE, "COPY delimiter must not appear in the NULL specification");
        }
        return text;
    }

    private static void checkQuote(byte delimiter, byte quote, String nullString) {
        if (delimiter == quote) {
            throw error(SqlState.INVALID_PARAMETER_VALUE, "COPY delimiter and quote must be different");
        }
        if (nullString.indexOf((char) quote) >= 0) {
            throw error(
                    SqlState.INVALID_PARAMETER_VALUE, "CSV quote character must not appear in the NULL specification");
        }
    }

    private static void requireCsv(boolean csv, Map<String, CopyOption> given, String name, String shown) {
        if (!csv && given.containsKey(name)) {
            throw error(SqlState.FEATURE_NOT_SUPPORTED, "COPY " + shown + " available only in CSV mode");
        }
    }

    private static List<String> columns(
            Map<String, CopyOption> given, String name, String shown, boolean csv, boolean direction, String only) {
        CopyOption option = given.get(name);
        if (option == null) {
            return List.of();
        }
        requireCsv(csv, given, name, shown);
        if (!direction) {
            throw error(SqlState.FEATURE_NOT_SUPPORTED, "COPY " + shown + " only available using " + only);
        }
        return option.list().isEmpty() ? List.of(value(option)) : option.list();
    }

    private static byte single(@Nullable CopyOption option, String shown, byte byDefault) {
        if (option == null) {
            return byDefault;
        }
        byte[] bytes = value(option).getBytes(StandardCharsets.UTF_8);
        if (bytes.length != 1) {
            throw error(SqlState.FEATURE_NOT_SUPPORTED, "COPY " + shown + " must be a single one-byte character");
        }
        return bytes[0];
    }

    private static String value(CopyOption option) {
        String value = option.value();
        if (value == null) {
            throw at(option, SqlState.SYNTAX_ERROR, option.name() + " requires a parameter");
        }
        return value;
    }

    private static OmenException at(CopyOption option, SqlState state, String message) {
        return error(state, message).withPosition(option.position());
    }

    private static OmenException error(SqlState state, String message) {
        return new UserException(state, message);
    }
}
