package omendb.sql.ddl;

import java.util.Comparator;
import omendb.engine.catalog.SystemClasses;

/// Names an object that others may depend on, as `pg_depend` does.
///
/// @param classOid oid of the system catalog it is in ([SystemClasses])
/// @param oid      its oid; of a column's default the table's
/// @param subId    attnum of a column or of a default's column, else 0
record ObjectAddress(int classOid, int oid, int subId) {
    /// The order in which PostgreSQL looks at dependents: newest first, whole objects before their columns.
    static final Comparator<ObjectAddress> NEWEST_FIRST = Comparator.comparing(
                    ObjectAddress::oid, Integer::compareUnsigned)
            .reversed()
            .thenComparingInt(ObjectAddress::classOid)
            .thenComparingInt(ObjectAddress::subId);

    static ObjectAddress relation(int oid) {
        return new ObjectAddress(SystemClasses.RELATION, oid, 0);
    }

    static ObjectAddress column(int tableOid, int attnum) {
        return new ObjectAddress(SystemClasses.RELATION, tableOid, attnum);
    }

    static ObjectAddress constraint(int oid) {
        return new ObjectAddress(SystemClasses.CONSTRAINT, oid, 0);
    }

    static ObjectAddress defaultOf(int tableOid, int attnum) {
        return new ObjectAddress(SystemClasses.DEFAULT, tableOid, attnum);
    }

    static ObjectAddress schema(int oid) {
        return new ObjectAddress(SystemClasses.SCHEMA, oid, 0);
    }

    static ObjectAddress type(int oid) {
        return new ObjectAddress(SystemClasses.TYPE, oid, 0);
    }

    static ObjectAddress extension(int oid) {
        return new ObjectAddress(SystemClasses.EXTENSION, oid, 0);
    }

    /// Whether it is `other` or a column of it.
    boolean isPartOf(ObjectAddress other) {
        return classOid == other.classOid && oid == other.oid && (other.subId == 0 || subId == other.subId);
    }
}
