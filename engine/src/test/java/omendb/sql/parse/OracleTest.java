package omendb.sql.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import org.junit.jupiter.api.Test;

/// Trees and errors against answers of PostgreSQL's own parser, frozen in the resources.
class OracleTest {

    @Test
    void operators_bind_as_in_postgresql() {
        List<String> different = new ArrayList<>();
        for (String[] row : TestTexts.table("/parse/precedence.tsv")) {
            String ours;
            try {
                ours = Deparser.expression(SqlParser.parseExpression(row[0]));
            } catch (OmenException e) {
                ours = "ERROR " + e.position() + " " + e.getMessage();
            }
            if (!ours.equals(row[1])) {
                different.add(row[0] + "\n  PostgreSQL " + row[1] + "\n  we         " + ours);
            }
        }
        assertEquals(List.of(), different);
    }

    @Test
    void syntax_errors_have_postgresqls_message_and_position() {
        List<String> different = new ArrayList<>();
        int same = 0;
        for (String[] row : TestTexts.table("/parse/syntax-errors.tsv")) {
            String sql = row[2].replace("\\\\", "\\");
            int position = row[0].equals("0") ? sql.length() + 1 : Integer.parseInt(row[0]);
            try {
                SqlParser.parse(sql);
                different.add(sql + "\n  PostgreSQL " + position + " " + row[1] + "\n  we         accept it");
            } catch (OmenException e) {
                if (e.getMessage().equals(row[1]) && e.position() == position) {
                    same++;
                } else {
                    different.add(sql + "\n  PostgreSQL " + position + " " + row[1] + "\n  we         " + e.position()
                            + " " + e.getMessage());
                }
            }
        }
        // our rules look ahead at several words here and there, where PostgreSQL's tables take one at a time
        assertEquals(true, same * 100 >= 98 * (same + different.size()), () -> String.join("\n", different));
    }
}
