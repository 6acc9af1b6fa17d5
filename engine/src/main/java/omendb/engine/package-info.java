/// One open database: storage, transactions, catalog and tables behind [Database].
///
/// `Database.open` recovers (manifest, WAL replay) and starts the background work (checkpoints, vacuum, indexing);
/// `close` is a clean checkpoint. What runs on top (`omendb.sql`) sees [Database], [omendb.engine.txn.Transaction],
/// [omendb.engine.catalog.Catalog] and [omendb.engine.table.Table].
@NullMarked
package omendb.engine;

import org.jspecify.annotations.NullMarked;
