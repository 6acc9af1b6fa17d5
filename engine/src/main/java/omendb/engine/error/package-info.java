/// The errors a user, an operator or a programmer must act on, with PostgreSQL's SQLSTATE.
///
/// Everything above storage throws an [OmenException]; pgwire prints its fields and knows nothing else of them.
@NullMarked
package omendb.engine.error;

import org.jspecify.annotations.NullMarked;
