package omendb.ann.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistanceKernelTest {
    private static final long SEED = Long.getLong("omendb.seed", 42);

    @Test
    void kernels_of_the_preferred_width_equal_their_scalar_twins() {
        assertNull(System.getProperty(Species.BITS_PROPERTY));
        DistanceKernelContract.checkAll(SEED);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void kernels_of_every_width_equal_their_scalar_twins(int bits) throws ReflectiveOperationException {
        System.setProperty(Species.BITS_PROPERTY, Integer.toString(bits));
        try {
            Class<?> contract = new KernelLoader().loadClass(DistanceKernelContract.class.getName());
            Object ran = contract.getMethod("checkAll", long.class).invoke(null, SEED);
            assertEquals(bits, ran);
        } finally {
            System.clearProperty(Species.BITS_PROPERTY);
        }
    }

    /// Loads the kernels anew, so that they choose their width again.
    private static final class KernelLoader extends ClassLoader {
        KernelLoader() {
            super(DistanceKernelTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("omendb.ann.kernel.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
