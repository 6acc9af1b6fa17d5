package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A type as written, under the name PostgreSQL's grammar gives it.
///
/// Types that are keywords arrive under their catalog name with the schema: `int` = `pg_catalog.int4`, `double
/// precision` = `pg_catalog.float8`,
/// `char(3)` = `pg_catalog.bpchar`, `timestamp with time zone` = `pg_catalog.timestamptz`. `char` and `bit`
/// without a
/// length have the modifier 1.
/// Everything else keeps its parts (`vector`, `public.vector`) and is looked up along the search path.
///
/// @param names       one to three parts
/// @param modifiers   `numeric(10, 2)`, `vector(3)`; for `interval` PostgreSQL's field mask comes first (32767 =
///         all),
/// then the precision
/// @param arrayBounds one entry per array dimension; -1 = no bound given; empty = not an array
/// @param setOf       `SETOF type` (function results)
/// @param percentType `table.column%TYPE`
public record TypeName(
        List<String> names,
        List<Expr> modifiers,
        List<Integer> arrayBounds,
        boolean setOf,
        boolean percentType,
        int position) {

    public static TypeName of(String... names) {
        return new TypeName(List.of(names), List.of(), List.of(), false, false, 0);
    }

    /// The last part of the name.
    public String name() {
        return names.getLast();
    }

    /// The schema or null.
    public @Nullable String schema() {
        return names.size() < 2 ? null : names.get(names.size() - 2);
    }

    public boolean isArray() {
        return !arrayBounds.isEmpty();
    }
}
