package omendb.engine.txn;

import omendb.engine.lsm.LsmValue;

/// Where [WriteSet#find] puts its answer: reused from call to call.
///
/// The address is good until the transaction's next write, or to the end of the statement if the set was told to
/// keep it ([WriteSet#keepAddresses]). Threading: the transaction's thread.
public final class OwnVersion {
    private final LsmValue spilled = new LsmValue();
    private long address;
    private int length;
    private long sequence;

    void set(long version) {
        address = WriteVersion.valueAddress(version);
        length = WriteVersion.valueLength(version);
        sequence = WriteVersion.sequence(version);
    }

    LsmValue spilled() {
        return spilled;
    }

    void setSpilled() {
        address = spilled.address();
        length = spilled.isPresent() ? spilled.length() : WriteVersion.TOMBSTONE;
        sequence = spilled.commitTs();
    }

    public boolean isTombstone() {
        return length == WriteVersion.TOMBSTONE;
    }

    /// Address of the value.
    public long address() {
        return address;
    }

    /// Bytes of the value.
    public int length() {
        return length;
    }

    /// Which of the transaction's writes it is.
    public long sequence() {
        return sequence;
    }
}
