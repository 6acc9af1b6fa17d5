package omendb.sql.exec;

import java.util.Arrays;
import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;

/// Rows found by the hash of their first columns; NULLs are equal to each other (as grouping wants it).
///
/// A row is an entry, numbered from 0; entries of equal keys are chained in order of insertion when duplicates
/// are
/// wanted.
final class RowHashTable implements AutoCloseable {
    static final int NONE = -1;
    private static final int FIRST_BUCKETS = 256;

    private final MaterializedRows rows;
    private final SqlType[] keyTypes;
    private int[] buckets = new int[FIRST_BUCKETS];
    private int[] nextInBucket = new int[FIRST_BUCKETS];
    private int[] nextDuplicate = new int[FIRST_BUCKETS];
    private int[] lastDuplicate = new int[FIRST_BUCKETS];
    private int[] hashes = new int[FIRST_BUCKETS];

    /// @param types    of all columns kept
    /// @param keyCount how many of them, from the first on, are the key
    RowHashTable(List<SqlType> types, int keyCount) {
        this.rows = new MaterializedRows(types);
        this.keyTypes = types.subList(0, keyCount).toArray(SqlType[]::new);
        Arrays.fill(buckets, NONE);
    }

    MaterializedRows rows() {
        return rows;
    }

    int count() {
        return rows.count();
    }

    int hash(ColumnVector[] keys, int row) {
        long hash = 0;
        for (int i = 0; i < keyTypes.length; i++) {
            long one = keys[i].isNull(row) ? 0x9E3779B97F4A7C15L : keyTypes[i].hash(keys[i], row);
            hash = (hash ^ one) * 0xFF51AFD7ED558CCDL;
            hash ^= hash >>> 32;
        }
        return (int) hash;
    }

    /// The first entry with this key, or [#NONE].
    int find(ColumnVector[] keys, int row, int hash) {
        int entry = buckets[hash & (buckets.length - 1)];
        while (entry != NONE && !(hashes[entry] == hash && equal(keys, row, entry))) {
            entry = nextInBucket[entry];
        }
        return entry;
    }

    private boolean equal(ColumnVector[] keys, int row, int entry) {
        int at = MaterializedRows.rowIn(entry);
        for (int i = 0; i < keyTypes.length; i++) {
            ColumnVector kept = rows.column(i, entry);
            boolean isNull = keys[i].isNull(row);
            if (isNull != kept.isNull(at) || (!isNull && !keyTypes[i].equal(keys[i], row, kept, at))) {
                return false;
            }
        }
        return true;
    }

    /// The entry of this key, made if there is none: then its number is the count before.
    int findOrAdd(ColumnVector[] keys, int row) {
        int hash = hash(keys, row);
        int entry = find(keys, row, hash);
        return entry == NONE ? link(rows.append(keys, row), hash) : entry;
    }

    /// Adds a row made of keys and further columns, after others of the same key.
    int add(ColumnVector[] keys, ColumnVector[] others, int row) {
        int hash = hash(keys, row);
        int first = find(keys, row, hash);
        int entry = rows.append(keys, others, row);
        if (first == NONE) {
            return link(entry, hash);
        }
        room(entry);
        nextInBucket[entry] = NONE;
        nextDuplicate[lastDuplicate[first]] = entry;
        nextDuplicate[entry] = NONE;
        lastDuplicate[first] = entry;
        hashes[entry] = hash;
        return entry;
    }

    /// The next entry of the same key, or [#NONE].
    int nextDuplicate(int entry) {
        return nextDuplicate[entry];
    }

    private int link(int entry, int hash) {
        room(entry);
        if (entry > buckets.length / 2) {
            rehash();
        }
        int bucket = hash & (buckets.length - 1);
        hashes[entry] = hash;
        nextInBucket[entry] = buckets[bucket];
        nextDuplicate[entry] = NONE;
        lastDuplicate[entry] = entry;
        buckets[bucket] = entry;
        return entry;
    }

    private void room(int entry) {
        if (entry == hashes.length) {
            int size = entry * 2;
            nextInBucket = Arrays.copyOf(nextInBucket, size);
            nextDuplicate = Arrays.copyOf(nextDuplicate, size);
            lastDuplicate = Arrays.copyOf(lastDuplicate, size);
            hashes = Arrays.copyOf(hashes, size);
        }
    }

    private void rehash() {
        int[] old = buckets;
        int[] larger = new int[old.length * 2];
        Arrays.fill(larger, NONE);
        for (int head : old) {
            int entry = head;
            while (entry != NONE) {
                int next = nextInBucket[entry];
                int bucket = hashes[entry] & (larger.length - 1);
                nextInBucket[entry] = larger[bucket];
                larger[bucket] = entry;
                entry = next;
            }
        }
        buckets = larger;
    }

    void clear() {
        rows.clear();
        if (buckets.length > FIRST_BUCKETS) {
            buckets = new int[FIRST_BUCKETS];
        }
        Arrays.fill(buckets, NONE);
    }

    @Override
    public void close() {
        rows.close();
    }
}
