/// RaBitQ: codes of 1 to 4 bits a dimension and an unbiased estimate of distances from them.
///
/// `RabitqQuantizer` is trained on a sample (rotation, centroids), encodes vectors into rows and prepares queries.
/// Knows only the kernels.
@NullMarked
package omendb.ann.quantize;

import org.jspecify.annotations.NullMarked;
