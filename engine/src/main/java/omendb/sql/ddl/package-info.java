/// Statements that define, change or drop objects: checked as PostgreSQL checks them, carried out by the engine's
/// `SchemaEditor` inside the running transaction.
///
/// Front door: [DdlExecutor]. What a later version brings answers 0A000 and says so.
@NullMarked
package omendb.sql.ddl;

import org.jspecify.annotations.NullMarked;
