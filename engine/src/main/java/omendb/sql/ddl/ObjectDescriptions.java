package omendb.sql.ddl;

import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ExtensionDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SystemClasses;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// Objects as messages name them: `column a of table t`, `constraint c on table t`.
final class ObjectDescriptions {
    private final DdlContext context;
    private final RelationNames names;

    ObjectDescriptions(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    String of(ObjectAddress address) {
        Catalog catalog = context.catalog();
        return switch (address.classOid()) {
            case SystemClasses.RELATION -> relation(address);
            case SystemClasses.DEFAULT -> "default value for " + relation(address);
            case SystemClasses.CONSTRAINT -> constraint(address.oid());
            case SystemClasses.SCHEMA -> {
                SchemaDef schema = catalog.schema(address.oid());
                yield "schema " + (schema == null ? address.oid() : schema.name());
            }
            case SystemClasses.TYPE -> {
                SqlType type = Types.byOid(address.oid());
                yield "type " + (type == null ? address.oid() : type.format(-1));
            }
            case SystemClasses.EXTENSION ->
                "extension "
                        + catalog.extensions().stream()
                                .filter(each -> each.oid() == address.oid())
                                .map(ExtensionDef::name)
                                .findFirst()
                                .orElse("?");
            default -> throw new IllegalArgumentException("no kind of object: " + address);
        };
    }

    private String relation(ObjectAddress address) {
        RelationDef relation = context.catalog().relation(address.oid());
        if (relation == null) {
            return "relation " + address.oid();
        }
        String whole = RelationNames.kind(relation) + " " + names.shown(relation);
        return address.subId() > 0 && relation instanceof TableDef table
                ? "column " + table.column(address.subId()).name() + " of " + whole
                : whole;
    }

    private String constraint(int oid) {
        for (TableDef table : context.catalog().tables()) {
            for (var constraint : table.constraints()) {
                if (constraint.oid() == oid) {
                    return "constraint " + constraint.name() + " on table " + names.shown(table);
                }
            }
        }
        return "constraint " + oid;
    }
}
