package omendb.engine.lsm;

import omendb.memory.NativeMemory;

/// A position in a [SkipList]; sees entries that are inserted ahead of it.
final class SkipListCursor extends RunCursor {
    private static final long NEWEST = Long.MAX_VALUE;

    private final SkipList list;
    private long node;

    SkipListCursor(SkipList list) {
        this.list = list;
    }

    @Override
    void first() {
        moveTo(list.first());
    }

    @Override
    void last() {
        moveTo(list.last());
    }

    @Override
    void seek(long key, int length, long keyPrefix, long ts) {
        moveTo(list.seek(key, length, keyPrefix, ts));
    }

    @Override
    void seekBefore(long key, int length, long keyPrefix) {
        moveTo(list.seekBefore(key, length, keyPrefix, NEWEST));
    }

    @Override
    void next() {
        moveTo(list.next(node));
    }

    @Override
    void previous() {
        moveTo(list.seekBefore(keyAddress, keyLength, prefix, commitTs));
    }

    private void moveTo(long target) {
        node = target;
        valid = target != 0;
        if (!valid) {
            return;
        }
        prefix = SkipList.prefix(target);
        keyAddress = SkipList.keyAddress(target);
        keyLength = SkipList.keyLength(target);
        commitTs = SkipList.commitTs(target);
        long value = list.value(target);
        tombstone = value == 0;
        valueAddress = tombstone ? 0 : value + 4;
        valueLength = tombstone ? 0 : NativeMemory.getInt(value);
    }
}
