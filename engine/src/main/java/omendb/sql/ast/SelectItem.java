package omendb.sql.ast;

import org.jspecify.annotations.Nullable;

/// One element of a select list or of RETURNING. `t.*` and `*` are [Expr.Star].
///
/// @param alias the column label, or null when the name is to be derived from the expression
public record SelectItem(Expr expr, @Nullable String alias, int position) {}
