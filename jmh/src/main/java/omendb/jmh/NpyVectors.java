package omendb.jmh;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import omendb.ann.VectorSource;

/// Float vectors of a benchmark, read from a NumPy file of uint8, float16 or float32 rows into native memory.
final class NpyVectors implements VectorSource {
    private static final int PREFIX_BYTES = 10;
    private static final Pattern HEADER =
            Pattern.compile("'descr': '.?([a-z]\\d)'.*'shape': \\((\\d+)(?:, (\\d+))?(?:, (\\d+))?,?\\)");
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment memory;
    private final int count;
    private final int dimensions;

    NpyVectors(int count, int dimensions) {
        this.count = count;
        this.dimensions = dimensions;
        this.memory = Arena.global().allocate((long) count * dimensions * Float.BYTES, 64);
    }

    /// Rows of the file; what has more than two axes is flattened to rows of the last ones.
    static NpyVectors read(Path file) throws IOException {
        try (var channel = FileChannel.open(file);
                Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            var header = new Header(bytes);
            var vectors = new NpyVectors(header.rows, header.columns);
            for (long i = 0; i < (long) header.rows * header.columns; i++) {
                float value = switch (header.type) {
                    case "u1" -> bytes.get(ValueLayout.JAVA_BYTE, header.bytes + i) & 0xff;
                    case "f2" -> Float.float16ToFloat(bytes.get(SHORT, header.bytes + 2 * i));
                    case "f4" -> Float.intBitsToFloat(bytes.get(INT, header.bytes + 4 * i));
                    default -> throw new IOException(file + ": numbers of type " + header.type);
                };
                vectors.memory.set(ValueLayout.JAVA_FLOAT, 4 * i, value);
            }
            return vectors;
        }
    }

    /// An int32 matrix.
    static int[][] readInts(Path file) throws IOException {
        try (var channel = FileChannel.open(file);
                Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            var header = new Header(bytes);
            int[][] rows = new int[header.rows][header.columns];
            for (int i = 0; i < header.rows; i++) {
                for (int j = 0; j < header.columns; j++) {
                    rows[i][j] = bytes.get(INT, header.bytes + 4L * ((long) i * header.columns + j));
                }
            }
            return rows;
        }
    }

    private static final class Header {
        final int bytes;
        final String type;
        final int rows;
        final int columns;

        Header(MemorySegment file) throws IOException {
            bytes = PREFIX_BYTES + (file.get(SHORT, 8) & 0xffff);
            byte[] text = file.asSlice(PREFIX_BYTES, bytes - PREFIX_BYTES).toArray(ValueLayout.JAVA_BYTE);
            Matcher matcher = HEADER.matcher(new String(text, StandardCharsets.US_ASCII));
            if (!matcher.find()) {
                throw new IOException("not a NumPy file that we read");
            }
            type = matcher.group(1);
            rows = Integer.parseInt(matcher.group(2));
            int second = matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3));
            columns = matcher.group(4) == null ? second : second * Integer.parseInt(matcher.group(4));
        }
    }

    int count() {
        return count;
    }

    void copyRow(int row, NpyVectors from, int fromRow, int atDimension) {
        MemorySegment.copy(
                from.memory,
                fromRow * from.strideBytes(),
                memory,
                row * strideBytes() + 4L * atDimension,
                4L * from.dimensions);
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public long baseAddress() {
        return memory.address();
    }

    @Override
    public long strideBytes() {
        return 4L * dimensions;
    }
}
