/// What a bound statement is: scalar expressions, logical and physical plans, and the way from one to the
/// other.
///
/// [Scalar] and [LogicalPlan] are what the binder builds: every name is resolved, every type is known, every
/// coercion
/// is explicit,
/// and columns are [Field]s with an identity of their own, so that plans can be rearranged without renumbering.
/// [Optimizer] rewrites the logical plan (push-down, subquery decorrelation) and [PhysicalPlanner] picks
/// access paths
/// and
/// algorithms by estimated cost; EXPLAIN prints the [PhysicalPlan]. `sql.exec` turns it into operators.
/// Threading: all records are immutable and may be shared by sessions.
@NullMarked
package omendb.sql.plan;

import org.jspecify.annotations.NullMarked;
