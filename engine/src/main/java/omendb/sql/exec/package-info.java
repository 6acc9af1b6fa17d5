/// Runs physical plans: operators that hand batches of up to 1,024 rows to each other, and expressions
/// evaluated column
/// by column.
///
/// Front door: [Execution] (a compiled plan, ready to run again and again). [PlanCompiler] turns a
/// [omendb.sql.plan.PhysicalPlan] into a tree of [Operator]s whose expressions are [Evaluator]s; both are
/// bound to the
/// batches of
/// their inputs, so that a repeated execution allocates next to nothing.
/// Memory: batches and result vectors are off-heap and belong to their operator; values of variable length are
/// references into
/// row storage (pinned by the statement) or into the operator's arena, valid until its next batch. Who keeps a
/// value
/// copies it.
/// Threading: a compiled plan belongs to one session at a time. [ExecutionContext#checkCancelled] runs once
/// per batch.
@NullMarked
package omendb.sql.exec;

import org.jspecify.annotations.NullMarked;
