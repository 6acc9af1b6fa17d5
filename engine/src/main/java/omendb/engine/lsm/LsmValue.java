package omendb.engine.lsm;

import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Where a look-up puts its answer: reused from call to call, so that a look-up allocates nothing.
///
/// The address points into a memtable, a mapped SSTable, the block cache or memory of the caller's ([#useMemory]), and
/// is
/// good as long as the `Epochs` pin that the caller held during the look-up. Threading: one thread at a time.
public final class LsmValue {
    private boolean present;
    private boolean deleted;
    private long address;
    private int length;
    private long commitTs;
    private @Nullable LongUnaryOperator memory;

    /// For one who looks up many rows under one pin: blocks of compressed tables go to memory of his own once the block
    /// cache has given up so many, which the pin keeps, that it would outgrow its limit.
    ///
    /// @param allocate address of so many bytes, at a multiple of 8, that live as long as the values found are used
    public void useMemory(LongUnaryOperator allocate) {
        memory = allocate;
    }

    @Nullable
    LongUnaryOperator memory() {
        return memory;
    }

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
