package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksumTest {
    // length, XXH3_64bits of the first bytes of the sanity buffer of xxHash's own self test; computed with the
    // reference implementation (xxHash 0.8.4, through the Python package xxhash 4.1.0)
    @ParameterizedTest
    @CsvSource({
        "0, 2D06800538D394C2",
        "1, C44BDFF4074EECDB",
        "2, 7A9978044CB8A8BB",
        "3, 54247382A8D6B94D",
        "4, E5DC74BC51848A51",
        "5, E4243F00720306BB",
        "8, 24CCC9ACAA9F65E4",
        "9, 14D5001C15DD3F2B",
        "12, A713DAF0DFBB77E7",
        "16, 981B17D36C7498C9",
        "17, 796F5ACD3A60F862",
        "32, 9FEADDBDBF57EED3",
        "33, ABFB2D081B400A10",
        "64, 9CB48487720EC49D",
        "65, FD81AAC4BEBC3883",
        "96, 935A769A7F94776F",
        "97, CA4CA268FD3C3A6C",
        "127, 2408ED71323D6096",
        "128, FCFF24126754D861",
        "129, 98F1B0A679A2CA29",
        "160, 9D03A319ED4CBD2B",
        "195, CD94217EE362EC3A",
        "239, 16CE2B9D3B28805D",
        "240, 81C3C2B67F568CCF",
        "241, C5A639ECD2030E5E",
        "255, E98F979F4ED8A197",
        "256, 55DE574AD89D0AC5",
        "257, B17FD5A8AE75BB0B",
        "511, 8089715B163E7FC0",
        "512, 617E49599013CB6B",
        "1023, 87A8F7B2F2E22496",
        "1024, DD85C9B5C1109C5C",
        "1025, D870C0FA13211C6A",
        "2048, DD59E2C3A5F038E0",
        "2049, D3AFA4329779B921",
        "2240, 6E73A90539CF2948",
        "2367, CB37AEB9E5D361ED",
        "4096, E91206429D1F48F9"
    })
    void xxh3_agrees_with_the_reference_in_every_length_class(int length, String expected) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = sanityBuffer(arena, 4096);
            assertEquals(Long.parseUnsignedLong(expected, 16), Checksum.xxh3(buffer.asSlice(0, length)));
        }
    }

    @Test
    void crc32c_agrees_with_the_published_check_value() {
        try (Arena arena = Arena.ofConfined()) {
            byte[] check = "123456789".getBytes(StandardCharsets.US_ASCII);
            MemorySegment segment = arena.allocate(check.length);
            segment.copyFrom(MemorySegment.ofArray(check));
            assertEquals(0xE3069283, Checksum.crc32c(segment)); // RFC 3720, appendix B.4 and CRC catalogue
        }
    }

    @Property(tries = 200)
    void crc32c_is_the_one_of_the_jdk_at_any_offset(
            @ForAll @IntRange(max = 15) int offset, @ForAll @IntRange(max = 2000) int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = sanityBuffer(arena, 4096).asSlice(offset, length);
            var crc = new CRC32C();
            crc.update(part.toArray(ValueLayout.JAVA_BYTE));
            assertEquals((int) crc.getValue(), Checksum.crc32c(part));
        }
    }

    @Property(tries = 300)
    void one_flipped_bit_changes_both_checksums(
            @ForAll @IntRange(min = 1, max = 3000) int length, @ForAll @IntRange(max = 23_999) int bit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = sanityBuffer(arena, 3000).asSlice(0, length);
            long xxh3 = Checksum.xxh3(part);
            int crc = Checksum.crc32c(part);
            int flipped = bit % (length * 8);
            byte old = part.get(ValueLayout.JAVA_BYTE, flipped / 8);
            part.set(ValueLayout.JAVA_BYTE, flipped / 8, (byte) (old ^ 1 << flipped % 8));
            assertNotEquals(xxh3, Checksum.xxh3(part));
            assertNotEquals(crc, Checksum.crc32c(part));
        }
    }

    private static MemorySegment sanityBuffer(Arena arena, int length) {
        MemorySegment buffer = arena.allocate(length);
        long generator = 2_654_435_761L;
        for (int i = 0; i < length; i++) {
            buffer.set(ValueLayout.JAVA_BYTE, i, (byte) (generator >>> 56));
            generator *= 0x9E3779B185EBCA8DL; // the self test's PRIME64
        }
        return buffer;
    }
}
