package omendb.sql.pgcatalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigDecimal;
import java.util.List;
import omendb.engine.type.Types;
import org.junit.jupiter.api.Test;

class SystemViewsTest {
    @Test
    void every_view_has_the_recorded_shape() {
        VirtualTable classes = SystemViews.find("pg_catalog", "pg_class");
        assertNotNull(classes);
        assertEquals(1259, classes.oid());
        assertEquals("relname", classes.columns().get(1).name());
        assertEquals(Types.NAME, classes.columns().get(1).type());
        assertEquals(classes, SystemViews.byOid(1259));
        assertNull(SystemViews.find("public", "pg_class"));
    }

    @Test
    void sizes_are_printed_as_postgresql_does() {
        // answers of SELECT pg_size_pretty(x) on PostgreSQL 15
        assertEquals("10239 bytes", pretty("10239"));
        assertEquals("10 kB", pretty("10240"));
        assertEquals("11 kB", pretty("10752"));
        assertEquals("10239 kB", pretty("10485247"));
        assertEquals("10 MB", pretty("10485248"));
        assertEquals("-10 kB", pretty("-10240"));
        assertEquals("8192 PB", pretty("9223372036854775807"));
    }

    private static String pretty(String bytes) {
        return IntrospectionFunctions.pretty(new BigDecimal(bytes));
    }

    @Test
    void dotted_names_are_split_as_sql_does() {
        assertEquals(List.of("public", "items"), CatalogNames.split("public.Items"));
        assertEquals(List.of("a\"b.c"), CatalogNames.split("\"a\"\"b.c\""));
        assertEquals(List.of(), CatalogNames.split("\"open"));
        assertEquals(List.of(), CatalogNames.split(""));
    }
}
