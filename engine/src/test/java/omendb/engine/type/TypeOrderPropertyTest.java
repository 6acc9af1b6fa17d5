package omendb.engine.type;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// The key of a value sorts as the value does, and equal values have equal keys and hashes; for types whose key is not
/// plainly their bytes.
class TypeOrderPropertyTest {
    private static final TypeContext CONTEXT = new TypeContext() {};

    private static void check(SqlType type, String left, String right) {
        try (ValueArena arena = new ValueArena();
                NativeBytesWriter leftKey = new NativeBytesWriter();
                NativeBytesWriter rightKey = new NativeBytesWriter()) {
            ColumnVector a = ColumnVector.cell(type, arena);
            ColumnVector b = ColumnVector.cell(type, arena);
            type.io().parse(CONTEXT, left, -1, a, 0);
            type.io().parse(CONTEXT, right, -1, b, 0);
            int order = Integer.signum(type.compare(a, 0, b, 0));
            assertEquals(-order, Integer.signum(type.compare(b, 0, a, 0)), "compared the other way");
            KeyEncoding.encode(type, a, 0, false, false, leftKey);
            KeyEncoding.encode(type, b, 0, false, false, rightKey);
            int ofKeys = Arrays.compareUnsigned(leftKey.toByteArray(), rightKey.toByteArray());
            assertEquals(order, Integer.signum(ofKeys), left + " and " + right);
            assertEquals(order == 0, type.equal(a, 0, b, 0));
            if (order == 0) {
                assertEquals(type.hash(a, 0), type.hash(b, 0));
            }
        }
    }

    /// Few different elements, so that equal prefixes are common.
    @Provide
    Arbitrary<String> dense() {
        return Arbitraries.of("0", "-0", "1", "-1", "0.5", "-60000", "6e-8")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(elements -> "[" + String.join(",", elements) + "]");
    }

    @Provide
    Arbitrary<String> bits() {
        return Arbitraries.strings().withChars('0', '1').ofMaxLength(20);
    }

    @Property
    void halfvec_keys_sort_as_the_values(@ForAll("dense") String left, @ForAll("dense") String right) {
        check(Types.HALFVEC, left, right);
    }

    @Property
    void vector_keys_sort_as_the_values(@ForAll("dense") String left, @ForAll("dense") String right) {
        check(Types.VECTOR, left, right);
    }

    @Property
    void sparsevec_sorts_as_the_dense_vector_and_its_key_does(
            @ForAll("dense") String left, @ForAll("dense") String right) {
        check(Types.SPARSEVEC, sparse(left), sparse(right));
        try (ValueArena arena = new ValueArena()) {
            int[] orders = new int[2];
            List<SqlType> types = List.of(Types.VECTOR, Types.SPARSEVEC);
            for (int i = 0; i < orders.length; i++) {
                ColumnVector a = ColumnVector.cell(types.get(i), arena);
                ColumnVector b = ColumnVector.cell(types.get(i), arena);
                types.get(i).io().parse(CONTEXT, i == 0 ? left : sparse(left), -1, a, 0);
                types.get(i).io().parse(CONTEXT, i == 0 ? right : sparse(right), -1, b, 0);
                orders[i] = Integer.signum(types.get(i).compare(a, 0, b, 0));
            }
            assertEquals(orders[0], orders[1], left + " and " + right);
        }
    }

    private static String sparse(String dense) {
        List<String> elements = List.of(dense.substring(1, dense.length() - 1).split(","));
        String pairs = java.util.stream.IntStream.range(0, elements.size())
                .mapToObj(i -> (i + 1) + ":" + elements.get(i))
                .collect(Collectors.joining(","));
        return "{" + pairs + "}/" + elements.size();
    }

    @Property
    void bit_string_keys_sort_as_the_values(@ForAll("bits") String left, @ForAll("bits") String right) {
        check(Types.VARBIT, left, right);
    }
}
