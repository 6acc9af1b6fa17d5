package omendb.engine.catalog;

/// What COMMENT ON says of an object (PostgreSQL's `pg_description`).
///
/// @param oid       of the comment itself: names its row in the catalog
/// @param classOid  oid of the system catalog that the object is in (`pg_class` = 1259)
/// @param objectOid the object's oid
/// @param subId     a column's attnum, else 0
public record CommentDef(int oid, int classOid, int objectOid, int subId, String text) {}
