/// COPY FROM STDIN and TO STDOUT in text, csv and binary: parsing of the client's chunks into rows, batch by batch, and
/// back.
///
/// Front doors: [CopyIn] (fed by the protocol), [CopyOut] (drives a sink). Formats as PostgreSQL's `COPY` page
/// describes them, errors (22P04 and the CONTEXT line) in its wording: [CopyFormat] checks the options, [CopyReader]
/// turns chunks into batches, [CopyWriter] turns batches into bytes. Executing them against tables is `sql.exec`'s.
@NullMarked
package omendb.sql.copy;

import org.jspecify.annotations.NullMarked;
