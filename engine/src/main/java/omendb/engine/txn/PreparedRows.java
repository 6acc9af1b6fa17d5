package omendb.engine.txn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.NativeMemory;

/// Prepared transactions as rows of a tree of their own:
///
///     key    gid in UTF-8, a zero byte, number of the chunk (4, big-endian) from 0 on
///     value  chunk 0: bytes of the whole image (8, little-endian), then the image's first part; else: its next part
///
/// An image ([PreparedImage]) is valid if its chunks come in order and add up to its length. Its rows are written by
/// one
/// commit (PREPARE TRANSACTION) and deleted by one (COMMIT PREPARED, together with what the transaction wrote, or
/// ROLLBACK PREPARED): it is there whole or not at all. Threading: stateless.
public final class PreparedRows {
    private static final int CHUNK_BYTES = 256 << 10;
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int SUFFIX_BYTES = 1 + Integer.BYTES;
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt NUMBER = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private PreparedRows() {}

    /// Adds the rows of an image given in parts; how many there are.
    static int put(WriteBatch batch, long tree, String gid, MemorySegment[] parts) {
        long length = 0;
        for (MemorySegment part : parts) {
            length += part.byteSize();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(CHUNK_BYTES, Long.BYTES);
            value.set(LENGTH, 0, length);
            int filled = LENGTH_BYTES;
            int chunk = 0;
            for (MemorySegment part : parts) {
                long at = 0;
                while (at < part.byteSize()) {
                    if (filled == CHUNK_BYTES) {
                        batch.put(tree, key(arena, gid, chunk++), value);
                        filled = 0;
                    }
                    long bytes = Math.min(part.byteSize() - at, CHUNK_BYTES - filled);
                    MemorySegment.copy(part, at, value, filled, bytes);
                    at += bytes;
                    filled += (int) bytes;
                }
            }
            batch.put(tree, key(arena, gid, chunk++), value.asSlice(0, filled));
            return chunk;
        }
    }

    /// Adds the deletes of an image's rows.
    static void delete(WriteBatch batch, long tree, String gid, int chunks) {
        try (Arena arena = Arena.ofConfined()) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                batch.delete(tree, key(arena, gid, chunk));
            }
        }
    }

    private static MemorySegment key(Arena arena, String gid, int chunk) {
        byte[] name = gid.getBytes(StandardCharsets.UTF_8);
        MemorySegment key = arena.allocate(name.length + SUFFIX_BYTES);
        MemorySegment.copy(name, 0, key, ValueLayout.JAVA_BYTE, 0, name.length);
        key.set(NUMBER, name.length + 1L, chunk);
        return key;
    }

    /// Reads all images as of a timestamp, into memory of `arena`. For one who is alone (no pin is taken).
    ///
    /// @throws InternalException XX001 if rows are missing or do not add up
    public static List<PreparedImage> read(LsmTree tree, long timestamp, Arena arena) {
        List<PreparedImage> images = new ArrayList<>();
        try (LsmCursor cursor = tree.scan(null, null, timestamp, false)) {
            boolean more = cursor.next();
            while (more) {
                String gid = gid(cursor);
                MemorySegment image = arena.allocate(length(cursor, gid), Long.BYTES);
                long filled = 0;
                int chunk = 0;
                while (more && gid(cursor).equals(gid)) {
                    int skip = chunk == 0 ? LENGTH_BYTES : 0;
                    long bytes = (long) cursor.valueLength() - skip;
                    if (number(cursor) != chunk || bytes > image.byteSize() - filled) {
                        throw damaged(gid, "chunk " + number(cursor) + " does not follow on " + filled + " bytes");
                    }
                    NativeMemory.copy(cursor.valueAddress() + skip, image.address() + filled, bytes);
                    filled += bytes;
                    chunk++;
                    more = cursor.next();
                }
                if (filled != image.byteSize()) {
                    throw damaged(gid, filled + " bytes of " + image.byteSize());
                }
                images.add(new PreparedImage(gid, chunk, image));
            }
        }
        return images;
    }

    private static String gid(LsmCursor cursor) {
        int length = cursor.keyLength() - SUFFIX_BYTES;
        if (length < 0) {
            throw damaged("", "a key of " + cursor.keyLength() + " bytes");
        }
        byte[] name = new byte[length];
        NativeMemory.copy(cursor.keyAddress(), name, 0, length);
        return new String(name, StandardCharsets.UTF_8);
    }

    private static int number(LsmCursor cursor) {
        return Integer.reverseBytes(NativeMemory.getInt(cursor.keyAddress() + cursor.keyLength() - Integer.BYTES));
    }

    private static long length(LsmCursor cursor, String gid) {
        long length = cursor.valueLength() < LENGTH_BYTES ? -1 : NativeMemory.getLong(cursor.valueAddress());
        if (length < 0 || length > WriteBatch.MAX_BYTES) {
            throw damaged(gid, "length " + length + " in a first chunk of " + cursor.valueLength() + " bytes");
        }
        return length;
    }

    static InternalException damaged(String gid, String problem) {
        return new InternalException(
                SqlState.DATA_CORRUPTED, "prepared transaction \"" + gid + "\" is damaged: " + problem);
    }
}
