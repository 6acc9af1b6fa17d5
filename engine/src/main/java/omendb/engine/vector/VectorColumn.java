package omendb.engine.vector;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import omendb.ann.ElementType;
import omendb.ann.VectorSource;
import omendb.memory.AddressSpaceException;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.MissingFileException;
import omendb.memory.NativeMemory;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The vectors of one `vector(n)` column, or of an index that has its own: slot number -> vector, and slot ->
/// row id.
///
/// A slot is written once, before it is published: below [#publishedLimit] every slot is whole. It is *pending* while
/// the transaction that wrote it runs, then live or dead. Which row versions refer to a slot is the rows' business; a
/// slot only knows its row id. Files: see [ChunkedFile] and [SlotFormat].
/// A dead slot is written again ([#reuse]) once vacuum has listed it as free, unless an index holds the column's slots
/// by number. The rules are in docs/architecture/durability.md.
///
/// Threading: [#append] by any thread, one at a time under the column's lock; reads by any thread without.
public final class VectorColumn implements VectorSource, AutoCloseable {
    /// Most slots of a column: indexes number them with 31 bits.
    public static final long MAX_SLOTS = 1L << 31;

    private static final Logger LOG = LoggerFactory.getLogger(VectorColumn.class);
    private static final MemoryTag TAG = MemoryTag.of("vectors");
    private static final String VECTORS = "vectors";
    private static final String VECTOR_SUFFIX = ".vec";
    private static final String VECTOR_KIND = "vectors";
    private static final String SLOTS = "slots";
    private static final String SLOT_SUFFIX = ".map";
    private static final String SLOT_KIND = "slots";
    private static final int STRIDE_ALIGNMENT = 16;
    private static final long MIN_RESERVED_BYTES = 1L << 30;

    private final String directory;
    private final ElementType element;
    private final int dimensions;
    private final long strideBytes;
    private final ChunkedFile vectors;
    private final ChunkedFile slots;
    private final SlotFormat.Scratch scratch;
    private final long entry;
    private final SlotBits checked;
    private @Nullable SlotBits free; // made when the first slot comes free
    private @Nullable SlotBits abandoned; // dead, and in no list that a restart finds
    private @Nullable SlotStates states;
    private int holders;
    private BitSet reserved = new BitSet();
    private long resolvedLimit;
    private volatile long publishedLimit;
    private boolean closed;

    /// Answers whether the newest version of a row refers to a slot.
    @FunctionalInterface
    public interface SlotOwner {
        /// @param scratch address of 16 bytes to use
        boolean refersTo(long rowId, long slot, long scratch);
    }

    /// What [#recover] found.
    ///
    /// @param live    slots that rows refer to
    /// @param garbage slots of transactions that never committed, or deleted since
    /// @param damaged slots that rows refer to and whose checksum does not match
    public record Recovery(long live, long garbage, long damaged) {}

    private VectorColumn(
            FileStore store, String directory, long owner, ElementType element, int dimensions, long reservedBytes) {
        this.directory = directory;
        this.element = element;
        this.dimensions = dimensions;
        this.strideBytes = (element.slotBytes(dimensions) + STRIDE_ALIGNMENT - 1) & -STRIDE_ALIGNMENT;
        long[] parameters = {SlotElements.parameter(element, dimensions), strideBytes};
        long vectorBytes = Math.min(reservedBytes, MAX_SLOTS * strideBytes);
        this.vectors = openChunks(store, VECTORS, VECTOR_SUFFIX, VECTOR_KIND, owner, parameters, vectorBytes);
        long slotBytes = Math.max(MIN_RESERVED_BYTES, vectorBytes / strideBytes * SlotFormat.BYTES);
        try {
            this.slots = openChunks(store, SLOTS, SLOT_SUFFIX, SLOT_KIND, owner, parameters, slotBytes);
        } catch (RuntimeException | Error refused) {
            vectors.close();
            throw refused;
        }
        this.scratch = new SlotFormat.Scratch(element.slotBytes(dimensions));
        this.entry = MemoryAccount.allocate(TAG, SlotFormat.BYTES);
        this.checked = new SlotBits(MAX_SLOTS);
    }

    /// Address space may be scarce (containers, ulimit -v): then a column gets less and can grow less.
    private ChunkedFile openChunks(
            FileStore store,
            String prefix,
            String suffix,
            String kind,
            long owner,
            long[] parameters,
            long reservedBytes) {
        long bytes = reservedBytes;
        while (true) {
            try {
                return new ChunkedFile(store, directory, prefix, suffix, kind, owner, parameters, bytes);
            } catch (AddressSpaceException scarce) {
                bytes /= 4;
                if (bytes < MIN_RESERVED_BYTES) {
                    throw scarce;
                }
            }
        }
    }

    /// Directory of a column.
    public static String directory(long storageId, int attnum) {
        return "vec/" + storageId + "." + attnum;
    }

    /// A new column; its first chunk is on disk when this returns.
    public static VectorColumn create(
            FileStore store, String directory, long owner, ElementType element, int dimensions, long reservedBytes) {
        store.createDirectories(directory);
        VectorColumn column = new VectorColumn(store, directory, owner, element, dimensions, reservedBytes);
        try {
            column.ensureSlots(1);
            column.states = new SlotStates(0, MAX_SLOTS);
        } catch (RuntimeException | Error refused) {
            column.close();
            throw refused;
        }
        return column;
    }

    /// Opens an existing column for recovery: [#restore] what the log has, then [#recover] before any other use.
    ///
    /// @throws omendb.memory.StorageException if files are missing, damaged or foreign
    public static VectorColumn open(FileStore store, String directory, long owner, long reservedBytes) {
        long[] parameters = ChunkedFile.parameters(store, directory, VECTORS, VECTOR_SUFFIX, VECTOR_KIND, 2);
        return new VectorColumn(
                store,
                directory,
                owner,
                SlotElements.element(directory, parameters[0]),
                SlotElements.dimensions(parameters[0]),
                reservedBytes);
    }

    /// Checks that the files reach as far as they did at a checkpoint.
    ///
    /// @param limit slots below were written
    /// @throws MissingFileException naming the first file that is gone
    public void requireSlots(long limit) {
        requireCapacity(vectors, limit * strideBytes);
        requireCapacity(slots, limit * SlotFormat.BYTES);
    }

    private static void requireCapacity(ChunkedFile files, long bytes) {
        if (files.capacity() < bytes) {
            throw new MissingFileException(
                    files.pathOf(files.capacity()),
                    StorageException.NO_POSITION,
                    "is missing although a checkpoint counts on it");
        }
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public ElementType elementType() {
        return element;
    }

    /// Bytes of the vector at an address.
    public long vectorBytes(long vectorAddress) {
        return element.bytes(dimensions, vectorAddress);
    }

    @Override
    public long strideBytes() {
        return strideBytes;
    }

    @Override
    public long baseAddress() {
        return vectors.baseAddress();
    }

    /// Slots below this are written: pending, live or dead.
    public long publishedLimit() {
        return publishedLimit;
    }

    /// Row of a slot below the limit.
    public long rowId(long slot) {
        return NativeMemory.getLong(entryAddress(slot) + SlotFormat.ROW_ID);
    }

    /// Whether a slot below the limit is dead: no snapshot sees it, or its transaction rolled back.
    public boolean isDead(long slot) {
        return SlotFormat.isDead(state(slot));
    }

    private int state(long slot) {
        return NativeMemory.getInt(entryAddress(slot) + SlotFormat.STATE);
    }

    private long entryAddress(long slot) {
        return slots.baseAddress() + slot * SlotFormat.BYTES;
    }

    /// Address of a slot's vector, compared with their checksum at the first call for the slot since the
    /// column was
    /// opened.
    ///
    /// @throws CorruptFileException if they are damaged
    public long checkedAddress(long slot) {
        if (!checked.contains(slot)) {
            check(slot);
        }
        return address(slot);
    }

    private synchronized void check(long slot) {
        if (!isStored(slot)) {
            throw entryProblem(slot, "slot " + slot + " was never written");
        }
        if (!hasValidChecksum(slot)) {
            throw damaged(slot);
        }
        checked.add(slot);
    }

    /// Writes a vector into the next slot, pending until [#resolve] or [#markDead].
    ///
    /// @throws omendb.memory.DiskFullException if the files cannot grow; nothing is written then
    public synchronized long append(long rowId, long vectorAddress) {
        long slot = publishedLimit;
        ensureSlots(slot + 1);
        states().add(slot);
        writeSlot(slot, rowId, vectorAddress);
        publishedLimit = slot + 1;
        return slot;
    }

    private SlotStates states() {
        SlotStates known = states;
        if (known == null) {
            throw new IllegalStateException(directory + " is not recovered yet");
        }
        return known;
    }

    private void ensureSlots(long count) {
        if (count > MAX_SLOTS) {
            throw new AddressSpaceException(
                    count * strideBytes, directory + ": a column has at most " + MAX_SLOTS + " vectors");
        }
        if (vectors.capacity() < count * strideBytes) {
            vectors.ensureCapacity(count * strideBytes);
        }
        if (slots.capacity() < count * SlotFormat.BYTES) {
            slots.ensureCapacity(count * SlotFormat.BYTES);
        }
    }

    private void writeSlot(long slot, long rowId, long vectorAddress) {
        long bytes = vectorBytes(vectorAddress);
        vectors.write(NativeMemory.segment(vectorAddress, bytes), slot * strideBytes);
        NativeMemory.putLong(entry + SlotFormat.ROW_ID, rowId);
        NativeMemory.putInt(entry + SlotFormat.CRC, scratch.crc(slot, rowId, vectorAddress, bytes));
        NativeMemory.putInt(entry + SlotFormat.STATE, SlotFormat.LIVE);
        slots.write(NativeMemory.segment(entry, SlotFormat.BYTES), slot * SlotFormat.BYTES);
        checked.add(slot);
    }

    /// Declares that the transaction of a slot committed.
    public void resolve(long slot) {
        states().resolve(slot);
    }

    /// Gives up a slot from [#append] whose transaction rolled back. Cannot fail: if the mark cannot be written, the
    /// slot is one that no row refers to, and searches skip it; vacuum, which finds it by [#nextAbandoned], tries
    /// again.
    public synchronized void abandon(long slot) {
        if (closed) {
            return;
        }
        noteAbandoned(slot);
        tryWriteDead(slot);
        states().resolve(slot);
    }

    private void noteAbandoned(long slot) {
        abandoned = with(slot, abandoned);
    }

    /// A set with a slot more. Where memory is refused the slot stays unused: nothing worse may come of it.
    private @Nullable SlotBits with(long slot, @Nullable SlotBits set) {
        SlotBits changed = set;
        try {
            if (changed == null) {
                changed = new SlotBits(MAX_SLOTS);
            }
            changed.add(slot);
        } catch (AddressSpaceException refused) {
            LOG.warn("slot {} of {} is not used again: {}", slot, directory, refused.toString());
        }
        return changed;
    }

    private void tryWriteDead(long slot) {
        try {
            writeDead(slot);
        } catch (StorageException failed) {
            LOG.warn("slot {} of {} cannot be marked dead yet: {}", slot, directory, failed.toString());
        }
    }

    // ---- slots that can be written again ----

    /// The lowest slot from `from` on that was given up and that [#forgetAbandoned] was not told of, or -1.
    public synchronized long nextAbandoned(long from) {
        return closed || abandoned == null ? -1 : abandoned.next(from);
    }

    /// An abandoned slot is in a list now that a restart finds.
    public synchronized void forgetAbandoned(long slot) {
        if (!closed && abandoned != null) {
            abandoned.remove(slot);
        }
    }

    /// Makes a slot available to [#reuse]: no row refers to it, no snapshot sees it, nobody looks at it, and the list
    /// of free slots has it. Does nothing if it is available.
    public synchronized void free(long slot) {
        if (closed || slot >= publishedLimit) {
            return;
        }
        tryWriteDead(slot); // a crash may have left it live
        free = with(slot, free);
    }

    /// As [#free], after opening, of a slot that the list of free slots holds: a prepared transaction may have taken
    /// it, and the list will know only when that commits.
    public synchronized void freeListed(long slot) {
        if (!reserved.get((int) slot)) {
            free(slot);
        }
    }

    /// Writes a vector into a free slot; -1 if there is none, or if an index holds slots. The caller takes the slot off
    /// the list with the transaction that refers to it, and logs the vector, however many there are.
    public synchronized long reuse(long rowId, long vectorAddress) {
        SlotBits set = free;
        if (closed || holders > 0 || set == null) {
            return -1;
        }
        long slot = set.first();
        if (slot >= 0) {
            writeSlot(slot, rowId, vectorAddress); // if this fails the slot is free and dead as before
            set.remove(slot);
        }
        return slot;
    }

    /// Slots that [#reuse] can give.
    public synchronized long freeSlots() {
        return closed || free == null ? 0 : free.count();
    }

    /// An index refers to slots by number: none is written again until [#unhold].
    public synchronized void hold() {
        holders++;
    }

    public synchronized void unhold() {
        holders--;
    }

    /// Whether an index refers to slots by number.
    public synchronized boolean isHeld() {
        return holders > 0;
    }

    /// Marks a slot dead: its transaction rolled back, or no snapshot sees the row version that refers to it.
    public synchronized void markDead(long slot) {
        if (closed) {
            return;
        }
        writeDead(slot);
        states().resolve(slot);
    }

    private void writeDead(long slot) {
        int state = state(slot);
        if (SlotFormat.isDead(state)) {
            return;
        }
        if (state == SlotFormat.LIVE) {
            NativeMemory.putByte(entry, SlotFormat.DEAD_MARK);
            slots.write(NativeMemory.segment(entry, 1), slot * SlotFormat.BYTES + SlotFormat.STATE_MARK);
        } else { // what a crash left
            NativeMemory.putInt(entry, SlotFormat.DEAD);
            slots.write(NativeMemory.segment(entry, Integer.BYTES), slot * SlotFormat.BYTES + SlotFormat.STATE);
        }
    }

    /// All slots below are live or dead; the first pending one, or the limit.
    public synchronized long resolvedLimit() {
        long limit = publishedLimit;
        while (resolvedLimit < limit && states().isResolved(resolvedLimit)) {
            resolvedLimit++;
        }
        return resolvedLimit;
    }

    /// Slots below may be linked into indexes: the resolved ones; but where a transaction that stays open holds back
    /// `blocked` or more resolved slots behind it, its own as well (they are marked dead if it rolls back).
    public long linkableLimit(long blocked) {
        long resolved = resolvedLimit();
        long limit = publishedLimit;
        if (limit - resolved <= blocked) {
            return resolved;
        }
        long behind = 0;
        long last = resolved;
        for (long slot = resolved; slot < limit; slot++) {
            if (isResolved(slot)) {
                behind++;
                last = slot;
            }
        }
        return behind >= blocked ? last + 1 : resolved;
    }

    /// Whether the transaction of a slot has ended.
    public boolean isResolved(long slot) {
        return states().isResolved(slot);
    }

    /// Copies a slot's vector to `target` after comparing them with their checksum.
    ///
    /// @return false if they are damaged
    public synchronized boolean copyChecked(long slot, MemorySegment target) {
        if (!hasValidChecksum(slot)) {
            return false;
        }
        NativeMemory.copy(address(slot), target);
        return true;
    }

    private boolean hasValidChecksum(long slot) {
        int found = NativeMemory.getInt(entryAddress(slot) + SlotFormat.CRC);
        long bytes = vectorBytes(address(slot));
        // a damaged vector may not know its own length
        return bytes >= 0
                && bytes <= element.slotBytes(dimensions)
                && found == scratch.crc(slot, rowId(slot), address(slot), bytes);
    }

    // ---- checking ----

    /// Instead of [#recover], for one who only looks: finds the end of the column and changes nothing.
    ///
    /// @param resolved all slots below were resolved, and durable, at the last checkpoint
    /// @param logged   the log holds no slot from here on
    public synchronized void inspect(long resolved, long logged) {
        publishedLimit = Math.max(Math.max(resolved, logged), writtenLimit(resolved));
        resolvedLimit = resolved;
    }

    /// After [#inspect]: whether a slot was durable at the last checkpoint.
    public synchronized boolean isCheckpointed(long slot) {
        return slot < resolvedLimit;
    }

    /// Whether the files have a slot; a slot below the limit that they do not have is still in the log.
    public boolean isStored(long slot) {
        return slot >= 0
                && slot < slots.capacity() / SlotFormat.BYTES
                && slot < vectors.capacity() / strideBytes
                && state(slot) != 0;
    }

    /// What is wrong with a live slot, or null.
    ///
    /// @param rowId the row that refers to it, or negative if not known
    public synchronized @Nullable CorruptFileException problem(long slot, long rowId) {
        if (!isStored(slot)) {
            return entryProblem(slot, "slot " + slot + " was never written");
        }
        int state = state(slot);
        if (state != SlotFormat.LIVE) {
            String what = SlotFormat.isDead(state) ? " is marked dead" : " has the state " + state;
            return entryProblem(slot, "slot " + slot + what);
        }
        if (!hasValidChecksum(slot)) {
            return damaged(slot);
        }
        return rowId < 0 || rowId(slot) == rowId
                ? null
                : entryProblem(slot, "slot " + slot + " belongs to row " + rowId(slot) + ", not to row " + rowId);
    }

    private CorruptFileException entryProblem(long slot, String message) {
        long position = slot * SlotFormat.BYTES;
        return new CorruptFileException(slots.pathOf(position), ChunkedFile.filePosition(position), message);
    }

    /// The error of a slot whose checksum does not match. Either file may be the damaged one: it names both.
    private CorruptFileException damaged(long slot) {
        long position = slot * strideBytes;
        long entryPosition = slot * SlotFormat.BYTES;
        return new CorruptFileException(
                vectors.pathOf(position),
                ChunkedFile.filePosition(position),
                "the vector of slot " + slot + " does not match its checksum in " + slots.pathOf(entryPosition)
                        + " at byte " + ChunkedFile.filePosition(entryPosition));
    }

    /// Makes every slot written so far durable.
    public void sync() {
        vectors.sync();
        slots.sync();
    }

    public boolean isDirty() {
        return vectors.isDirty() || slots.isDirty();
    }

    /// Bytes on disk.
    public long sizeBytes() {
        return vectors.sizeBytes() + slots.sizeBytes();
    }

    // ---- recovery: one thread, before anything else uses the column ----

    /// Writes a slot again from the log.
    public synchronized void restore(long slot, long rowId, long vectorAddress) {
        ensureSlots(slot + 1);
        writeSlot(slot, rowId, vectorAddress);
        publishedLimit = Math.max(publishedLimit, slot + 1);
    }

    /// Finds the end of the column and sorts out the slots from `resolved` on: live if the newest version of the
    /// row refers
    /// to it, else dead (its transaction never committed, or the row has moved on: no snapshot is older than now).
    ///
    /// @param resolved all slots below were resolved at the last checkpoint
    /// @param listed   end of the slots that the lists of dead and free slots name: they are never handed out
    ///     as new, even if the files do not have them
    /// @param pending  slots from [#append] of prepared transactions, restored or durable: pending, as before
    /// @param reused   slots from [#reuse] of prepared transactions, restored
    public synchronized Recovery recover(long resolved, long listed, SlotOwner owner, BitSet pending, BitSet reused) {
        publishedLimit = Math.max(Math.max(publishedLimit, listed), Math.max(resolved, writtenLimit(resolved)));
        ensureSlots(Math.max(1, publishedLimit));
        long live = 0;
        long garbage = 0;
        long damaged = 0;
        for (long slot = resolved; slot < publishedLimit; slot++) {
            if (pending.get((int) slot) || reused.get((int) slot)) {
                continue;
            }
            if (state(slot) == SlotFormat.LIVE && owner.refersTo(rowId(slot), slot, entry)) {
                live++;
                damaged += hasValidChecksum(slot) ? 0 : 1;
            } else {
                garbage++;
                noteAbandoned(slot);
                writeDead(slot);
            }
        }
        restoreStates(pending);
        reserved = reused;
        return new Recovery(live, garbage, damaged);
    }

    private void restoreStates(BitSet pending) {
        int first = pending.nextSetBit(0);
        resolvedLimit = first < 0 ? publishedLimit : first;
        SlotStates restored = new SlotStates(resolvedLimit, MAX_SLOTS);
        for (long slot = resolvedLimit; slot < publishedLimit; slot++) {
            restored.add(slot);
            if (!pending.get((int) slot)) {
                restored.resolve(slot);
            }
        }
        states = restored;
    }

    /// End of the entries that anything was written to, looked for from `from` on.
    private long writtenLimit(long from) {
        long limit = Math.min(slots.capacity() / SlotFormat.BYTES, vectors.capacity() / strideBytes);
        while (limit > from && state(limit - 1) == 0) {
            limit--;
        }
        return limit;
    }

    /// Unmaps the files; only when no reader can hold an address of a slot (epochs).
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        vectors.close();
        slots.close();
        checked.close();
        if (free != null) {
            free.close();
        }
        if (abandoned != null) {
            abandoned.close();
        }
        scratch.close();
        if (states != null) {
            states.close();
        }
        MemoryAccount.free(TAG, entry, SlotFormat.BYTES);
    }
}
