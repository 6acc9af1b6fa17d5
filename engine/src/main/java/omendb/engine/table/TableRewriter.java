package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.RowRewriter;
import omendb.engine.catalog.TableDef;
import omendb.engine.lsm.SortedRun;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.NativeBytesWriter;

/// Copies a table's rows into the new storage of its changed definition, under ACCESS EXCLUSIVE.
///
/// The rows, committed and own alike, become sorted runs of the new tree, past WAL and memtables: nobody else can see
/// them before the definition commits, and an orphaned tree is removed at the next start. They carry the statement's
/// snapshot as their timestamp, so that this transaction sees them at every isolation level. Row ids stay. Vectors
/// take slots like those of any insert and reach disk with the commit.
/// Threading: the transaction's thread.
final class TableRewriter {
    private final Transaction transaction;
    private final Table old;
    private final Table renewed;
    private final Storages storages;

    TableRewriter(Transaction transaction, TableDef old, TableDef renewed, Storages storages, TableWriters tables) {
        this.transaction = transaction;
        this.storages = storages;
        this.old = new Table(old, List.of(), List.of(), storages, tables);
        this.renewed = new Table(renewed, List.of(), List.of(), storages, tables);
    }

    void rewrite(RowRewriter rewriter) {
        try (Batch into = Batch.allocate(TableReader.types(renewed.def()));
                NativeBytesWriter buffer = new NativeBytesWriter();
                Target target = new Target(buffer)) {
            new TableReader(transaction, old).read((rows, rowIds) -> {
                into.reset();
                rewriter.rewrite(rows, into);
                target.write(into, rowIds);
            });
            target.finish();
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// Encodes rows into runs of the new tree.
    private final class Target implements AutoCloseable {
        private final NativeBytesWriter buffer;
        private final TableWrites writes = TableWrites.of(transaction, storages);
        private final RowSource source = new RowSource(renewed);
        private final long[] slots = new long[renewed.def().columns().size() + 1];
        private final SortedRun run;
        private boolean any;

        private Target(NativeBytesWriter buffer) {
            this.buffer = buffer;
            this.run = storages.lsm().startRun(renewed.def().storageId(), transaction.snapshot());
        }

        private void write(Batch rows, long[] rowIds) {
            for (int row = 0; row < rows.rowCount(); row++) {
                source.setNew(rows, row);
                for (int attnum : renewed.slotColumns()) {
                    slots[attnum] = source.isNull(attnum)
                            ? 0
                            : writes.append(renewed.storage(), attnum, rowIds[row], source.lane(attnum));
                }
                int size = RowEncoder.size(renewed.layout(), source);
                buffer.truncate(0);
                buffer.reserve(RowKey.BYTES + size);
                long key = buffer.address();
                RowKey.write(key, rowIds[row]);
                RowEncoder.write(renewed.layout(), source, slots, key + RowKey.BYTES);
                run.put(key, RowKey.BYTES, key + RowKey.BYTES, size);
                any = true;
            }
            writes.countRows(renewed.storage(), rows.rowCount());
        }

        private void finish() {
            if (any) {
                run.finish();
            }
        }

        @Override
        public void close() {
            run.close();
        }
    }
}
