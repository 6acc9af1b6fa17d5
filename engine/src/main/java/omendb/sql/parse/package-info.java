/// Text of SQL to trees of `omendb.sql.ast`, and back.
///
/// Front door: [SqlParser]; [Deparser] writes trees in PostgreSQL's canonical form.
/// Path: text > [Lexer] (PostgreSQL's lexical rules) > tokens, split into statements > tree. Nothing here knows
/// the
/// catalog.
/// Errors are PostgreSQL's: 42601 `syntax error at or near "..."` with the position, 54001 when nested too
/// deeply; no
/// other exception leaves the package.
/// Threading: static functions without shared state.
@NullMarked
package omendb.sql.parse;

import org.jspecify.annotations.NullMarked;
