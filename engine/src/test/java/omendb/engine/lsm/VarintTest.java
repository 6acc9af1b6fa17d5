package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.Test;

class VarintTest {
    @Test
    void value_of_every_length_is_read_back_by_bytes_and_by_word_whatever_follows_it() {
        var random = new SplittableRandom(17);
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(32).address();
            for (int bits = 0; bits <= 64; bits++) {
                for (int i = 0; i < 200; i++) {
                    long value = bits == 0 ? 0 : random.nextLong() >>> (64 - bits);
                    for (int b = 0; b < 32; b++) {
                        NativeMemory.putByte(address + b, (byte) random.nextInt());
                    }
                    long bytes = Varint.put(address, value) - address;
                    assertEquals(value, Varint.get(address));
                    assertEquals(bytes, Varint.size(value));
                    long word = NativeMemory.getLong(address);
                    assertEquals(Math.min(bytes, Long.BYTES + 1), Varint.sizeIn(word), "of " + value);
                    if (bytes <= Long.BYTES) {
                        assertEquals(value, Varint.valueIn(word, (int) bytes));
                    }
                }
            }
        }
    }
}
