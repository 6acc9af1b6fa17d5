package omendb.engine.catalog;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The bytes of a view's row in the catalog tree, behind the version byte; integers are big-endian, texts and null
/// as in [DefinitionCodec]:
///
///     schemaOid, name, querySql
///     columns:    count, then name, type oid, typmod
///     searchPath: count, then names
///     references: count, then schema or null, name, relation oid,
///                 columns: count, then attnum, name, used (byte)
final class ViewCodec {
    private ViewCodec() {}

    static byte[] encode(ViewDef view) {
        return DefinitionCodec.bytes(out -> {
            out.writeInt(view.schemaOid());
            DefinitionCodec.writeString(out, view.name());
            DefinitionCodec.writeString(out, view.querySql());
            out.writeInt(view.columns().size());
            for (ViewDef.Column column : view.columns()) {
                DefinitionCodec.writeString(out, column.name());
                out.writeInt(column.type().oid());
                out.writeInt(column.typmod());
            }
            out.writeInt(view.searchPath().size());
            for (String schema : view.searchPath()) {
                DefinitionCodec.writeString(out, schema);
            }
            out.writeInt(view.references().size());
            for (ViewDef.Reference reference : view.references()) {
                write(out, reference);
            }
        });
    }

    private static void write(DataOutputStream out, ViewDef.Reference reference) throws IOException {
        DefinitionCodec.writeNullable(out, reference.schema());
        DefinitionCodec.writeString(out, reference.name());
        out.writeInt(reference.relationOid());
        out.writeInt(reference.columns().size());
        for (ViewDef.ReferredColumn column : reference.columns()) {
            out.writeInt(column.attnum());
            DefinitionCodec.writeString(out, column.name());
            out.writeBoolean(column.used());
        }
    }

    static ViewDef read(int oid, DataInputStream in) throws IOException {
        int schemaOid = in.readInt();
        String name = DefinitionCodec.readString(in);
        String querySql = DefinitionCodec.readString(in);
        List<ViewDef.Column> columns = new ArrayList<>();
        int columnCount = in.readInt();
        for (int i = 0; i < columnCount; i++) {
            columns.add(new ViewDef.Column(DefinitionCodec.readString(in), DefinitionCodec.readType(in), in.readInt()));
        }
        List<String> searchPath = new ArrayList<>();
        int pathLength = in.readInt();
        for (int i = 0; i < pathLength; i++) {
            searchPath.add(DefinitionCodec.readString(in));
        }
        List<ViewDef.Reference> references = new ArrayList<>();
        int referenceCount = in.readInt();
        for (int i = 0; i < referenceCount; i++) {
            references.add(readReference(in));
        }
        return new ViewDef(oid, schemaOid, name, columns, querySql, searchPath, references);
    }

    private static ViewDef.Reference readReference(DataInputStream in) throws IOException {
        String schema = DefinitionCodec.readNullable(in);
        String name = DefinitionCodec.readString(in);
        int relationOid = in.readInt();
        List<ViewDef.ReferredColumn> columns = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            columns.add(new ViewDef.ReferredColumn(in.readInt(), DefinitionCodec.readString(in), in.readBoolean()));
        }
        return new ViewDef.Reference(schema, name, relationOid, columns);
    }
}
