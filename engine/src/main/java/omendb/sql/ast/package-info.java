/// The parse tree of a statement: sealed records under PostgreSQL's names, as its raw parser would build them.
///
/// Front door: [Statement]; below it [Query] (SELECT, VALUES, set operations), [Dml], [Ddl] and [Utility], whose
/// parts
/// are [Expr] and [TableRef].
/// Nothing is resolved here: names are folded and truncated, types are [TypeName]s, and whatever PostgreSQL's
/// grammar
/// rewrites is rewritten alike
/// (`LIKE` is the operator `~~`, `EXTRACT` the function `pg_catalog.extract`, `int` the type `pg_catalog.int4`),
/// so
/// that the binder sees few forms.
///
/// Positions: every node that an error may point at carries `position`, the character of its text counted from 1
/// (0 =
/// none), in the whole
/// string the client sent. Operators stand at the operator sign, casts at `::` or `CAST`, as in PostgreSQL.
/// Threading: immutable. Knows nothing of the parser.
@NullMarked
package omendb.sql.ast;

import org.jspecify.annotations.NullMarked;
