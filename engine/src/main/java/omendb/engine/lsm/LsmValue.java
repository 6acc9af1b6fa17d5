package omendb.engine.lsm;

/// Where a look-up puts its answer: reused from call to call, so that a look-up allocates nothing.
///
/// The address points into a memtable or a mapped SSTable and is good as long as the `Epochs` pin that the
/// caller held during the look-up. Threading: one thread at a time.
public final class LsmValue {
    private boolean present;
    private boolean deleted;
    private long address;
    private int length;
    private long commitTs;

    /// True if the newest version in the snapshot is a value (not a tombstone).
    public boolean isPresent() {
        return present;
    }

    /// True if the newest version in the snapshot is a tombstone that is still kept.
    public boolean isDeleted() {
        return deleted;
    }

    /// Address of the value's bytes, in place.
    public long address() {
        return address;
    }

    /// Bytes of the value.
    public int length() {
        return length;
    }

    /// Commit timestamp of the version found (value or tombstone); 0 if there is none.
    public long commitTs() {
        return commitTs;
    }

    void setAbsent() {
        present = false;
        deleted = false;
        address = 0;
        length = 0;
        commitTs = 0;
    }

    void setTombstone(long ts) {
        setAbsent();
        deleted = true;
        commitTs = ts;
    }

    void setValue(long valueAddress, int valueLength, long ts) {
        present = true;
        deleted = false;
        address = valueAddress;
        length = valueLength;
        commitTs = ts;
    }
}
