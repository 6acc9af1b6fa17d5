package omendb.sql.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omendb.engine.error.UserException;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.TypeContext;
import omendb.engine.type.Types;
import omendb.sql.ast.Utility.CopyOption;
import org.junit.jupiter.api.Test;

/// Readers and writers of the three formats against each other, and errors in PostgreSQL's words.
class CopyFormatsTest {
    private static final List<CopyColumn> COLUMNS =
            List.of(new CopyColumn("id", Types.INT8, -1), new CopyColumn("note", Types.TEXT, -1));

    /// Collects rows as `id:note` texts.
    private static final class Collected implements CopyRows, AutoCloseable {
        private final Batch batch = Batch.allocate(List.of(Types.INT8, Types.TEXT));
        private final List<String> rows = new ArrayList<>();

        @Override
        public Batch batch() {
            return batch;
        }

        @Override
        public void flush(long firstLine) {
            for (int row = 0; row < batch.rowCount(); row++) {
                rows.add(text(batch.column(0), row) + ":" + text(batch.column(1), row));
            }
            batch.reset();
        }

        private static String text(ColumnVector column, int row) {
            return column.isNull(row) ? "null" : column.type().io().toText(TypeContext.DEFAULT, column, row);
        }

        @Override
        public void close() {
            batch.close();
        }
    }

    private static CopyFormat format(String... namesAndValues) {
        List<CopyOption> options = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            options.add(new CopyOption(namesAndValues[i], namesAndValues[i + 1], List.of(), 0));
        }
        return CopyFormat.of(options, true);
    }

    /// Feeds the bytes in chunks of `chunk` bytes.
    private static List<String> read(CopyFormat format, byte[] bytes, int chunk) {
        try (Arena arena = Arena.ofConfined();
                Collected rows = new Collected();
                CopyReader reader = CopyReader.open(format, COLUMNS, TypeContext.DEFAULT, "items", rows)) {
            for (int at = 0; at < bytes.length; at += chunk) {
                int length = Math.min(chunk, bytes.length - at);
                MemorySegment segment = arena.allocate(length);
                MemorySegment.copy(bytes, at, segment, ValueLayout.JAVA_BYTE, 0, length);
                reader.feed(segment);
            }
            reader.end();
            return rows.rows;
        }
    }

    private static List<String> readText(CopyFormat format, String text) {
        return read(format, text.getBytes(StandardCharsets.UTF_8), 7);
    }

    @Property(tries = 200)
    void what_is_written_is_read_again_however_it_is_split(
            @ForAll List<String> notes, @ForAll @IntRange(min = 1, max = 40) int chunk) {
        for (CopyFormat format : List.of(format(), format("format", "csv"), format("format", "binary"))) {
            List<String> expected = new ArrayList<>();
            byte[] bytes = write(format, notes, expected);
            assertEquals(expected, read(format, bytes, chunk), format.kind() + " in chunks of " + chunk);
        }
    }

    /// Writes (number, note) rows; every third note is NULL, unpaired surrogates and NUL are dropped.
    private static byte[] write(CopyFormat format, List<String> notes, List<String> expected) {
        try (Batch batch = Batch.allocate(List.of(Types.INT8, Types.TEXT));
                CopyWriter writer = new CopyWriter(format, COLUMNS, TypeContext.DEFAULT);
                NativeBytesWriter out = new NativeBytesWriter()) {
            writer.start(out);
            for (int i = 0; i < notes.size(); i++) {
                String note = new String(notes.get(i).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                        .replace("\0", "");
                batch.reset();
                batch.column(0).setLong(0, i);
                if (i % 3 == 2) {
                    batch.column(1).setNull(0);
                } else {
                    batch.column(1).setString(0, note);
                }
                expected.add(i + ":" + (i % 3 == 2 ? "null" : note));
                batch.setRowCount(1);
                writer.row(batch, 0, out);
            }
            writer.end(out);
            return out.toByteArray();
        }
    }

    @Test
    void text_escapes_nulls_and_the_end_marker_are_understood() {
        assertEquals(
                List.of("1:a\tb", "2:null", "3:\\N", "4:A\nB", "5:AA"),
                readText(format(), "1\ta\\tb\n2\t\\N\n3\t\\\\N\n4\tA\\\nB\n5\t\\x41\\101\n\\.\nignored"));
    }

    @Test
    void csv_quotes_headers_and_empty_strings_are_understood() {
        assertEquals(
                List.of("1:a,\"b\"", "2:null", "3:", "4:x\ny"),
                readText(
                        format("format", "csv", "header", "match"),
                        "id,note\r\n1,\"a,\"\"b\"\"\"\r\n2,\r\n3,\"\"\r\n4,\"x\ny\"\r\n"));
    }

    @Test
    void malformed_lines_are_refused_with_their_context() {
        refused("missing data for column \"note\"", "COPY items, line 2: \"2\"", "1\ta\n2\n");
        refused("extra data after last expected column", "COPY items, line 1: \"1\ta\tb\"", "1\ta\tb\n");
        refused("invalid input syntax for type bigint: \"x\"", "COPY items, line 1, column id: \"x\"", "x\ta\n");
        refused("end-of-copy marker corrupt", "COPY items, line 2", "1\ta\n\\.x\n2\tb\n");
        refused("literal carriage return found in data", "COPY items, line 2", "1\ta\n2\tb\r\n");
    }

    private static void refused(String message, String where, String text) {
        UserException e = assertThrows(UserException.class, () -> readText(format(), text));
        assertEquals(message, e.text());
        assertEquals(where, e.where());
    }

    @Test
    void truncated_binary_data_are_refused() {
        CopyFormat binary = format("format", "binary");
        byte[] whole = write(binary, List.of("abc"), new ArrayList<>());
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 4);
        UserException e = assertThrows(UserException.class, () -> read(binary, cut, 5));
        assertEquals("unexpected EOF in COPY data", e.text());
        assertEquals("COPY items, line 1, column note", e.where());
        byte[] garbage = "this is no COPY file".getBytes(StandardCharsets.US_ASCII);
        assertEquals(
                "COPY file signature not recognized",
                assertThrows(UserException.class, () -> read(binary, garbage, 5))
                        .text());
    }

    @Test
    void options_that_do_not_go_together_are_refused() {
        optionRefused("cannot specify DELIMITER in BINARY mode", "format", "binary", "delimiter", ",");
        optionRefused("COPY delimiter must be a single one-byte character", "delimiter", "ab");
        optionRefused("COPY quote available only in CSV mode", "quote", "'");
        optionRefused("COPY format \"xml\" not recognized", "format", "xml");
        optionRefused("option \"nope\" not recognized", "nope", "1");
    }

    private static void optionRefused(String message, String... options) {
        assertEquals(
                message,
                assertThrows(UserException.class, () -> format(options)).text());
    }
}
