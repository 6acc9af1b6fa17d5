package omendb.engine.type;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import omendb.engine.error.OmenException;
import org.junit.jupiter.api.Test;

/// Text and binary forms of every type against what PostgreSQL answered (engine/src/test/oracle).
class OracleTypesTest {
    /// Their binary form names the element type's oid, which every installation of pgvector chooses for itself.
    private static final Set<String> OF_EXTENSION = Set.of("_vector", "_halfvec", "_sparsevec");

    private static final TypeContext CONTEXT = new TypeContext() {
        @Override
        public java.time.ZoneId timeZone() {
            return java.time.ZoneId.of("America/New_York");
        }
    };

    static List<String[]> lines(String name) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(OracleTypesTest.class.getResourceAsStream("/oracle/" + name)),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isEmpty())
                    .map(line -> line.split("\t", -1))
                    .toList();
        }
    }

    static String unescape(String text) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                result.append(c);
                continue;
            }
            char next = text.charAt(++i);
            result.append(next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next);
        }
        return result.toString();
    }

    static String evaluate(SqlType type, String input, int typmod, boolean binary) {
        try (ValueArena arena = new ValueArena();
                NativeBytesWriter out = new NativeBytesWriter()) {
            ColumnVector cell = ColumnVector.cell(type, arena);
            type.io().parse(CONTEXT, input, typmod, cell, 0);
            if (!binary) {
                return "=" + type.io().toText(CONTEXT, cell, 0);
            }
            type.io().send(CONTEXT, cell, 0, out);
            String hex = HexFormat.of().formatHex(out.toByteArray());
            // and back: the value read from the binary form prints the same
            ColumnVector again = ColumnVector.cell(type, arena);
            type.io().receive(CONTEXT, out.address(), out.position(), typmod, again, 0);
            String text = type.io().toText(CONTEXT, again, 0);
            String first = type.io().toText(CONTEXT, cell, 0);
            return text.equals(first) ? hex : hex + " reads back as " + text;
        } catch (OmenException e) {
            return "!" + e.sqlState().code() + " " + e.getMessage();
        }
    }

    static List<String> differences() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String[] line : lines("types.tsv")) {
            SqlType type = Objects.requireNonNull(Types.byName(line[0]));
            String input = unescape(line[1]);
            String expected = unescape(line[2]);
            String got = evaluate(type, input, -1, false);
            if (!got.equals(expected)) {
                wrong.add(line[0] + " '" + line[1] + "': " + got + " is " + expected);
            } else if (!line[3].isEmpty() && !OF_EXTENSION.contains(line[0])) {
                String binary = evaluate(type, input, -1, true);
                if (!binary.equals(line[3])) {
                    wrong.add(line[0] + " '" + line[1] + "' binary: " + binary + " is " + line[3]);
                }
            }
        }
        for (String[] line : lines("typmods.tsv")) {
            String name = line[0].replaceAll("[(].*[)]", "").replaceAll(" (day|year|minute) ?.*", "");
            SqlType type = Objects.requireNonNull(Types.parse(name));
            String got = evaluate(type, unescape(line[1]), typmod(type, line[0]), false);
            if (!got.equals(unescape(line[2]))) {
                wrong.add(line[0] + " '" + line[1] + "': " + got + " is " + line[2]);
            }
        }
        return wrong;
    }

    private static int typmod(SqlType type, String written) {
        return switch (written) {
            case "interval day to hour" -> (IntervalFields.DAY | IntervalFields.HOUR) << 16 | 0xffff;
            case "interval year" -> IntervalFields.YEAR << 16 | 0xffff;
            case "interval minute to second" -> (IntervalFields.MINUTE | IntervalFields.SECOND) << 16 | 0xffff;
            default -> {
                String inner = written.substring(written.indexOf('(') + 1, written.indexOf(')'));
                // as the grammar has it: interval(p) is all fields, and the precision
                String modifiers = type == Types.INTERVAL ? IntervalFields.FULL + "," + inner : inner;
                yield type.typmodOf(List.of(modifiers.split(",")));
            }
        };
    }

    @Test
    void text_and_binary_forms_are_postgresqls() throws IOException {
        List<String> wrong = differences();
        assertEquals(List.of(), wrong, wrong.size() + " differ");
    }
}
