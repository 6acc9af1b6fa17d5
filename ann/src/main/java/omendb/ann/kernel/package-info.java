/// SIMD over native memory: the only package that imports `jdk.incubator.vector`.
///
/// Every kernel takes absolute addresses and reads them through one static segment that covers all of memory
/// (`Everything`): a kernel that met several kinds of
/// segments would be compiled for all of them and run many times slower. So there are no bounds checks here:
/// callers
/// own the lifetime of the memory (epoch pins).
/// `Species` says how wide the vectors are; `ScalarKernels` is the plain twin of every kernel, and
/// `DistanceKernelContract` holds them equal.
///
/// What keeps a kernel fast (each found by measuring; `DistanceKernelTest` holds them):
/// - No method of ours takes or returns a vector, but at the very beginning of a kernel: the compiler always
/// inlines the
///   Vector API's methods, ours only until a method has grown to 8,000 bytes, and a vector that crosses a real call
///   is
///   put on the heap.
/// - No vector comes out of a branch, for the same reason; conditions on static finals are none.
/// - Kernels are longer than 325 bytes of code, so that they are not inlined into their callers, whose size would
/// count.
/// - Loops count with an `int`.
/// - Floats are added in a fixed order (`Lanes`).
@NullMarked
package omendb.ann.kernel;

import org.jspecify.annotations.NullMarked;
