/// pg_catalog and information_schema: system views as [VirtualTable]s over the catalog, the types and the function
/// registry, and the
/// functions clients call on them.
///
/// A view is one entry of [SystemViews]; its rows are made when a statement scans it, from the statement's own catalog
/// snapshot.
@NullMarked
package omendb.sql.pgcatalog;

import org.jspecify.annotations.NullMarked;
