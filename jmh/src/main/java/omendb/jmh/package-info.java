/// Microbenchmarks: one class per question, the answer checked once before it is timed.
///
/// Run with `./omendb bench jmh [REGEX] [JMH OPTIONS]`. Nothing depends on this module.
@NullMarked
package omendb.jmh;

import org.jspecify.annotations.NullMarked;
