package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/// COPY writes what COPY reads, for every type in every format; and what is malformed is refused as a whole.
class CopyRoundTripPropertyTest {
    private static final List<String> FORMATS = List.of("text", "csv", "binary");
    private static final Map<String, List<String>> VALUES = new LinkedHashMap<>();

    static {
        VALUES.put("bool", List.of("true", "false"));
        VALUES.put("int2", List.of("-32768", "0", "32767"));
        VALUES.put("int4", List.of("-2147483648", "7", "2147483647"));
        VALUES.put("int8", List.of("-9223372036854775808", "1", "9223372036854775807"));
        VALUES.put("float4", List.of("NaN", "-Infinity", "-0", "1e-45", "3.4028235e38", "0.1"));
        VALUES.put("float8", List.of("NaN", "Infinity", "-0", "5e-324", "1.7976931348623157e308", "0.1"));
        VALUES.put("numeric", List.of("NaN", "0.000", "-12345678901234567890.0123456789", "1e300", "Infinity"));
        VALUES.put("numeric(10,2)", List.of("-99999999.99", "0", "1.10"));
        VALUES.put("text", List.of("", "a\tb\nc\rd\\e", "\\N", "\\.", "\"q\", 'r'", "é€😀", "NULL", " x "));
        VALUES.put("varchar(5)", List.of("", "a,b", "éééé"));
        VALUES.put("char(4)", List.of("a", "", "abcd"));
        VALUES.put("name", List.of("pg", "a b"));
        VALUES.put("bytea", List.of("", "\\x00ff5c0a0922", "\\x41"));
        VALUES.put("uuid", List.of("00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"));
        VALUES.put("date", List.of("infinity", "-infinity", "0044-03-15 BC", "2026-02-28"));
        VALUES.put("time", List.of("00:00:00", "24:00:00", "12:34:56.789012"));
        VALUES.put("timetz", List.of("00:00:00+00", "12:34:56.7-09:30"));
        VALUES.put("timestamp", List.of("infinity", "2000-01-01 00:00:00", "1999-12-31 23:59:59.999999"));
        VALUES.put("timestamptz", List.of("-infinity", "2024-02-29 12:00:00+05:30"));
        VALUES.put("interval", List.of("1 year -2 mons 3 days 04:05:06.7", "-00:00:00.000001", "0"));
        VALUES.put("json", List.of("{\"a\" : [1, null, \"x\\ty\"]}", "null"));
        VALUES.put("jsonb", List.of("{\"b\": 1, \"a\": {\"c\": [1.50, true]}}", "\"\\\\\"", "[]"));
        VALUES.put("oid", List.of("0", "4294967295"));
        VALUES.put("bit(5)", List.of("00000", "10110"));
        VALUES.put("varbit", List.of("", "1", "101010101010101"));
        VALUES.put("vector(3)", List.of("[1,2,3]", "[0.1,-1e-30,3.4028235e38]"));
        VALUES.put("halfvec(2)", List.of("[1,-65504]", "[0.1,6e-8]"));
        VALUES.put("sparsevec(9)", List.of("{1:1.5,9:-2}/9", "{}/9"));
        VALUES.put("int4[]", List.of("{}", "{1,NULL,-3}", "[0:1]={5,6}", "{{1,2},{3,4}}"));
        VALUES.put("text[]", List.of("{\"a,b\",NULL,\"NULL\",\"\\\"\\\\\",\"\",\"x\ty\nz\"}"));
        VALUES.put("vector[]", List.of("{\"[1,2]\",NULL,\"[3]\"}"));
    }

    private static TestDatabase database;

    @BeforeContainer
    static void create() {
        database = new TestDatabase();
        StringBuilder columns = new StringBuilder("(k int PRIMARY KEY");
        int number = 0;
        for (String type : VALUES.keySet()) {
            columns.append(", c").append(number++).append(' ').append(type);
        }
        database.execute(
                "CREATE EXTENSION vector",
                "CREATE TABLE source " + columns + ")",
                "CREATE TABLE target " + columns + ")",
                "CREATE TABLE items (id int PRIMARY KEY, note text, e vector(3))",
                "INSERT INTO items VALUES (-1, 'there', '[0,0,0]')");
    }

    @AfterContainer
    static void close() {
        database.close();
    }

    private static SqlConnection connection() {
        return database.connection();
    }

    @Property(tries = 60)
    void every_type_survives_every_format(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 5000) int chunk, @ForAll @IntRange(max = 12) int rows) {
        Random random = new Random(seed);
        database.execute("DELETE FROM source");
        for (int k = 0; k < rows; k++) {
            StringBuilder insert = new StringBuilder("INSERT INTO source VALUES (" + k);
            for (List<String> values : VALUES.values()) {
                boolean isNull = random.nextInt(5) == 0;
                String value = values.get(random.nextInt(values.size()));
                insert.append(isNull ? ", NULL" : ", '" + value.replace("'", "''") + "'");
            }
            database.execute(insert + ")");
        }
        List<String> expected = connection().rows("SELECT * FROM source ORDER BY k");
        for (String format : FORMATS) {
            database.execute("DELETE FROM target");
            byte[] bytes = connection().copyOut("COPY source TO STDOUT (FORMAT " + format + ")");
            assertEquals(
                    "COPY " + rows,
                    connection().copyIn("COPY target FROM STDIN (FORMAT " + format + ")", bytes, chunk),
                    format + ", seed " + seed);
            assertEquals(expected, connection().rows("SELECT * FROM target ORDER BY k"), format + ", seed " + seed);
            if (!format.equals("binary")) {
                byte[] again = connection().copyOut("COPY target TO STDOUT (FORMAT " + format + ")");
                assertEquals(lines(bytes), lines(again), format + ", seed " + seed);
            }
        }
    }

    private static List<String> lines(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8).lines().sorted().toList();
    }

    /// A line that is wrong, what its error says, and whether it names the column.
    private record Fault(String text, String csv, String error) {}

    private static final List<Fault> FAULTS = List.of(
            new Fault(
                    "9000\tx", "9000,x", "ERROR 22P04: missing data for column \"e\" CONTEXT COPY items, line %d: \""),
            new Fault(
                    "9000\tx\t[1,2,3]\t4",
                    "9000,x,\"[1,2,3]\",4",
                    "ERROR 22P04: extra data after last expected column CONTEXT COPY items, line %d: \""),
            new Fault(
                    "9x\tx\t[1,2,3]",
                    "9x,x,\"[1,2,3]\"",
                    "ERROR 22P02: invalid input syntax for type integer: \"9x\" CONTEXT COPY items, line %d, column id: \"9x\""),
            new Fault(
                    "99999999999\tx\t[1,2,3]",
                    "99999999999,x,\"[1,2,3]\"",
                    "ERROR 22003: value \"99999999999\" is out of range for type integer CONTEXT COPY items, line %d, column id: \"99999999999\""),
            new Fault(
                    "9000\tx\t[1,2]",
                    "9000,x,\"[1,2]\"",
                    "ERROR 22000: expected 3 dimensions, not 2 CONTEXT COPY items, line %d, column e: \"[1,2]\""),
            new Fault(
                    "9000\tx\t[1,NaN,2]",
                    "9000,x,\"[1,NaN,2]\"",
                    "ERROR 22000: NaN not allowed in vector CONTEXT COPY items, line %d, column e: \"[1,NaN,2]\""),
            new Fault(
                    "-1\tx\t[1,2,3]",
                    "-1,x,\"[1,2,3]\"",
                    "ERROR 23505: duplicate key value violates unique constraint \"items_pkey\" CONTEXT COPY items, line %d"));

    @Property(tries = 120)
    void a_malformed_line_is_named_and_nothing_is_left_of_the_copy(
            @ForAll @IntRange(max = 6) int which,
            @ForAll boolean csv,
            @ForAll @IntRange(max = 2500) int before,
            @ForAll @IntRange(max = 3) int after,
            @ForAll @IntRange(min = 1, max = 9000) int chunk) {
        Fault fault = FAULTS.get(which);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < before + after; i++) {
            lines.add(csv ? i + ",\"a,b\",\"[1,2,3]\"" : i + "\ta\\tb\t[1,2,3]");
        }
        lines.add(before, csv ? fault.csv() : fault.text());
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        String answer =
                connection().copyIn("COPY items FROM STDIN (FORMAT " + (csv ? "csv" : "text") + ")", bytes, chunk);
        assertTrue(answer.startsWith(fault.error().formatted(before + 1)), answer);
        assertEquals(TransactionStatus.IDLE, connection().session().transactionStatus());
        assertEquals(List.of("-1|there|[0,0,0]"), connection().rows("SELECT * FROM items"));
    }

    @Property(tries = 150)
    void binary_data_cut_anywhere_are_refused_or_end_between_rows(
            @ForAll @IntRange(max = 1000) int cutPermille, @ForAll @IntRange(min = 1, max = 200) int chunk) {
        database.execute(
                "BEGIN", "DELETE FROM items", "INSERT INTO items VALUES (1, 'a', '[1,2,3]'), (2, NULL, '[4,5,6]')");
        byte[] whole = connection().copyOut("COPY items TO STDOUT (FORMAT binary)");
        database.execute("ROLLBACK");
        int length = whole.length * cutPermille / 1000;
        String answer =
                connection().copyIn("COPY items FROM STDIN (FORMAT binary)", Arrays.copyOf(whole, length), chunk);
        int firstEnd = 19 + 2 + 4 + 4 + 4 + 1 + 4 + 16;
        int secondEnd = firstEnd + 2 + 4 + 4 + 4 + 4 + 16;
        int rows = length >= secondEnd ? 2 : length >= firstEnd ? 1 : 0;
        boolean betweenRows = List.of(19, firstEnd, secondEnd).contains(length) || length == whole.length;
        if (betweenRows) {
            assertEquals("COPY " + rows, answer);
        } else if (!answer.equals("COPY " + rows)) {
            assertTrue(answer.startsWith("ERROR 22P04: "), answer + " at " + length);
            rows = 0;
        } else {
            // one byte of the next row's count, which PostgreSQL takes for the end as well
            assertTrue(List.of(20, firstEnd + 1, secondEnd + 1).contains(length), answer + " at " + length);
        }
        assertEquals(List.of(String.valueOf(rows + 1)), connection().rows("SELECT count(*) FROM items"));
        database.execute("DELETE FROM items WHERE id > 0");
    }
}
