package omendb.sql.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.util.TablesNamesFinder;
import omendb.engine.error.OmenException;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Query;
import org.junit.jupiter.api.Test;

/// JSqlParser as a second opinion: it must see the same tables in a statement and in what our tree prints for it.
///
/// It reads fewer statements than PostgreSQL does (decision 4), so only those count that it reads in both forms.
class JSqlParserOracleTest {
    @Test
    void a_statement_and_its_printed_tree_name_the_same_tables() {
        List<String> different = new ArrayList<>();
        int compared = 0;
        for (TestTexts.CorpusStatement statement : TestTexts.corpus()) {
            Optional<String> printed = statement.valid() ? printed(statement.sql()) : Optional.empty();
            if (printed.isPresent()) {
                Optional<Set<String>> before = tables(statement.sql());
                Optional<Set<String>> after = tables(printed.get());
                if (before.isPresent() && after.isPresent()) {
                    compared++;
                    if (!before.equals(after)) {
                        different.add(statement.sql() + "\n  " + before.get() + "\n  " + printed.get() + "\n  "
                                + after.get());
                    }
                }
            }
        }
        assertEquals(List.of(), different);
        assertTrue(compared > 300, "only " + compared + " statements were compared");
    }

    private static Optional<String> printed(String sql) {
        try {
            List<ParsedStatement> statements = SqlParser.parse(sql);
            if (statements.size() != 1) {
                return Optional.empty();
            }
            return switch (statements.getFirst().statement()) {
                case Query query -> Optional.of(Deparser.query(query));
                case Dml dml -> Optional.of(Deparser.dml(dml));
                default -> Optional.empty();
            };
        } catch (OmenException e) {
            return Optional.empty(); // CorpusTest lists what we do not read
        }
    }

    private static Optional<Set<String>> tables(String sql) {
        try {
            return Optional.of(new TablesNamesFinder<Void>()
                    .getTables(CCJSqlParserUtil.parse(sql)).stream()
                            .map(name -> name.replace("\"", "").toLowerCase(Locale.ROOT))
                            .collect(Collectors.toCollection(TreeSet::new)));
        } catch (JSQLParserException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
