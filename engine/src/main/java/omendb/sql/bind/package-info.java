/// From parse tree to [omendb.sql.plan.LogicalPlan]: names along the search path, types, coercions, overload
/// resolution
/// by the rules of
/// PostgreSQL's chapter 10 ("Type Conversion"), with its errors and their positions.
///
/// Front door: [Binder]. Parts: [Scope] (what names mean), [ExpressionBinder], [QueryBinder], [FromBinder],
/// [GroupingBinder], [DmlBinder],
/// [FunctionResolver] (which function or operator a call means), [Coercions] (how a value becomes another
/// type),
/// [TypeResolver].
/// Threading: one binder per statement.
@NullMarked
package omendb.sql.bind;

import org.jspecify.annotations.NullMarked;
