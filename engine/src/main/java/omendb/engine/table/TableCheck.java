package omendb.engine.table;

import java.util.ArrayList;
import java.util.List;
import omendb.ann.Distance;
import omendb.ann.HnswIndex;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.vector.VectorColumn;
import omendb.memory.CorruptFileException;
import omendb.memory.Epochs;
import omendb.memory.NativeMemory;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;

/// Checks one table of a database that nobody else uses: the form of every row, every row's entries in every btree and
/// gin index and no other entries, every row's vector slots and what vector indexes know of them.
///
/// Threading: one thread.
public final class TableCheck {
    private final TableDef def;
    private final Table table;
    private final LsmTree rows;
    private final Storages storages;
    private final LoggedSlots logged;
    private final CheckFindings findings;
    private final long timestamp;
    private final RowSource source;
    private final LsmValue entry = new LsmValue();
    private final long[] entries;
    private final long[] invertedEntries;
    private final List<IndexRow> invertedRows = new ArrayList<>();
    private final List<IndexRow> indexRows = new ArrayList<>();
    private long rowCount;

    /// @param storages  the table's storages, opened; vector columns by [VectorColumn#inspect]
    /// @param timestamp newest commit
    public TableCheck(
            TableDef def,
            Catalogs catalogs,
            Storages storages,
            LoggedSlots logged,
            long timestamp,
            CheckFindings findings) {
        Catalog catalog = catalogs.committed();
        this.def = def;
        this.storages = storages;
        this.logged = logged;
        this.timestamp = timestamp;
        this.findings = findings;
        this.table = new Table(
                def,
                catalog.indexesOf(def.oid()),
                catalog.referencesTo(def.oid()),
                storages,
                new TableWriters(catalogs, storages));
        this.rows = table.storage().rows();
        this.source = new RowSource(table);
        this.entries = new long[table.btrees().size()];
        this.invertedEntries = new long[table.inverted().size()];
    }

    /// Checks everything; problems go to the findings.
    public void run() {
        try (SlotLists opened = new SlotLists(storages.lsm())) {
            table.btrees().forEach(keys -> indexRows.add(new IndexRow(keys)));
            table.inverted().forEach(keys -> invertedRows.add(new IndexRow(keys)));
            run(opened);
        } finally {
            indexRows.forEach(IndexRow::close);
            invertedRows.forEach(IndexRow::close);
        }
    }

    private void run(SlotLists lists) {
        checkSlots(lists);
        boolean formed = checkRows(lists);
        for (int i = 0; i < entries.length; i++) {
            checkEntries(table.btrees().get(i), entries[i], formed);
        }
        for (IndexSlots slots : table.indexSlots()) {
            checkIndexSlots(slots, lists);
        }
        for (int i = 0; i < invertedEntries.length; i++) {
            checkEntries(table.inverted().get(i), invertedEntries[i], formed);
        }
    }

    /// Rows of the table.
    public long rowCount() {
        return rowCount;
    }

    // ---- rows ----

    private boolean checkRows(SlotLists lists) {
        boolean formed = true;
        try (NativeBytesWriter key = new NativeBytesWriter();
                LsmCursor cursor = rows.scan(null, null, timestamp, false)) {
            while (cursor.next()) {
                rowCount++;
                if (cursor.keyLength() != RowKey.BYTES) {
                    damaged("a row key of " + cursor.keyLength() + " bytes");
                    formed = false;
                    continue;
                }
                long rowId = RowKey.read(cursor.keyAddress());
                String problem = formProblem(cursor.valueAddress(), cursor.valueLength());
                if (problem == null) {
                    source.setStored(cursor.valueAddress());
                    checkSlotsOf(rowId, lists);
                    checkIndexesOf(rowId, key);
                    checkTermsOf(rowId, key);
                } else {
                    damaged("row " + rowId + ": " + problem);
                    formed = false;
                }
            }
        } catch (StorageException unreadable) {
            findings.damaged(String.valueOf(unreadable.getMessage()));
            formed = false;
        }
        return formed;
    }

    /// What is wrong with the form of an encoded row ([RowLayout]), or null.
    private @Nullable String formProblem(long row, int bytes) {
        if (bytes < RowLayout.HEADER_BYTES) {
            return "only " + bytes + " bytes";
        }
        int columns = NativeMemory.getShort(row) & 0xffff;
        if (columns >= table.layouts().length) {
            return columns + " columns, the table has " + (table.layouts().length - 1);
        }
        RowLayout layout = table.layouts()[columns];
        if (bytes < layout.dataPosition()) {
            return "only " + bytes + " bytes, its fixed part needs " + layout.dataPosition();
        }
        int end = 0;
        for (int i = 0; i < layout.variableCount(); i++) {
            int next = NativeMemory.getInt(row + layout.offsetsPosition() + 4L * i);
            if (next < end) {
                return "the ends of its values go back";
            }
            end = next;
        }
        int expected = layout.dataPosition() + end;
        return expected == bytes ? null : bytes + " bytes, its values end at " + expected;
    }

    // ---- vectors ----

    /// Every slot that was durable at the last checkpoint and is not dead: vacuum may not have come to it yet. What is
    /// in a listed slot does not matter: a transaction may have been writing it again.
    private void checkSlots(SlotLists lists) {
        table.storage().vectorColumnsByAttnum().forEach((attnum, column) -> {
            for (long slot = 0; slot < column.publishedLimit(); slot++) {
                if (column.isStored(slot)
                        && !column.isDead(slot)
                        && column.isCheckpointed(slot)
                        && logged.row(def.storageId(), attnum, slot) == null) {
                    CorruptFileException problem = column.problem(slot, -1);
                    if (problem != null && !isListed(lists, attnum, slot)) {
                        report(problem);
                    }
                }
            }
        });
    }

    // ---- indexes that keep their own vectors ----

    /// Every row that belongs to the index has a whole slot there that says the same vector and is in the
    /// graph, and no other row has one.
    private void checkIndexSlots(IndexSlots slots, SlotLists lists) {
        long expected = 0;
        try (IndexRow row = new IndexRow(new IndexKeys(def, slots.index()));
                LsmCursor cursor = rows.scan(null, null, timestamp, false)) {
            while (cursor.next()) {
                source.setStored(cursor.valueAddress());
                if (row.set(source) && !row.isNull(0)) {
                    expected++;
                    long vector = IndexSlots.vector(slots.column().elementType(), row.lane(0));
                    checkIndexSlot(slots, RowKey.read(cursor.keyAddress()), vector, lists);
                }
            }
        } catch (StorageException | OmenException | IndexOutOfBoundsException unreadable) {
            findings.damaged("index \"" + slots.index().name() + "\": " + unreadable.getMessage());
            return;
        }
        long found = 0;
        try (LsmCursor cursor = storages.lsm().tree(slots.index().storageId()).scan(null, null, timestamp, false)) {
            while (cursor.next()) {
                found++;
            }
        }
        if (found != expected) {
            damaged("index \"" + slots.index().name() + "\" has vectors of " + found + " rows, the table has "
                    + expected + " rows for it");
        }
    }

    private void checkIndexSlot(IndexSlots slots, long rowId, long vector, SlotLists lists) {
        long storageId = slots.index().storageId();
        VectorColumn column = slots.column();
        long slot = slotOf(storageId, rowId);
        if (slot < 0) {
            damaged("row " + rowId + " has no vector in index \""
                    + slots.index().name() + "\"");
            return;
        }
        Long inLog = logged.row(storageId, IndexSlots.ATTNUM, slot);
        if (inLog == null) {
            CorruptFileException problem = column.problem(slot, rowId);
            if (problem != null) {
                report(problem);
                return;
            }
            long stored = column.address(slot);
            if (!NativeMemory.equal(vector, column.vectorBytes(vector), stored, column.vectorBytes(stored))) {
                damaged("row " + rowId + " has another vector in index \""
                        + slots.index().name() + "\"");
            }
        } else if (inLog != rowId) {
            damaged("row " + rowId + " refers to vector slot " + slot + " of index \""
                    + slots.index().name() + "\", which the log gives to row " + inLog);
        }
        if (lists.contains(storageId, IndexSlots.ATTNUM, slot, timestamp)) {
            damaged("row " + rowId + " refers to vector slot " + slot + " of index \""
                    + slots.index().name() + "\", which is listed as dead or free");
        }
        checkVectorIndexes(rowId, slot, column);
    }

    private long slotOf(long storageId, long rowId) {
        try (NativeBytesWriter key = new NativeBytesWriter(RowKey.BYTES)) {
            key.writeLong(0);
            RowKey.write(key.address(), rowId);
            boolean found = storages.lsm().tree(storageId).get(key.address(), RowKey.BYTES, timestamp, entry);
            return found ? NativeMemory.getLong(entry.address()) : -1;
        }
    }

    private boolean isListed(SlotLists lists, int attnum, long slot) {
        try (Epochs.Pin _ = storages.epochs().pin()) {
            return lists.contains(def.storageId(), attnum, slot, timestamp);
        }
    }

    private void checkSlotsOf(long rowId, SlotLists lists) {
        for (int attnum : table.slotColumns()) {
            if (source.isNull(attnum)) {
                continue;
            }
            long slot = source.storedSlot(attnum);
            VectorColumn column = table.storage().vectorColumn(attnum);
            Long inLog = logged.row(def.storageId(), attnum, slot);
            if (inLog == null) {
                CorruptFileException problem = column.problem(slot, rowId);
                if (problem != null) {
                    report(problem);
                    continue;
                }
            } else if (inLog != rowId) {
                damaged("row " + rowId + " refers to vector slot " + slot + ", which the log gives to row " + inLog);
            }
            if (lists.contains(def.storageId(), attnum, slot, timestamp)) {
                damaged("row " + rowId + " refers to vector slot " + slot + ", which is listed as dead or free");
            }
            checkVectorIndexes(rowId, slot, column);
        }
    }

    private void checkVectorIndexes(long rowId, long slot, VectorColumn column) {
        for (VectorIndexStorage index : storages.vectorIndexesOf(column)) {
            HnswIndex graph = index.index();
            // cosine leaves zero vectors out
            if (graph != null && index.distance() != Distance.COSINE && !graph.covers(slot)) {
                damaged("row " + rowId + ": its vector, slot " + slot + ", is not in "
                        + VectorIndexStorage.directory(index.storageId()));
            }
        }
    }

    // ---- btree indexes ----

    private void checkIndexesOf(long rowId, NativeBytesWriter key) {
        List<IndexKeys> indexes = table.btrees();
        for (int i = 0; i < indexes.size(); i++) {
            IndexKeys keys = indexes.get(i);
            key.truncate(0);
            try {
                if (!indexRows.get(i).set(source)) {
                    continue;
                }
                boolean unique = indexRows.get(i).encode(rowId, key);
                checkEntry(keys, rowId, key, unique);
            } catch (OmenException | IndexOutOfBoundsException undecodable) {
                damaged("row " + rowId + ": a key column of index \"" + name(keys) + "\" cannot be read: "
                        + undecodable.getMessage());
            }
            entries[i]++;
        }
    }

    private void checkTermsOf(long rowId, NativeBytesWriter key) {
        List<IndexKeys> indexes = table.inverted();
        for (int i = 0; i < indexes.size(); i++) {
            IndexKeys keys = indexes.get(i);
            try {
                if (!invertedRows.get(i).set(source)) {
                    continue;
                }
                for (byte[] term : new InvertedKeys(keys).of(invertedRows.get(i))) {
                    InvertedKeys.write(term, rowId, key);
                    checkEntry(keys, rowId, key, false);
                    invertedEntries[i]++;
                }
            } catch (OmenException | IndexOutOfBoundsException undecodable) {
                damaged("row " + rowId + ": a key column of index \"" + name(keys) + "\" cannot be read: "
                        + undecodable.getMessage());
            }
        }
    }

    private void checkEntry(IndexKeys keys, long rowId, NativeBytesWriter key, boolean unique) {
        LsmTree tree = storages.lsm().tree(keys.treeId());
        if (!tree.get(key.address(), key.position(), timestamp, entry)) {
            damaged("row " + rowId + " has no entry in index \"" + name(keys) + "\", rel/" + keys.treeId());
        } else if (unique && (entry.length() != Long.BYTES || NativeMemory.getLong(entry.address()) != rowId)) {
            damaged("the key of row " + rowId + " leads to another row in index \"" + name(keys) + "\", rel/"
                    + keys.treeId());
        }
    }

    /// With an entry for each row, entries too many are those that no row has.
    private void checkEntries(IndexKeys keys, long expected, boolean formed) {
        long found = 0;
        try (LsmCursor cursor = storages.lsm().tree(keys.treeId()).scan(null, null, timestamp, false)) {
            while (cursor.next()) {
                found++;
            }
        } catch (StorageException unreadable) {
            findings.damaged(String.valueOf(unreadable.getMessage()));
            return;
        }
        if (formed && found != expected) {
            damaged("index \"" + name(keys) + "\", rel/" + keys.treeId() + ", has " + found + " entries, the table has "
                    + expected + " " + (keys.index().isInverted() ? "terms" : "rows") + " for it");
        }
    }

    private static String name(IndexKeys keys) {
        IndexDef index = keys.index();
        return index.name();
    }

    private void report(@Nullable CorruptFileException problem) {
        if (problem != null) {
            findings.damaged("table \"" + def.name() + "\": " + problem.getMessage());
        }
    }

    private void damaged(String problem) {
        findings.damaged("table \"" + def.name() + "\", rel/" + def.storageId() + ": " + problem);
    }
}
