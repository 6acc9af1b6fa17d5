package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.txn.Transaction;
import omendb.engine.type.NativeBytesWriter;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// A foreign key with both tables at hand, for one transaction: from a referencing row to the entry of the row
/// it refers to, and from a key to the rows that refer to it.
///
/// Threading: the transaction's thread.
final class ForeignKeyPath {
    private final ConstraintDef.ForeignKey key;
    private final Table child;
    private final Table parent;
    private final IndexKeys parentKeys;
    private final RowLookup parentEntries;
    private final RowLookup childRows;
    private final RowSource childRow;
    private final KeyValues childValues;
    private final KeyValues oldKey;
    private final KeyValues newKey;
    private final NativeBytesWriter event;
    private final NativeBytesWriter entry;
    private final NativeBytesWriter passed;
    private final NativeBytesWriter wanted;
    private final NativeBytesWriter found;

    ForeignKeyPath(
            ConstraintDef.ForeignKey key, Table child, Table parent, Transaction transaction, Storages storages) {
        this.key = key;
        this.child = child;
        this.parent = parent;
        this.parentKeys = parent.btree(key.indexOid());
        this.parentEntries = RowLookup.momentary(transaction, storages.lsm().tree(parentKeys.treeId()));
        this.childRows = RowLookup.momentary(transaction, child.storage().rows());
        this.childRow = new RowSource(child);
        this.childValues = new KeyValues(child.def(), key.attnums());
        this.oldKey = new KeyValues(parent.def(), key.keyAttnums());
        this.newKey = new KeyValues(parent.def(), key.keyAttnums());
        TableWriter.Buffers buffers = transaction.participant(TableWriter.Buffers.class, TableWriter.Buffers::new);
        this.event = buffers.allocate();
        this.entry = buffers.allocate();
        this.passed = buffers.allocate();
        this.wanted = buffers.allocate();
        this.found = buffers.allocate();
    }

    ConstraintDef.ForeignKey key() {
        return key;
    }

    Table child() {
        return child;
    }

    Table parent() {
        return parent;
    }

    /// Values of the referencing row read last.
    KeyValues childValues() {
        return childValues;
    }

    /// The key that went away, of the event read last.
    KeyValues oldKey() {
        return oldKey;
    }

    /// The key that came instead.
    KeyValues newKey() {
        return newKey;
    }

    // ---- from the referencing row ----

    /// Reads the newest version of a referencing row; false = it is gone.
    boolean readChild(long rowId) {
        if (!childRows.findLatestRow(rowId)) {
            return false;
        }
        readChildAt(childRows.address());
        return true;
    }

    void readChildAt(long address) {
        childRow.setStored(address);
        childValues.read(childRow, key.attnums());
    }

    /// Encodes the entry that the referencing row's values should have; false = no row can have them.
    boolean encodeEntry() {
        return encodeEntry(childValues);
    }

    /// Encodes the entry of a key of the referenced table.
    void encodeOldEntry() {
        encodeEntry(oldKey);
    }

    private boolean encodeEntry(KeyValues values) {
        entry.truncate(0);
        IndexDef index = parentKeys.index();
        for (int i = 0; i < parentKeys.columnCount(); i++) {
            IndexDef.Key column = index.keys().get(i);
            int position = key.keyAttnums().indexOf(column.attnum());
            if (!values.encode(position, parentKeys.type(i), column.descending(), column.nullsFirst(), entry)) {
                return false;
            }
        }
        return true;
    }

    NativeBytesWriter entry() {
        return entry;
    }

    RowLookup parentEntries() {
        return parentEntries;
    }

    IndexKeys parentKeys() {
        return parentKeys;
    }

    /// Whether the entry at hand is the one that was found good before.
    boolean isPassed() {
        return NativeMemory.equal(entry.address(), entry.position(), passed.address(), passed.position());
    }

    void setPassed() {
        passed.truncate(0);
        passed.writeBytes(entry.address(), entry.position());
    }

    /// Forgets what was found good: the locks on it may be gone.
    void clearPassed() {
        passed.truncate(0);
    }

    // ---- from the key ----

    /// Reads an event's keys; they are copied, since new events may move the old.
    void readEvent(long address, int length, boolean changed) {
        event.truncate(0);
        event.writeBytes(address, length);
        long behind = oldKey.read(event.address());
        if (changed) {
            newKey.read(behind);
        }
    }

    /// Prepares to look for rows that refer to the old key; false = there can be none.
    boolean encodeWanted() {
        wanted.truncate(0);
        for (int i = 0; i < oldKey.count(); i++) {
            if (!oldKey.encode(i, childValues.type(i), false, false, wanted)) {
                return false;
            }
        }
        return true;
    }

    /// Whether the referencing row read last refers to the old key.
    boolean isWanted() {
        if (childValues.nullCount() > 0) {
            return false;
        }
        found.truncate(0);
        for (int i = 0; i < childValues.count(); i++) {
            childValues.encode(i, childValues.type(i), false, false, found);
        }
        return NativeMemory.equal(wanted.address(), wanted.position(), found.address(), found.position());
    }

    /// An index of the referencing table that begins with the foreign key's columns; null = none.
    @Nullable
    IndexKeys childIndex() {
        int columns = key.attnums().size();
        for (IndexKeys keys : child.btrees()) {
            if (keys.columnCount() >= columns && !keys.index().isPartial()) {
                List<Integer> leading = keys.index().keys().subList(0, columns).stream()
                        .map(IndexDef.Key::attnum)
                        .toList();
                if (leading.containsAll(key.attnums())) {
                    return keys;
                }
            }
        }
        return null;
    }

    /// Encodes the beginning of the entries that rows with the old key have in an index of theirs.
    void encodePrefix(IndexKeys index, NativeBytesWriter out) {
        out.truncate(0);
        for (int i = 0; i < oldKey.count(); i++) {
            IndexDef.Key column = index.index().keys().get(i);
            int position = key.attnums().indexOf(column.attnum());
            oldKey.encode(position, index.type(i), column.descending(), column.nullsFirst(), out);
        }
    }

    /// `(a, b)=(1, 2)` for messages.
    static String text(TableDef table, List<Integer> attnums, KeyValues values) {
        StringBuilder names = new StringBuilder();
        StringBuilder texts = new StringBuilder();
        for (int i = 0; i < values.count(); i++) {
            names.append(i == 0 ? "" : ", ").append(table.column(attnums.get(i)).name());
            texts.append(i == 0 ? "" : ", ").append(values.text(i));
        }
        return "(" + names + ")=(" + texts + ")";
    }
}
