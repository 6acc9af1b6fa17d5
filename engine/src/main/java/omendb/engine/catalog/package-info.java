/// What exists: schemas, tables, columns, constraints, indexes, sequences, extensions.
///
/// Front door: [Catalog], an immutable snapshot found by name, by oid or as lists; [SchemaEditor] makes a
/// transaction's
/// private changes to it. Definitions are rows of the system tree `CATALOG` (key: kind and oid, value:
/// [DefinitionCodec]),
/// written with the transaction's other rows, so DDL commits and rolls back like everything else.
/// Threading: definitions and catalogs are immutable and shared freely; who holds a [Catalog] holds a consistent
/// picture.
/// Knows transactions. Does not know SQL: defaults and checks are text.
@NullMarked
package omendb.engine.catalog;

import org.jspecify.annotations.NullMarked;
