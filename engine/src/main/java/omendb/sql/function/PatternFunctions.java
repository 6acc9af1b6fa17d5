package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// LIKE, ILIKE, SIMILAR TO, regular expression operators and functions.
final class PatternFunctions {
    /// Key of a compiled pattern in the statement's cache.
    private record CompiledKey(String source, int options) {}

    private PatternFunctions() {}

    static void register(Registrar r) {
        likes(r);
        regexOperators(r);
        regexFunctions(r);
        newerRegexFunctions(r);
    }

    private static void likes(Registrar r) {
        like(r, "text", "textlike", "textnlike", "texticlike", "texticnlike");
        like(r, "name", "namelike", "namenlike", "nameiclike", "nameicnlike");
        like(r, "bpchar", "bpcharlike", "bpcharnlike", "bpchariclike", "bpcharicnlike");
        r.immutable("like(text, text) bool", like(true));
        r.immutable("notlike(text, text) bool", like(false));
        r.operator("~~", r.immutable("bytealike(bytea, bytea) bool", like(true)));
        r.operator("!~~", r.immutable("byteanlike(bytea, bytea) bool", like(false)));
        r.immutable("like_escape(text, text) text", Rows.text(LikePattern::withEscape));
        r.immutable("similar_to_escape(text) text", Rows.text((String p) -> RegexSyntax.fromSimilar(p, "\\")));
        r.immutable("similar_to_escape(text, text) text", Rows.text(RegexSyntax::fromSimilar));
    }

    private static void like(Registrar r, String type, String like, String notLike, String ilike, String notIlike) {
        String args = "(" + type + ", text) bool";
        r.operator("~~", r.immutable(like + args, like(true)));
        r.operator("!~~", r.immutable(notLike + args, like(false)));
        r.operator("~~*", r.immutable(ilike + args, likeIgnoringCase(true)));
        r.operator("!~~*", r.immutable(notIlike + args, likeIgnoringCase(false)));
    }

    private static StrictBody like(boolean wanted) {
        return Rows.strict((context, args, row, out) -> {
            boolean found = LikePattern.matches(
                    args[0].address(row), args[0].length(row), args[1].address(row), args[1].length(row));
            out.setBoolean(row, found == wanted);
        });
    }

    private static StrictBody likeIgnoringCase(boolean wanted) {
        return Rows.strict((context, args, row, out) -> {
            ColumnVector text = ColumnVector.cell(Types.TEXT, out.arena());
            ColumnVector pattern = ColumnVector.cell(Types.TEXT, out.arena());
            text.setString(0, args[0].getString(row).toLowerCase(Locale.ROOT));
            pattern.setString(0, args[1].getString(row).toLowerCase(Locale.ROOT));
            boolean found = LikePattern.matches(text.address(0), text.length(0), pattern.address(0), pattern.length(0));
            out.setBoolean(row, found == wanted);
        });
    }

    // ---- regular expressions ----

    private static Pattern compiled(EvalContext context, String source, int options) {
        return context.cached(new CompiledKey(source, options), () -> RegexSyntax.compile(source, options));
    }

    private static Pattern compiled(EvalContext context, String source, RegexSyntax.Flags flags) {
        return flags.quoted()
                ? compiled(context, "***=" + source, flags.options())
                : compiled(context, source, flags.options());
    }

    private static void regexOperators(Registrar r) {
        for (String type : new String[] {"text", "name", "bpchar"}) {
            String args = "(" + type + ", text) bool";
            r.operator("~", r.immutable(type + "regexeq" + args, regexTest(0, true)));
            r.operator("!~", r.immutable(type + "regexne" + args, regexTest(0, false)));
            r.operator("~*", r.immutable(type + "icregexeq" + args, regexTest(ignoreCase(), true)));
            r.operator("!~*", r.immutable(type + "icregexne" + args, regexTest(ignoreCase(), false)));
        }
    }

    private static int ignoreCase() {
        return Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    }

    private static StrictBody regexTest(int options, boolean wanted) {
        return Rows.strict((context, args, row, out) -> {
            boolean found = compiled(context, args[1].getString(row), options)
                    .matcher(args[0].getString(row))
                    .find();
            out.setBoolean(row, found == wanted);
        });
    }

    private static RegexSyntax.Flags flags(ColumnVector[] args, int index, int row, String name, boolean global) {
        String text = index < args.length ? args[index].getString(row) : "";
        return RegexSyntax.flags(text, name, global);
    }

    private static void regexFunctions(Registrar r) {
        StrictBody replace = Rows.strict((context, args, row, out) -> {
            RegexSyntax.Flags flags = flags(args, 3, row, "regexp_replace()", true);
            Pattern pattern = compiled(context, args[1].getString(row), flags);
            out.setString(
                    row, replace(args[0].getString(row), pattern, args[2].getString(row), flags.global() ? 0 : 1));
        });
        r.immutable("regexp_replace(text, text, text) text", replace);
        r.immutable("regexp_replace(text, text, text, text) text", replace);
        StrictBody match = Rows.strict((context, args, row, out) -> {
            RegexSyntax.Flags flags = flags(args, 2, row, "regexp_match()", false);
            Matcher matcher = compiled(context, args[1].getString(row), flags).matcher(args[0].getString(row));
            if (matcher.find()) {
                writeGroups(matcher, out, row);
            } else {
                out.setNull(row);
            }
        });
        r.immutable("regexp_match(text, text) _text", match);
        r.immutable("regexp_match(text, text, text) _text", match);
        r.set("regexp_matches(text, text) setof _text", Volatility.IMMUTABLE, PatternFunctions::matches);
        r.set("regexp_matches(text, text, text) setof _text", Volatility.IMMUTABLE, PatternFunctions::matches);
        StrictBody split = Rows.strict((context, args, row, out) ->
                writeArray(split(context, args, row, "regexp_split_to_array()"), out, row));
        r.immutable("regexp_split_to_array(text, text) _text", split);
        r.immutable("regexp_split_to_array(text, text, text) _text", split);
        SetFunction table = (context, args, row) -> strings(split(context, args, row, "regexp_split_to_table()"));
        r.set("regexp_split_to_table(text, text) setof text", Volatility.IMMUTABLE, table);
        r.set("regexp_split_to_table(text, text, text) setof text", Volatility.IMMUTABLE, table);
        StrictBody substring = Rows.strict((context, args, row, out) -> {
            Matcher matcher = compiled(context, args[1].getString(row), 0).matcher(args[0].getString(row));
            String found = !matcher.find() ? null : matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
            set(found, out, row);
        });
        r.immutable("substring(text, text) text", substring);
        r.immutable("substring(text, text, text) text", Rows.strict(PatternFunctions::similarSubstring));
    }

    private static void set(@Nullable String text, ColumnVector out, int row) {
        if (text == null) {
            out.setNull(row);
        } else {
            out.setString(row, text);
        }
    }

    /// `SUBSTRING(text SIMILAR pattern ESCAPE e)`: the part between the two `e"` marks.
    private static void similarSubstring(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        String pattern = args[1].getString(row);
        String escape = args[2].getString(row);
        RegexSyntax.fromSimilar("", escape);
        String[] parts = pattern.split(Pattern.quote(escape + "\""), -1);
        String regex = parts.length == 3
                ? "^(?:" + inner(parts[0], escape) + "){1,1}?(" + inner(parts[1], escape) + "){1,1}(?:"
                        + inner(parts[2], escape) + ")$"
                : "^(" + inner(pattern, escape) + ")$";
        Matcher matcher = compiled(context, regex, 0).matcher(args[0].getString(row));
        set(matcher.find() ? matcher.group(1) : null, out, row);
    }

    private static String inner(String pattern, String escape) {
        String whole = RegexSyntax.fromSimilar(pattern, escape);
        return whole.substring(1, whole.length() - 1);
    }

    /// Replaces matches; `\1`..`\9` are groups, `\&` the match. `limit` 0 = all.
    private static String replace(String text, Pattern pattern, String replacement, int limit) {
        Matcher matcher = pattern.matcher(text);
        StringBuilder result = new StringBuilder();
        int copied = 0;
        for (int count = 0; (limit == 0 || count < limit) && matcher.find(); count++) {
            result.append(text, copied, matcher.start());
            appendReplacement(matcher, replacement, result);
            copied = matcher.end();
        }
        return result.append(text, copied, text.length()).toString();
    }

    private static void appendReplacement(Matcher matcher, String replacement, StringBuilder result) {
        int i = 0;
        while (i < replacement.length()) {
            char c = replacement.charAt(i++);
            char next = i < replacement.length() ? replacement.charAt(i) : 0;
            if (c != '\\' || next == 0) {
                result.append(c);
                continue;
            }
            i++;
            if (next >= '1' && next <= '9') {
                String group = next - '0' <= matcher.groupCount() ? matcher.group(next - '0') : null;
                result.append(group == null ? "" : group);
            } else if (next == '&') {
                result.append(matcher.group());
            } else {
                result.append(next == '\\' ? "\\" : "\\" + next);
            }
        }
    }

    /// The groups of a match as text[], or the whole match if there are none.
    private static void writeGroups(Matcher matcher, ColumnVector out, int row) {
        List<@Nullable String> groups = new ArrayList<>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
            groups.add(matcher.group(i));
        }
        if (groups.isEmpty()) {
            groups.add(matcher.group());
        }
        writeArray(groups, out, row);
    }

    static void writeArray(List<? extends @Nullable String> values, ColumnVector out, int row) {
        ArrayBuilder builder = new ArrayBuilder(Types.TEXT);
        ColumnVector cell = ColumnVector.cell(Types.TEXT, out.arena());
        for (String value : values) {
            if (value == null) {
                builder.addNull();
            } else {
                cell.setString(0, value);
                builder.add(cell, 0);
            }
        }
        builder.write(out, row);
    }

    /// A cursor over strings.
    static SetFunction.Cursor strings(List<? extends @Nullable String> values) {
        int[] next = new int[1];
        return (out, offset, capacity) -> {
            int count = Math.min(capacity, values.size() - next[0]);
            for (int i = 0; i < count; i++) {
                set(values.get(next[0]++), out[0], offset + i);
            }
            return count;
        };
    }

    private static SetFunction.Cursor matches(EvalContext context, ColumnVector[] args, int row) {
        RegexSyntax.Flags flags = flags(args, 2, row, "regexp_matches()", true);
        Matcher matcher = compiled(context, args[1].getString(row), flags).matcher(args[0].getString(row));
        boolean[] finished = new boolean[1];
        return (out, offset, capacity) -> {
            int count = 0;
            while (count < capacity && !finished[0] && matcher.find()) {
                writeGroups(matcher, out[0], offset + count++);
                finished[0] = !flags.global();
            }
            return count;
        };
    }

    /// Empty matches at the ends or right after a match do not split.
    private static List<String> split(EvalContext context, ColumnVector[] args, int row, String name) {
        RegexSyntax.Flags flags = flags(args, 2, row, name, false);
        String text = args[0].getString(row);
        Matcher matcher = compiled(context, args[1].getString(row), flags).matcher(text);
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (matcher.find()) {
            boolean empty = matcher.end() == matcher.start();
            if (empty && (matcher.start() == from || matcher.start() >= text.length())) {
                continue;
            }
            parts.add(text.substring(from, matcher.start()));
            from = matcher.end();
        }
        parts.add(text.substring(from));
        return parts;
    }

    // ---- the family PostgreSQL 15 brought ----

    private static void newerRegexFunctions(Registrar r) {
        StrictBody like = Rows.strict((context, args, row, out) -> {
            RegexSyntax.Flags flags = flags(args, 2, row, "regexp_like()", false);
            out.setBoolean(
                    row,
                    compiled(context, args[1].getString(row), flags)
                            .matcher(args[0].getString(row))
                            .find());
        });
        r.immutable("regexp_like(text, text) bool", like);
        r.immutable("regexp_like(text, text, text) bool", like);
        StrictBody count = Rows.strict((context, args, row, out) -> {
            String text = args[0].getString(row);
            Matcher matcher = compiled(context, args[1].getString(row), flags(args, 3, row, "regexp_count()", false))
                    .matcher(text);
            long found = 0;
            for (int at = start(args, 2, row, text); at <= text.length() && matcher.find(at); found++) {
                at = Math.max(matcher.end(), matcher.start() + 1);
            }
            out.setLong(row, found);
        });
        r.immutable("regexp_count(text, text) int4", count);
        r.immutable("regexp_count(text, text, int4) int4", count);
        r.immutable("regexp_count(text, text, int4, text) int4", count);
        for (String args :
                new String[] {"", ", int4", ", int4, int4", ", int4, int4, text", ", int4, int4, text, int4"}) {
            r.immutable("regexp_substr(text, text" + args + ") text", Rows.strict(PatternFunctions::nthMatch));
        }
        for (String args : new String[] {
            "",
            ", int4",
            ", int4, int4",
            ", int4, int4, int4",
            ", int4, int4, int4, text",
            ", int4, int4, int4, text, int4"
        }) {
            r.immutable("regexp_instr(text, text" + args + ") int4", Rows.strict(PatternFunctions::matchPosition));
        }
        for (String args : new String[] {", int4", ", int4, int4", ", int4, int4, text"}) {
            r.immutable("regexp_replace(text, text, text" + args + ") text", Rows.strict(PatternFunctions::replaceNth));
        }
    }

    private static int number(ColumnVector[] args, int index, int row, int otherwise, String name, int least) {
        long value = index < args.length ? args[index].getLong(row) : otherwise;
        if (value < least) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "invalid value for parameter \"" + name + "\": " + value);
        }
        return (int) value;
    }

    private static int start(ColumnVector[] args, int index, int row, String text) {
        int start = number(args, index, row, 1, "start", 1) - 1;
        return start > text.codePointCount(0, text.length()) ? text.length() + 1 : text.offsetByCodePoints(0, start);
    }

    /// The n-th match from `start`, or null.
    private static @Nullable Matcher find(EvalContext context, ColumnVector[] args, int row, int n, String flagText) {
        String text = args[0].getString(row);
        RegexSyntax.Flags flags = RegexSyntax.flags(flagText, "this function", false);
        Matcher matcher = compiled(context, args[1].getString(row), flags).matcher(text);
        int at = start(args, 2, row, text);
        for (int i = 0; i < n; i++) {
            if (at > text.length() || !matcher.find(at)) {
                return null;
            }
            at = Math.max(matcher.end(), matcher.start() + 1);
        }
        return matcher;
    }

    private static void nthMatch(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        number(args, 2, row, 1, "start", 1);
        int n = number(args, 3, row, 1, "n", 1);
        int group = number(args, 5, row, 0, "subexpr", 0);
        Matcher matcher = find(context, args, row, n, args.length > 4 ? args[4].getString(row) : "");
        set(matcher == null || group > matcher.groupCount() ? null : matcher.group(group), out, row);
    }

    private static void matchPosition(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        number(args, 2, row, 1, "start", 1);
        int n = number(args, 3, row, 1, "n", 1);
        int end = number(args, 4, row, 0, "endoption", 0);
        if (end > 1) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "invalid value for parameter \"endoption\": " + end);
        }
        int group = number(args, 6, row, 0, "subexpr", 0);
        Matcher matcher = find(context, args, row, n, args.length > 5 ? args[5].getString(row) : "");
        if (matcher == null || group > matcher.groupCount() || matcher.start(group) < 0) {
            out.setLong(row, 0);
        } else {
            int at = end == 0 ? matcher.start(group) : matcher.end(group);
            out.setLong(row, args[0].getString(row).codePointCount(0, at) + 1L);
        }
    }

    private static void replaceNth(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        String text = args[0].getString(row);
        RegexSyntax.Flags flags = flags(args, 5, row, "regexp_replace()", true);
        Pattern pattern = compiled(context, args[1].getString(row), flags);
        int from = Math.min(start(args, 3, row, text), text.length());
        int n = number(args, 4, row, flags.global() ? 0 : 1, "n", 0);
        String head = text.substring(0, from);
        String tail = text.substring(from);
        if (n <= 1) {
            out.setString(row, head + replace(tail, pattern, args[2].getString(row), n));
            return;
        }
        Matcher matcher = pattern.matcher(tail);
        int count = 0;
        while (count < n && matcher.find()) {
            count++;
        }
        if (count < n) {
            out.setString(row, text);
            return;
        }
        StringBuilder result = new StringBuilder(head).append(tail, 0, matcher.start());
        appendReplacement(matcher, args[2].getString(row), result);
        out.setString(row, result.append(tail, matcher.end(), tail.length()).toString());
    }
}
