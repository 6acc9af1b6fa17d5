/// SIMD over native memory: the only package that imports `jdk.incubator.vector`.
///
/// Every kernel takes absolute addresses and reads them through one static segment that covers all of memory
/// (`Everything`): a kernel that met several kinds of
/// segments would be compiled for all of them and run many times slower. So there are no bounds checks here:
/// callers
/// own the lifetime of the memory (epoch pins).
/// `Species` says how wide the vectors are; `ScalarKernels` is the plain twin of every kernel, and
/// `DistanceKernelContract` holds them equal.
@NullMarked
package omendb.ann.kernel;

import org.jspecify.annotations.NullMarked;
