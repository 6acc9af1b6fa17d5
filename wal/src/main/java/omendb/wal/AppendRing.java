package omendb.wal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// The off-heap ring between the sessions that append and the thread that writes.
///
/// A session claims space with one atomic add on the LSN of the log's end, waits until the ring has room for it
/// (rarely),
/// encodes the record in place while others do the same, and publishes it by storing the record's first 8 bytes
/// last. The writer takes, from the consumed LSN on, what is complete; where it meets a 0, a record is still
/// being encoded.
///
/// Layout: the byte at LSN `l` lies at `l % ringBytes`, except that a record which runs over the end of the
/// ring goes on in the slack behind it: every record is contiguous, and the writer needs no copy. The next
/// record is back inside. Consumed bytes are zeroed, since any multiple of 8 may be the start of a record on
/// the next lap (record starts never lie in the slack, which therefore needs no zeroing).
///
/// Invariant: `consumed <= start of every incomplete claim`, and a session touches the ring only while
/// `start + bytes <= consumed + ringBytes`. So the earliest incomplete claim always has room, and no session
/// waits for ever for a live writer.
///
/// Threading: [#claim], [#awaitRoom], [#publish] by any thread; [#completeRun], [#consume] by the writer thread.
final class AppendRing {
    static final MemoryTag TAG = MemoryTag.of("wal-ring");

    /// Added to the claim counter by [#shut()]: a claim that sees it came too late.
    private static final long SHUT = 1L << 62;

    private static final long ROOM_WAIT_NANOS = 20_000;

    private final long address;
    private final long ringBytes;
    private final long allocatedBytes;
    private final long mask;
    private final AtomicLong claimed;
    private volatile long consumed;
    // starts of claims whose sessions gave up because the log failed before there was room
    private final Set<Long> abandoned = ConcurrentHashMap.newKeySet();

    AppendRing(long ringBytes, int maxRecordBytes, long startLsn) {
        this.ringBytes = ringBytes;
        this.mask = ringBytes - 1;
        this.allocatedBytes = ringBytes + maxRecordBytes;
        this.address = MemoryAccount.allocate(TAG, allocatedBytes);
        this.claimed = new AtomicLong(startLsn);
        this.consumed = startLsn;
    }

    /// Claims `bytes` (a multiple of 8) and returns the LSN where they start, or -1 if the ring is shut.
    long claim(long bytes) {
        long start = claimed.getAndAdd(bytes);
        return start < SHUT ? start : -1;
    }

    /// End of the last claim.
    long claimedLsn() {
        return claimed.get() & (SHUT - 1);
    }

    /// Everything before has been taken by the writer.
    long consumedLsn() {
        return consumed;
    }

    boolean hasRoom(long start, long bytes) {
        return start + bytes <= consumed + ringBytes;
    }

    /// Waits for the room of a claim.
    ///
    /// @param wakeWriter called before each wait
    /// @return false if the log failed before there was room: the claim must not be touched then
    boolean awaitRoom(long start, long bytes, Runnable wakeWriter, java.util.function.BooleanSupplier failed) {
        boolean interrupted = false;
        while (!hasRoom(start, bytes)) {
            if (failed.getAsBoolean() && !hasRoom(start, bytes)) { // nothing is consumed after a failure: this is final
                abandoned.add(start);
                return false;
            }
            wakeWriter.run();
            LockSupport.parkNanos(this, ROOM_WAIT_NANOS);
            interrupted |= Thread.interrupted(); // or park would return at once from now on
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /// Where the record of a claim is to be encoded.
    long addressOf(long lsn) {
        return address + (lsn & mask);
    }

    /// Makes the record at `start` visible to the writer. The session touches the ring no more.
    void publish(long start, long seal) {
        assert seal != 0;
        NativeMemory.putLongRelease(addressOf(start), seal);
    }

    /// LSN up to which complete records lie contiguously in memory from the consumed LSN on; the first record
    /// that reaches `boundaryLsn` is the last one of a run.
    long completeRun(long boundaryLsn, long maxBytes) {
        long start = consumed;
        long position = start;
        while (position < boundaryLsn && position - start < maxBytes) {
            long seal = NativeMemory.getLongAcquire(addressOf(position));
            if (seal == 0) {
                break;
            }
            long next = position + WalRecordFormat.padded(RecordCodec.sealedLength(seal));
            boolean wraps = (next & mask) < (position & mask);
            position = next;
            if (wraps) {
                break;
            }
        }
        return position;
    }

    /// Whether the writer would find nothing to take now.
    boolean firstIsIncomplete() {
        return NativeMemory.getLongAcquire(addressOf(consumed)) == 0;
    }

    long ringBytes() {
        return ringBytes;
    }

    int maxRecordBytes() {
        return (int) (allocatedBytes - ringBytes);
    }

    /// From this much on, the writer should not sleep.
    long halfBytes() {
        return ringBytes / 2;
    }

    /// Frees what lies before `lsn` for new records.
    void consume(long lsn) {
        long from = consumed & mask;
        long bytes = lsn - consumed;
        long untilEnd = Math.min(bytes, ringBytes - from);
        NativeMemory.fill(address + from, untilEnd, (byte) 0);
        NativeMemory.fill(address, bytes - untilEnd, (byte) 0);
        consumed = lsn;
    }

    /// Refuses claims from now on.
    ///
    /// @return end of the last claim that came in time
    long shut() {
        return claimed.getAndAdd(SHUT) & (SHUT - 1);
    }

    /// Whether the log was shut before.
    boolean isShut() {
        return claimed.get() >= SHUT;
    }

    /// Waits until no session touches the ring any more, when no writer consumes any more: every claim with
    /// room is published in the end, and the first one without room is given up, as are all after it.
    void awaitIdle(long endLsn) {
        long position = consumed;
        while (position < endLsn) {
            long seal = NativeMemory.getLongAcquire(addressOf(position));
            if (seal != 0) {
                position += WalRecordFormat.padded(RecordCodec.sealedLength(seal));
            } else if (abandoned.contains(position)) {
                return;
            } else {
                LockSupport.parkNanos(this, 1_000);
            }
            if (position - consumed >= ringBytes) {
                return;
            }
        }
    }

    void free() {
        MemoryAccount.free(TAG, address, allocatedBytes);
    }
}
