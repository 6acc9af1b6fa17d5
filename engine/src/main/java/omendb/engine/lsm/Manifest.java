package omendb.engine.lsm;

import static omendb.engine.lsm.ManifestFormat.*;

import java.lang.foreign.MemorySegment;
import java.util.List;
import omendb.memory.Checksum;
import omendb.memory.CorruptFileException;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.StorageException;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

/// The live manifest: edits are appended and synced one by one; see [ManifestFormat].
///
/// Threading: the caller serialises all calls (the store's manifest lock).
final class Manifest implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("manifest");
    private static final String TEMPORARY = ".tmp";
    private static final long CHUNK_BYTES = 64 << 10;

    private final FileStore files;
    private final long number;
    private final StoreFile file;
    private final GrowableBuffer record = new GrowableBuffer(TAG);
    private long position;
    private long preallocated;
    private @Nullable RuntimeException failure;

    private Manifest(FileStore files, long number, StoreFile file, long position) {
        this.files = files;
        this.number = number;
        this.file = file;
        this.position = position;
        this.preallocated = file.size();
    }

    /// What [#recover] found.
    ///
    /// @param position where the next record goes
    /// @param clean of the current version and nothing but zeros from there on: the manifest can be continued
    record Recovered(ManifestState state, long number, long position, boolean clean) {
        Recovered notClean() {
            return new Recovered(state, number, position, false);
        }
    }

    /// Writes manifest `number` with the whole state as its first edit and makes it the live one.
    static Manifest create(FileStore files, long number, VersionEdit state) {
        String name = manifestName(number);
        if (files.exists(name)) { // a crash came between its creation and CURRENT
            files.delete(name);
        }
        var manifest = new Manifest(files, number, files.create(name), FileHeader.BYTES);
        try {
            FileHeader.of(MANIFEST_KIND, VERSION, 0, 0, number).write(manifest.file);
            manifest.append(state);
            manifest.file.sync(); // the seal too: a complete manifest must be known to be complete
            files.syncDirectory("");
            manifest.makeCurrent();
        } catch (RuntimeException | Error e) {
            manifest.close();
            throw e;
        }
        return manifest;
    }

    private void makeCurrent() {
        String temporary = CURRENT + TEMPORARY;
        if (files.exists(temporary)) {
            files.delete(temporary);
        }
        try (StoreFile current = files.create(temporary)) {
            FileHeader.of(CURRENT_KIND, VERSION, 0, 0, number).write(current);
            current.sync();
        }
        files.rename(temporary, CURRENT);
        files.syncDirectory("");
    }

    /// Continues a recovered manifest.
    static Manifest resume(FileStore files, Recovered recovered) {
        return new Manifest(
                files, recovered.number(), files.open(manifestName(recovered.number())), recovered.position());
    }

    /// Removes manifests and temporary files that are not live.
    void deleteOthers() {
        for (String name : files.list("")) {
            boolean manifest = name.startsWith(MANIFEST_PREFIX) && !name.equals(manifestName(number));
            if (manifest || name.equals(CURRENT + TEMPORARY)) {
                files.delete(name);
            }
        }
    }

    long number() {
        return number;
    }

    /// Whether an append failed in a way that leaves open what is on disk.
    boolean isFailed() {
        return failure != null;
    }

    /// Bytes in use.
    long bytes() {
        return position;
    }

    /// Appends an edit; durable on return.
    ///
    /// @throws omendb.memory.DiskFullException if there is no room; nothing has changed then
    /// @throws StorageException if the write or its sync failed: what the disk holds is unknown, so every
    ///     later append fails too
    void append(VersionEdit edit) {
        if (failure != null) {
            throw new StorageException(
                    file.path(), position, "the manifest failed earlier and takes no more edits", failure);
        }
        long bytes = recordBytes(edit.bytes().size());
        long needed = position + bytes + SEAL_BYTES;
        if (needed > preallocated) {
            long target = (needed + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
            file.preallocate(target);
            preallocated = target;
        }
        try {
            writeRecord(TYPE_EDIT, edit.bytes().address(), edit.bytes().size());
            file.sync();
            writeSeal();
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    private void writeSeal() {
        try (var payload = new GrowableBuffer(TAG)) {
            payload.appendLong(position);
            writeRecord(TYPE_SEAL, payload.address(), payload.size());
        }
    }

    private void writeRecord(int type, long payload, long payloadBytes) {
        record.truncate(0);
        long bytes = recordBytes(payloadBytes);
        long r = record.reserve(bytes);
        NativeMemory.fill(r, bytes, (byte) 0);
        NativeMemory.putInt(r + RECORD_LENGTH, Math.toIntExact(payloadBytes));
        NativeMemory.putLong(r + RECORD_MANIFEST, number);
        NativeMemory.putInt(r + RECORD_TYPE, type);
        NativeMemory.copy(payload, r + RECORD_HEADER_BYTES, payloadBytes);
        NativeMemory.putInt(r + RECORD_CRC, recordCrc(r, payloadBytes));
        record.advance(bytes);
        file.write(record.segment(), position);
        position += bytes;
    }

    private static int recordCrc(long record, long payloadBytes) {
        return Checksum.crc32c(record + RECORD_MANIFEST, RECORD_HEADER_BYTES - RECORD_MANIFEST + payloadBytes);
    }

    @Override
    public void close() {
        record.close();
        file.close();
    }

    // ---- recovery ----

    /// Reads the live manifest; null if the directory holds no store yet.
    ///
    /// @throws CorruptFileException if `CURRENT` or the manifest is damaged or missing
    static @Nullable Recovered recover(FileStore files) {
        if (!files.exists(CURRENT)) {
            List<String> relations = files.list("rel");
            if (!relations.isEmpty()) {
                throw new CorruptFileException(
                        CURRENT, 0, "is missing although there are tables of " + relations.size() + " relations");
            }
            return null;
        }
        long number;
        try (StoreFile current = files.open(CURRENT)) {
            number = FileHeader.read(current, CURRENT_KIND, OLDEST_VERSION, VERSION)
                    .parameter(0);
        }
        try (StoreFile file = files.open(manifestName(number));
                var content = new GrowableBuffer(TAG)) {
            FileHeader header = FileHeader.read(file, MANIFEST_KIND, OLDEST_VERSION, VERSION);
            if (header.parameter(0) != number) {
                throw new CorruptFileException(file.path(), 0, "is manifest " + header.parameter(0) + " by its header");
            }
            long size = file.size();
            content.reserve(size);
            content.advance(size);
            file.read(content.segment(), 0);
            Recovered recovered = replay(file.path(), number, content.address(), size);
            return header.version() == VERSION ? recovered : recovered.notClean();
        }
    }

    private static Recovered replay(String path, long number, long base, long size) {
        var state = new ManifestState(path);
        long position = FileHeader.BYTES;
        long edits = 0;
        boolean clean = true;
        while (isValid(base, position, size, number, TYPE_EDIT)) {
            long length = NativeMemory.getInt(base + position + RECORD_LENGTH);
            state.apply(base + position + RECORD_HEADER_BYTES, length, position);
            edits++;
            position += recordBytes(length);
            if (isValid(base, position, size, number, TYPE_SEAL)) {
                position += SEAL_BYTES;
            } else if (isValid(base, position + SEAL_BYTES, size, number, TYPE_EDIT)) {
                position += SEAL_BYTES;
                clean = false;
            } else {
                clean = false;
                break;
            }
        }
        long behind = isZero(base + position, size - position) ? size : position; // nearly always
        for (long p = behind; p + RECORD_HEADER_BYTES <= size; p += RECORD_ALIGNMENT) {
            if (isValid(base, p, size, number, TYPE_EDIT) || isValid(base, p, size, number, TYPE_SEAL)) {
                throw new CorruptFileException(
                        path,
                        position,
                        "a version edit is damaged: %d are good before it, more follow".formatted(edits));
            }
            clean &= NativeMemory.getLong(base + p) == 0;
        }
        if (edits == 0) {
            throw new CorruptFileException(path, position, "the first version edit, the whole state, is damaged");
        }
        return new Recovered(state, number, position, clean);
    }

    private static boolean isZero(long address, long bytes) {
        MemorySegment content = NativeMemory.segment(address, bytes);
        return bytes == 0
                || (NativeMemory.getByte(address) == 0
                        && content.asSlice(1).mismatch(content.asSlice(0, bytes - 1)) < 0);
    }

    private static boolean isValid(long base, long position, long size, long number, int type) {
        if (position + RECORD_HEADER_BYTES > size) {
            return false;
        }
        long record = base + position;
        long length = NativeMemory.getInt(record + RECORD_LENGTH);
        return length > 0
                && length <= size - position - RECORD_HEADER_BYTES
                && NativeMemory.getLong(record + RECORD_MANIFEST) == number
                && NativeMemory.getInt(record + RECORD_TYPE) == type
                && NativeMemory.getInt(record + RECORD_CRC) == recordCrc(record, length);
    }
}
