/// The SQL front door: one [SqlSession] per client connection.
///
/// A session parses, binds, plans and executes; it owns its settings, its prepared plans, its transaction and
/// the
/// off-heap
/// batches its statements reuse. The life of a statement:
///
///     simple:    parse(text) -> for each PendingStatement: prepare -> bind(none) -> execute ... -> sync
///     extended:  prepare(text, types) -> bind(values) -> execute (again while suspended) ... -> sync
///
/// Threading: a session is used by one thread at a time; only [SqlSession#cancel] may come from another one.
/// Knows the engine ([omendb.engine.Database]) and the types. Does not know messages, ByteBufs or format codes
/// of
/// results:
/// rows leave as [omendb.engine.type.Batch]es, the protocol encodes them.
@NullMarked
package omendb.sql;

import org.jspecify.annotations.NullMarked;
