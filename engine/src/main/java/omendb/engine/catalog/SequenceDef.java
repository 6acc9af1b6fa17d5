package omendb.engine.catalog;

import omendb.engine.type.SqlType;

/// A sequence; its running value is not part of the definition.
///
/// @param type       smallint, integer or bigint
/// @param ownerTable oid of the table whose column owns it (serial, identity), 0 = none; dropped with it
public record SequenceDef(
        int oid,
        int schemaOid,
        String name,
        SqlType type,
        long start,
        long increment,
        long minimum,
        long maximum,
        long cache,
        boolean cycle,
        int ownerTable,
        int ownerAttnum)
        implements RelationDef {
    public SequenceDef withOwner(int tableOid, int attnum) {
        return new SequenceDef(
                oid, schemaOid, name, type, start, increment, minimum, maximum, cache, cycle, tableOid, attnum);
    }

    /// With other properties under its name.
    public SequenceDef with(SchemaEditor.NewSequence properties) {
        return new SequenceDef(
                oid,
                schemaOid,
                name,
                properties.type(),
                properties.start(),
                properties.increment(),
                properties.minimum(),
                properties.maximum(),
                properties.cache(),
                properties.cycle(),
                ownerTable,
                ownerAttnum);
    }

    public SequenceDef withName(String newName) {
        return new SequenceDef(
                oid,
                schemaOid,
                newName,
                type,
                start,
                increment,
                minimum,
                maximum,
                cache,
                cycle,
                ownerTable,
                ownerAttnum);
    }

    public SequenceDef withSchema(int newSchemaOid) {
        return new SequenceDef(
                oid,
                newSchemaOid,
                name,
                type,
                start,
                increment,
                minimum,
                maximum,
                cache,
                cycle,
                ownerTable,
                ownerAttnum);
    }
}
