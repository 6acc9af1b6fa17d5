package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;

/// A select list with set-returning functions: first the functions alone are expanded, then the expressions
/// around them
/// are computed.
final class SetProjection {
    private SetProjection() {}

    static LogicalPlan plan(BindState state, LogicalPlan input, List<Item> items) {
        List<Item> expanded = new ArrayList<>();
        List<Item> outer = new ArrayList<>();
        for (Item item : items) {
            if (!Scalars.contains(item.expression(), Scalar.SetCall.class)) {
                expanded.add(item);
                outer.add(new Item(item.field(), new Scalar.Column(item.field())));
                continue;
            }
            Scalar around = Scalars.replace(item.expression(), scalar -> {
                if (!(scalar instanceof Scalar.SetCall call)) {
                    return scalar;
                }
                Field field = state.field(item.field().name(), call.type(), -1);
                expanded.add(new Item(field, call));
                return new Scalar.Column(field);
            });
            outer.add(new Item(item.field(), around));
        }
        return new LogicalPlan.Project(new LogicalPlan.ProjectSet(input, expanded), outer);
    }
}
