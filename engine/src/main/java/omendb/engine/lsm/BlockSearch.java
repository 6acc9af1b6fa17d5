package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.*;

import omendb.memory.NativeMemory;

/// Searches in one data block (see [SstableFormat]) without rebuilding keys.
final class BlockSearch {
    private BlockSearch() {}

    static long entriesOf(long block) {
        return block + BLOCK_HEADER_BYTES + 4L * NativeMemory.getInt(block + BLOCK_RESTARTS);
    }

    static long endOf(long block) {
        return entriesOf(block) + NativeMemory.getInt(block + BLOCK_ENTRY_BYTES);
    }

    static int restartsOf(long block) {
        return NativeMemory.getInt(block + BLOCK_RESTARTS);
    }

    static long restart(long block, int ordinal) {
        return entriesOf(block) + NativeMemory.getInt(block + BLOCK_HEADER_BYTES + 4L * ordinal);
    }

    /// The last restart point whose entry is before (`key`, `commitTs`), or 0.
    static int findRestart(long block, long baseTs, long key, int keyLength, long commitTs) {
        int low = 0;
        int high = restartsOf(block) - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (isBefore(restart(block, middle), baseTs, key, keyLength, commitTs)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /// Whether the entry at a restart point (its key is whole) is before (`key`, `commitTs`).
    private static boolean isBefore(long entry, long baseTs, long key, int keyLength, long commitTs) {
        long p = entry + 1; // shared is 0 here
        long unshared = Varint.get(p);
        p += Varint.size(unshared);
        p += Varint.size(Varint.get(p)); // tag
        long age = Varint.get(p);
        p += Varint.size(age);
        int order = NativeMemory.compare(p, unshared, key, keyLength);
        return order != 0 ? order < 0 : baseTs + age > commitTs;
    }

    /// Finds the first entry at or after (`key`, `snapshotTs`) and answers whether it is a version of the
    /// key.
    ///
    /// Instead of keys the scan carries how many bytes of `key` the entry before agreed with: an entry that
    /// shares more with its predecessor than that lies on the same side, one that shares less lies after
    /// `key`.
    static boolean get(long block, long baseTs, long key, int keyLength, long snapshotTs, LsmValue out) {
        long p = restart(block, findRestart(block, baseTs, key, keyLength, snapshotTs));
        long end = endOf(block);
        int matched = 0;
        while (p < end) {
            long shared = NativeMemory.getByte(p);
            if (shared >= 0) {
                p++;
            } else {
                shared = Varint.get(p);
                p += Varint.size(shared);
            }
            long unshared = NativeMemory.getByte(p);
            if (unshared >= 0) {
                p++;
            } else {
                unshared = Varint.get(p);
                p += Varint.size(unshared);
            }
            long tag = Varint.get(p);
            p += Varint.size(tag);
            long age = Varint.get(p);
            p += Varint.size(age);
            long valueLength = tag >>> KIND_BITS;
            if (shared == 0) {
                matched = 0; // a restart point tells nothing about its predecessor
            } else if (shared < matched) {
                return false;
            }
            if (shared == matched) {
                int agree = Keys.commonPrefix(p, (int) unshared, key + matched, keyLength - matched);
                matched += agree;
                if (agree == unshared) {
                    if (matched == keyLength && baseTs + age <= snapshotTs) {
                        set(out, tag, p + unshared, (int) valueLength, baseTs + age);
                        return true;
                    }
                } else if (matched == keyLength
                        || (NativeMemory.getByte(p + agree) & 0xff) > (NativeMemory.getByte(key + matched) & 0xff)) {
                    return false;
                }
            }
            p += unshared + valueLength;
        }
        return false;
    }

    private static void set(LsmValue out, long tag, long valueAddress, int valueLength, long commitTs) {
        if ((tag & KIND_MASK) == KIND_TOMBSTONE) {
            out.setTombstone(commitTs);
        } else {
            out.setValue(valueAddress, valueLength, commitTs);
        }
    }
}
