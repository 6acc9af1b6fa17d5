package omendb.engine.catalog;

/// An installed extension.
public record ExtensionDef(int oid, String name, String version, int schemaOid) {}
