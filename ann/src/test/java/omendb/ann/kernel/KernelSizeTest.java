package omendb.ann.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of the package that a compiler cannot check, read from the class files.
class KernelSizeTest {
    /// C2 inlines no hot method of more bytes (FreqInlineSize).
    private static final int LONGEST_INLINED = 325;

    private static ClassModel model(Class<?> type) throws IOException {
        try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
            return ClassFile.of().parse(in.readAllBytes());
        }
    }

    private static boolean isVector(ClassDesc type) {
        return type.packageName().equals("jdk.incubator.vector")
                && type.displayName().endsWith("Vector");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                FloatKernels.class,
                FloatKernelsX4.class,
                HalfKernels.class,
                BitKernels.class,
                PlaneKernels.class,
                CodeKernels.class,
                RotationKernels.class
            })
    void no_method_but_initialisers_takes_or_returns_a_vector(Class<?> kernels) throws IOException {
        List<String> offenders = new ArrayList<>();
        for (MethodModel method : model(kernels).methods()) {
            var type = method.methodTypeSymbol();
            boolean takes = type.parameterList().stream().anyMatch(KernelSizeTest::isVector);
            // tables of constants are made once, while the class is initialised
            boolean makesConstant = method.methodName().equalsString("signs") && type.parameterCount() == 1;
            if (takes || (isVector(type.returnType()) && !makesConstant)) {
                offenders.add(method.methodName().stringValue());
            }
        }
        assertEquals(List.of(), offenders);
    }

    @Test
    void kernels_of_the_search_are_too_long_to_be_inlined() throws IOException {
        Map<String, Integer> lengths = new TreeMap<>();
        for (Class<?> kernels : List.of(FloatKernelsX4.class, PlaneKernels.class)) {
            for (MethodModel method : model(kernels).methods()) {
                method.findAttribute(Attributes.code())
                        .ifPresent(code -> lengths.merge(
                                method.methodName().stringValue(), ((CodeAttribute) code).codeLength(), Math::max));
            }
        }
        for (String name : List.of(
                "l2Squared", "dot", "l1", "dotAndNorm", "oneBitRows1", "oneBitRows2", "oneBitRows3", "oneBitRowsAny")) {
            int length = lengths.get(name);
            assertTrue(length > LONGEST_INLINED, name + " has " + length + " bytes");
        }
    }
}
