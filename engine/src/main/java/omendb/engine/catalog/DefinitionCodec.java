package omendb.engine.catalog;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Definitions as bytes: version (1 byte), then the record's fields in order; big-endian numbers, strings in
/// UTF-8 behind a 4-byte length, null as length -1, lists behind a 4-byte count, types by oid.
///
/// Version 3 added dropped and generated columns, missing values, options of tables and columns, INCLUDE, types of
/// index expressions, NOT VALID checks and comments.
/// Version 2 added foreign keys, the timing of constraints and indexes that are not immediate.
/// A new field goes to the end of its record under a new version; readers of an old version fill in a default.
final class DefinitionCodec {
    private static final int VERSION = 3;
    private static final int OLDEST_VERSION = 1;

    /// First byte of a key in the catalog tree.
    enum Kind {
        SCHEMA(1),
        TABLE(2),
        INDEX(3),
        SEQUENCE(4),
        EXTENSION(5),
        COMMENT(6),
        VIEW(7);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new InternalException(SqlState.DATA_CORRUPTED, "unknown kind of catalog row: " + code);
        }
    }

    /// Writes fields to a stream that cannot fail.
    @FunctionalInterface
    interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    private DefinitionCodec() {}

    static byte[] encode(SchemaDef schema) {
        return bytes(out -> writeString(out, schema.name()));
    }

    static byte[] encode(ExtensionDef extension) {
        return bytes(out -> {
            writeString(out, extension.name());
            writeString(out, extension.version());
            out.writeInt(extension.schemaOid());
        });
    }

    static byte[] encode(CommentDef comment) {
        return bytes(out -> {
            out.writeInt(comment.classOid());
            out.writeInt(comment.objectOid());
            out.writeInt(comment.subId());
            writeString(out, comment.text());
        });
    }

    static byte[] encode(RelationDef relation) {
        return switch (relation) {
            case TableDef table -> encodeTable(table);
            case IndexDef index -> encodeIndex(index);
            case SequenceDef sequence -> encodeSequence(sequence);
            case ViewDef view -> ViewCodec.encode(view);
        };
    }

    static Kind kindOf(RelationDef relation) {
        return switch (relation) {
            case TableDef _ -> Kind.TABLE;
            case IndexDef _ -> Kind.INDEX;
            case SequenceDef _ -> Kind.SEQUENCE;
            case ViewDef _ -> Kind.VIEW;
        };
    }

    /// Adds a definition to a catalog under construction.
    static void decode(Kind kind, int oid, byte[] value, Catalog.Builder into) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            int version = in.readUnsignedByte();
            if (version < OLDEST_VERSION || version > VERSION) {
                throw new InternalException(
                        SqlState.DATA_CORRUPTED,
                        "catalog row " + kind + " " + oid + " has version " + version + ", known are " + OLDEST_VERSION
                                + " to " + VERSION);
            }
            switch (kind) {
                case SCHEMA -> into.put(new SchemaDef(oid, readString(in)));
                case TABLE -> into.put(readTable(oid, version, in));
                case INDEX -> into.put(readIndex(oid, version, in));
                case SEQUENCE -> into.put(readSequence(oid, in));
                case VIEW -> into.put(ViewCodec.read(oid, in));
                case EXTENSION -> into.put(new ExtensionDef(oid, readString(in), readString(in), in.readInt()));
                case COMMENT -> into.put(new CommentDef(oid, in.readInt(), in.readInt(), in.readInt(), readString(in)));
            }
        } catch (IOException damaged) {
            throw new InternalException(
                    SqlState.DATA_CORRUPTED, "catalog row " + kind + " " + oid + " is cut short", damaged);
        }
    }

    static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writer.write(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static byte[] encodeTable(TableDef table) {
        return bytes(out -> {
            out.writeInt(table.schemaOid());
            writeString(out, table.name());
            out.writeLong(table.storageId());
            out.writeInt(table.columns().size());
            for (ColumnDef column : table.columns()) {
                writeString(out, column.name());
                out.writeInt(column.type().oid());
                out.writeInt(column.typmod());
                out.writeBoolean(column.notNull());
                writeNullable(out, column.defaultSql());
                writeString(out, column.identity().name());
                writeNullable(out, column.generatedSql());
                writeValue(out, column.missing());
                out.writeBoolean(column.dropped());
                writeOptions(out, column.options());
            }
            out.writeInt(table.constraints().size());
            for (ConstraintDef constraint : table.constraints()) {
                writeConstraint(out, constraint);
            }
            writeOptions(out, table.options());
        });
    }

    private static void writeConstraint(DataOutputStream out, ConstraintDef constraint) throws IOException {
        out.writeInt(constraint.oid());
        writeString(out, constraint.name());
        writeInts(out, constraint.attnums());
        switch (constraint) {
            case ConstraintDef.Key key -> {
                out.writeByte(key.primary() ? 'p' : 'u');
                out.writeInt(key.indexOid());
                writeString(out, key.timing().name());
            }
            case ConstraintDef.Check check -> {
                out.writeByte('c');
                writeString(out, check.expressionSql());
                out.writeBoolean(check.validated());
                out.writeBoolean(check.noInherit());
            }
            case ConstraintDef.ForeignKey key -> {
                out.writeByte('f');
                out.writeInt(key.tableOid());
                writeInts(out, key.keyAttnums());
                out.writeInt(key.indexOid());
                out.writeBoolean(key.matchFull());
                writeString(out, key.onDelete().name());
                writeString(out, key.onUpdate().name());
                writeInts(out, key.setAttnums());
                writeString(out, key.timing().name());
                out.writeBoolean(key.validated());
            }
        }
    }

    private static TableDef readTable(int oid, int version, DataInputStream in) throws IOException {
        int schemaOid = in.readInt();
        String name = readString(in);
        long storageId = in.readLong();
        List<ColumnDef> columns = new ArrayList<>();
        int columnCount = in.readInt();
        for (int i = 1; i <= columnCount; i++) {
            columns.add(readColumn(i, version, in));
        }
        List<ConstraintDef> constraints = new ArrayList<>();
        int constraintCount = in.readInt();
        for (int i = 0; i < constraintCount; i++) {
            constraints.add(readConstraint(version, in));
        }
        Map<String, String> options = version < 3 ? Map.of() : readOptions(in);
        return new TableDef(oid, schemaOid, name, storageId, columns, constraints, options);
    }

    private static ColumnDef readColumn(int attnum, int version, DataInputStream in) throws IOException {
        ColumnDef column = new ColumnDef(
                attnum,
                readString(in),
                readType(in),
                in.readInt(),
                in.readBoolean(),
                readNullable(in),
                ColumnDef.Identity.valueOf(readString(in)));
        if (version < 3) {
            return column;
        }
        column = column.withGenerated(readNullable(in)).withMissing(readValue(in));
        boolean dropped = in.readBoolean();
        Map<String, String> options = readOptions(in);
        return dropped ? column.asDropped() : column.withOptions(options);
    }

    private static ConstraintDef readConstraint(int version, DataInputStream in) throws IOException {
        int oid = in.readInt();
        String name = readString(in);
        List<Integer> attnums = readInts(in);
        int type = in.readUnsignedByte();
        return switch (type) {
            case 'c' ->
                new ConstraintDef.Check(
                        oid,
                        name,
                        readString(in),
                        attnums,
                        version < 3 || in.readBoolean(),
                        version >= 3 && in.readBoolean());
            case 'f' -> readForeignKey(oid, name, attnums, in);
            case 'p', 'u' ->
                new ConstraintDef.Key(
                        oid,
                        name,
                        type == 'p',
                        in.readInt(),
                        attnums,
                        version == 1 ? ConstraintDef.Timing.IMMEDIATE : ConstraintDef.Timing.valueOf(readString(in)));
            default -> throw new IOException("unknown type of constraint: " + type);
        };
    }

    private static ConstraintDef readForeignKey(int oid, String name, List<Integer> attnums, DataInputStream in)
            throws IOException {
        return new ConstraintDef.ForeignKey(
                oid,
                name,
                attnums,
                in.readInt(),
                readInts(in),
                in.readInt(),
                in.readBoolean(),
                ConstraintDef.Action.valueOf(readString(in)),
                ConstraintDef.Action.valueOf(readString(in)),
                readInts(in),
                ConstraintDef.Timing.valueOf(readString(in)),
                in.readBoolean());
    }

    private static byte[] encodeIndex(IndexDef index) {
        return bytes(out -> {
            out.writeInt(index.schemaOid());
            writeString(out, index.name());
            out.writeInt(index.tableOid());
            out.writeLong(index.storageId());
            writeString(out, index.method());
            out.writeBoolean(index.unique());
            out.writeBoolean(index.primary());
            out.writeBoolean(index.nullsDistinct());
            out.writeInt(index.keys().size());
            for (IndexDef.Key key : index.keys()) {
                out.writeInt(key.attnum());
                writeNullable(out, key.expressionSql());
                writeNullable(out, key.operatorClass());
                out.writeBoolean(key.descending());
                out.writeBoolean(key.nullsFirst());
                SqlType type = key.type();
                out.writeInt(type == null ? 0 : type.oid());
                out.writeInt(key.typmod());
            }
            writeNullable(out, index.predicateSql());
            writeOptions(out, index.options());
            out.writeLong(index.validFrom());
            out.writeBoolean(index.immediate());
            writeInts(out, index.included());
        });
    }

    private static IndexDef readIndex(int oid, int version, DataInputStream in) throws IOException {
        int schemaOid = in.readInt();
        String name = readString(in);
        int tableOid = in.readInt();
        long storageId = in.readLong();
        String method = readString(in);
        boolean unique = in.readBoolean();
        boolean primary = in.readBoolean();
        boolean nullsDistinct = in.readBoolean();
        List<IndexDef.Key> keys = new ArrayList<>();
        int keyCount = in.readInt();
        for (int i = 0; i < keyCount; i++) {
            keys.add(readKey(version, in));
        }
        String predicateSql = readNullable(in);
        Map<String, String> options = readOptions(in);
        long validFrom = in.readLong();
        boolean immediate = version == 1 || in.readBoolean();
        List<Integer> included = version < 3 ? List.of() : readInts(in);
        return new IndexDef(
                oid,
                schemaOid,
                name,
                tableOid,
                storageId,
                method,
                unique,
                primary,
                nullsDistinct,
                immediate,
                keys,
                predicateSql,
                options,
                validFrom,
                included);
    }

    private static IndexDef.Key readKey(int version, DataInputStream in) throws IOException {
        int attnum = in.readInt();
        String expressionSql = readNullable(in);
        String operatorClass = readNullable(in);
        boolean descending = in.readBoolean();
        boolean nullsFirst = in.readBoolean();
        if (version < 3) {
            return new IndexDef.Key(attnum, expressionSql, operatorClass, descending, nullsFirst);
        }
        int typeOid = in.readInt();
        SqlType type = typeOid == 0 ? null : typeOf(typeOid);
        return new IndexDef.Key(attnum, expressionSql, operatorClass, descending, nullsFirst, type, in.readInt());
    }

    private static byte[] encodeSequence(SequenceDef sequence) {
        return bytes(out -> {
            out.writeInt(sequence.schemaOid());
            writeString(out, sequence.name());
            out.writeInt(sequence.type().oid());
            out.writeLong(sequence.start());
            out.writeLong(sequence.increment());
            out.writeLong(sequence.minimum());
            out.writeLong(sequence.maximum());
            out.writeLong(sequence.cache());
            out.writeBoolean(sequence.cycle());
            out.writeInt(sequence.ownerTable());
            out.writeInt(sequence.ownerAttnum());
        });
    }

    private static SequenceDef readSequence(int oid, DataInputStream in) throws IOException {
        return new SequenceDef(
                oid,
                in.readInt(),
                readString(in),
                readType(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readBoolean(),
                in.readInt(),
                in.readInt());
    }

    static SqlType readType(DataInputStream in) throws IOException {
        return typeOf(in.readInt());
    }

    private static SqlType typeOf(int oid) {
        SqlType type = Types.byOid(oid);
        if (type == null) {
            throw new InternalException(SqlState.DATA_CORRUPTED, "catalog row names unknown type " + oid);
        }
        return type;
    }

    private static void writeOptions(DataOutputStream out, Map<String, String> options) throws IOException {
        out.writeInt(options.size());
        for (Map.Entry<String, String> option : options.entrySet()) {
            writeString(out, option.getKey());
            writeString(out, option.getValue());
        }
    }

    private static Map<String, String> readOptions(DataInputStream in) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            options.put(readString(in), readString(in));
        }
        return options;
    }

    private static void writeValue(DataOutputStream out, @Nullable StoredValue value) throws IOException {
        if (value == null) {
            out.writeInt(-1);
        } else {
            out.writeInt(value.bytes().length);
            out.write(value.bytes());
        }
    }

    private static @Nullable StoredValue readValue(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : new StoredValue(in.readNBytes(length));
    }

    private static void writeInts(DataOutputStream out, List<Integer> values) throws IOException {
        out.writeInt(values.size());
        for (int value : values) {
            out.writeInt(value);
        }
    }

    private static List<Integer> readInts(DataInputStream in) throws IOException {
        List<Integer> values = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            values.add(in.readInt());
        }
        return values;
    }

    static void writeString(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    static void writeNullable(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
        } else {
            writeString(out, text);
        }
    }

    static String readString(DataInputStream in) throws IOException {
        String text = readNullable(in);
        if (text == null) {
            throw new IOException("null where a string is required");
        }
        return text;
    }

    static @Nullable String readNullable(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : new String(in.readNBytes(length), java.nio.charset.StandardCharsets.UTF_8);
    }
}
