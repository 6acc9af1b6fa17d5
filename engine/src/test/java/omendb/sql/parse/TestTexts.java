package omendb.sql.parse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Statements in the test resources.
final class TestTexts {
    private TestTexts() {}

    /// A statement of the corpus: its category and whether PostgreSQL's grammar takes it.
    record CorpusStatement(String category, String sql, boolean valid) {}

    static String resource(String name) {
        try (InputStream in = TestTexts.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lines of tab-separated fields; comments begin with `#`.
    static List<String[]> table(String name) {
        List<String[]> rows = new ArrayList<>();
        for (String line : resource(name).split("\n")) {
            if (!line.isEmpty() && !line.startsWith("# ")) {
                rows.add(line.split("\t", -1));
            }
        }
        return rows;
    }

    static List<String> psqlQueries() {
        List<String> queries = new ArrayList<>();
        StringBuilder query = new StringBuilder();
        for (String line : resource("/parse/psql-15.sql").split("\n")) {
            if (line.startsWith("-- ") && query.isEmpty()) {
                continue;
            }
            query.append(line).append('\n');
            if (line.endsWith(";")) {
                queries.add(query.toString());
                query.setLength(0);
            }
        }
        return queries;
    }

    static List<CorpusStatement> corpus() {
        List<CorpusStatement> statements = new ArrayList<>();
        JsonReader reader = new JsonReader(resource("/corpus/statements.json"));
        while (reader.find("\"cat\":")) {
            String category = reader.string();
            reader.find("\"sql\":");
            String sql = reader.string();
            reader.find("\"pg\":");
            statements.add(new CorpusStatement(category, sql, reader.word().equals("true")));
        }
        return statements;
    }

    /// Just enough JSON for the corpus.
    private static final class JsonReader {
        private final String text;
        private int at;

        JsonReader(String text) {
            this.text = text;
        }

        boolean find(String what) {
            int found = text.indexOf(what, at);
            if (found < 0) {
                return false;
            }
            at = found + what.length();
            while (text.charAt(at) == ' ') {
                at++;
            }
            return true;
        }

        String word() {
            int start = at;
            while (Character.isLetter(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at);
        }

        String string() {
            StringBuilder value = new StringBuilder();
            at++;
            while (text.charAt(at) != '"') {
                char c = text.charAt(at++);
                if (c != '\\') {
                    value.append(c);
                    continue;
                }
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> value.append('\n');
                    case 't' -> value.append('\t');
                    case 'r' -> value.append('\r');
                    case 'b' -> value.append('\b');
                    case 'f' -> value.append('\f');
                    case 'u' -> {
                        value.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                        at += 4;
                    }
                    default -> value.append(escaped);
                }
            }
            at++;
            return value.toString();
        }
    }
}
