package omendb.engine.catalog;

/// What shares the namespace of relations (PostgreSQL's `pg_class`).
public sealed interface RelationDef permits TableDef, IndexDef, SequenceDef, ViewDef {
    int oid();

    int schemaOid();

    String name();
}
