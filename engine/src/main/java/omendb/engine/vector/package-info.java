/// Vector columns: fixed-stride slots in mapped files, and the map from slot to row.
///
/// Front door: [VectorColumn]. Files in `vec/<storage id>.<attnum>/`: `vectors-k.vec`, `slots-k.map`, layout in
/// [SlotFormat] and [ChunkedFile].
/// Threading: slots are reserved by any thread; a slot is written by the transaction that reserved it; readers
/// are free.
@NullMarked
package omendb.engine.vector;

import org.jspecify.annotations.NullMarked;
