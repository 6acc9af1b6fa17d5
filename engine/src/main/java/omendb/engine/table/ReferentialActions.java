package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.type.Batch;

/// What a referential action needs of the layer that knows expressions: conversions, defaults and CHECK.
public interface ReferentialActions {
    /// Sets the referencing columns of locked rows to a key.
    ///
    /// @param newKey row 0 holds the key as the referenced table has it
    void cascade(Table child, ConstraintDef.ForeignKey key, Batch newKey, List<Long> rowIds);

    /// Sets columns of locked rows to NULL.
    void setNull(Table child, List<Integer> attnums, List<Long> rowIds);

    /// Sets columns of locked rows to their defaults.
    void setDefault(Table child, List<Integer> attnums, List<Long> rowIds);
}
