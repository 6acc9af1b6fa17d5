/// EXPLAIN: a physical plan in PostgreSQL's words, as text or JSON.
///
/// Front door: [Explain]. [PlanDescriber] turns plan nodes into [ExplainNode]s, [ScalarText] expressions into
/// SQL.
@NullMarked
package omendb.sql.explain;

import org.jspecify.annotations.NullMarked;
