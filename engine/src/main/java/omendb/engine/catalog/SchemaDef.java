package omendb.engine.catalog;

/// A namespace of relations.
public record SchemaDef(int oid, String name) {}
