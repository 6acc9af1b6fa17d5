package omendb.engine.lsm;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import omendb.memory.NativeMemory;

/// The LZ4 block format over addresses: lz4-java on direct buffers, so that nothing is copied to the heap. Its
/// native library where it has one for the platform, else Java. Threading: any thread.
final class Lz4 {
    private static final LZ4Compressor COMPRESSOR;
    private static final LZ4SafeDecompressor DECOMPRESSOR;

    static {
        LZ4Factory factory = LZ4Factory.fastestInstance();
        COMPRESSOR = factory.fastCompressor();
        DECOMPRESSOR = factory.safeDecompressor();
    }

    private Lz4() {}

    /// Room that compressed bytes may need.
    static int maxBytes(int rawBytes) {
        return COMPRESSOR.maxCompressedLength(rawBytes);
    }

    /// @param target room for [#maxBytes]
    /// @return bytes written
    static int compress(long source, int rawBytes, long target) {
        ByteBuffer out = buffer(target, maxBytes(rawBytes));
        return COMPRESSOR.compress(buffer(source, rawBytes), 0, rawBytes, out, 0, out.capacity());
    }

    /// False if the bytes are not those of `rawBytes` bytes.
    static boolean decompress(long source, int bytes, long target, int rawBytes) {
        try {
            int written =
                    DECOMPRESSOR.decompress(buffer(source, bytes), 0, bytes, buffer(target, rawBytes), 0, rawBytes);
            return written == rawBytes;
        } catch (LZ4Exception _) {
            return false;
        }
    }

    private static ByteBuffer buffer(long address, long bytes) {
        return NativeMemory.segment(address, bytes).asByteBuffer();
    }
}
