/// SQL types and the columns their values travel in: the currency of storage and executor.
///
/// Front door: [Types] (registry by oid and name), [SqlType] (one type: width, physical kind, comparison, text and
/// binary
/// I/O through [TypeIo]), [ColumnVector] and [Batch] (up to 1,024 rows off-heap), [KeyEncoding] (memcomparable index
/// keys), [BytesWriter] (where encoders write). How a value of each type lies in memory is written above the class that
/// reads it: [Numeric], [Interval], [ArrayValue], [JsonbValue]; the simple ones stand in [SqlType].
/// Threading: types are immutable singletons; vectors, batches, arenas and writers belong to one session at a time.
/// Knows `omendb.memory` and `omendb.engine.error`; does not know tables, transactions or SQL text.
@NullMarked
package omendb.engine.type;

import org.jspecify.annotations.NullMarked;
