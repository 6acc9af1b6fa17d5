package omendb.sql.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Expressions of an index over the fields of a scan.
///
/// @param keys      one for each key: its expression, null for a column
/// @param predicate of a partial index, else null
public record IndexTerms(
        List<@Nullable Scalar> keys, @Nullable Scalar predicate) {}
