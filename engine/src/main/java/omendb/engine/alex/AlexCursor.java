package omendb.engine.alex;

import java.util.Arrays;

/// Walks an index forwards or backwards. It copies some entries at a time and holds a pin only while it
/// does, so it may stay open for as long as one likes: it sees each entry as it was at some moment between
/// seek and visit, none twice.
///
/// Made by [AlexIndex#cursor], reused by the next seek. Threading: one thread.
public final class AlexCursor {
    private static final int FIRST_BATCH = 16;
    private static final int LAST_BATCH = 256;

    private final AlexIndex index;
    private long[] buffer = new long[2 * FIRST_BATCH];
    private int batch = FIRST_BATCH;
    private int filled;
    private int at = -1;
    private boolean backward;

    // where the next batch begins, inclusive; there is none if `ended`
    private long boundKey;
    private long boundPayload;
    private boolean ended = true;

    AlexCursor(AlexIndex index) {
        this.index = index;
    }

    /// Goes in front of the first entry that is not less than (key, payload); [#next] moves up from there.
    public void seekForward(long key, long payload) {
        seek(false, key, payload);
    }

    /// Goes behind the last entry that is not greater than (key, payload); [#next] moves down from there.
    public void seekBackward(long key, long payload) {
        seek(true, key, payload);
    }

    /// Goes in front of the least entry.
    public void seekFirst() {
        seek(false, Long.MIN_VALUE, Long.MIN_VALUE);
    }

    /// Goes behind the greatest entry; [#next] moves down from there.
    public void seekLast() {
        seek(true, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    private void seek(boolean down, long key, long payload) {
        backward = down;
        boundKey = key;
        boundPayload = payload;
        ended = false;
        filled = 0;
        at = -1;
        batch = FIRST_BATCH;
    }

    /// Moves to the next entry in the direction of the seek; false at the end.
    ///
    /// @throws IllegalStateException if the index is closed
    public boolean next() {
        if (++at < filled) {
            return true;
        }
        return refill();
    }

    private boolean refill() {
        filled = 0;
        at = 0;
        if (ended) {
            return false;
        }
        if (buffer.length < 2 * batch) {
            buffer = Arrays.copyOf(buffer, 2 * batch);
        }
        index.read(this);
        batch = Math.min(batch * 4, LAST_BATCH);
        return filled > 0;
    }

    /// Copies the next entries; called under a pin.
    void copyFrom(long base) {
        while (filled == 0 && !ended) {
            long node = Node.find(base, boundKey, boundPayload);
            int version = DataNode.beginRead(node);
            int position = DataNode.lowerBound(node, boundKey, boundPayload);
            int count;
            if (backward) {
                if (DataNode.holds(node, position, boundKey, boundPayload)) {
                    position = DataNode.behind(node, position);
                }
                count = DataNode.copyBackward(node, position, buffer, batch);
            } else {
                count = DataNode.copyForward(node, position, buffer, batch);
            }
            long endKey = backward ? DataNode.lowKey(node) : DataNode.highKey(node);
            long endPayload = backward ? DataNode.lowPayload(node) : DataNode.highPayload(node);
            if (!DataNode.unchanged(node, version)) {
                continue;
            }
            filled = count;
            if (count == batch) {
                endKey = buffer[2 * count - 2];
                endPayload = buffer[2 * count - 1];
            }
            continueBehind(endKey, endPayload);
        }
    }

    private void continueBehind(long key, long payload) {
        if (backward) {
            ended = Entries.isLeast(key, payload);
            boundKey = Entries.keyBefore(key, payload);
            boundPayload = Entries.payloadBefore(payload);
        } else {
            ended = Entries.isGreatest(key, payload);
            boundKey = Entries.keyAfter(key, payload);
            boundPayload = Entries.payloadAfter(payload);
        }
    }

    /// Key of the entry that [#next] moved to.
    public long key() {
        return buffer[2 * at];
    }

    /// Payload of the entry that [#next] moved to.
    public long payload() {
        return buffer[2 * at + 1];
    }
}
