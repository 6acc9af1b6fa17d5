package omendb.engine.type;

import java.util.function.BiFunction;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// regclass, regtype, regproc, regnamespace, ...: oids that are written as names; a number and `-` (0) are taken too.
final class OidAliasIo implements TypeIo {
    /// What the oid names.
    enum Kind {
        RELATION(SqlState.UNDEFINED_TABLE, "relation"),
        TYPE(SqlState.UNDEFINED_OBJECT, "type"),
        PROCEDURE(SqlState.UNDEFINED_FUNCTION, "function"),
        NAMESPACE(SqlState.INVALID_SCHEMA_NAME, "schema"),
        ROLE(SqlState.UNDEFINED_OBJECT, "role"),
        TEXT_SEARCH_CONFIGURATION(SqlState.UNDEFINED_OBJECT, "text search configuration"),
        TEXT_SEARCH_DICTIONARY(SqlState.UNDEFINED_OBJECT, "text search dictionary");

        private final SqlState missing;
        private final String noun;

        Kind(SqlState missing, String noun) {
            this.missing = missing;
            this.noun = noun;
        }

        private long lookUp(ObjectNames names, String name) {
            return switch (this) {
                case RELATION -> names.relationOid(name);
                case TYPE -> names.typeOid(name);
                case PROCEDURE -> names.procedureOid(name);
                case NAMESPACE -> names.namespaceOid(name);
                case ROLE -> names.roleOid(name);
                case TEXT_SEARCH_CONFIGURATION -> TextSearchNames.configuration(name);
                case TEXT_SEARCH_DICTIONARY -> TextSearchNames.dictionary(name);
            };
        }

        private BiFunction<ObjectNames, Long, @Nullable String> namer() {
            return switch (this) {
                case RELATION -> ObjectNames::relationName;
                case TYPE -> ObjectNames::typeName;
                case PROCEDURE -> ObjectNames::procedureName;
                case NAMESPACE -> ObjectNames::namespaceName;
                case ROLE -> ObjectNames::roleName;
                case TEXT_SEARCH_CONFIGURATION -> (_, oid) -> TextSearchNames.configurationName(oid);
                case TEXT_SEARCH_DICTIONARY -> (_, oid) -> TextSearchNames.dictionaryName(oid);
            };
        }
    }

    private final Kind kind;
    private final IntegerIo integers;

    OidAliasIo(Kind kind) {
        this.kind = kind;
        this.integers = IntegerIo.unsigned("oid");
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        String name = TextBytes.toString(address, length).strip();
        if (name.equals("-")) {
            out.setLong(row, 0);
        } else if (!name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            integers.parse(context, address, length, typmod, out, row);
        } else {
            long oid = kind.lookUp(context.objectNames(), name);
            if (oid == 0) {
                throw new UserException(kind.missing, kind.noun + " \"" + name + "\" does not exist");
            }
            out.setLong(row, oid);
        }
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long oid = in.getLong(row);
        if (oid == 0) {
            out.writeByte('-');
            return;
        }
        String name = kind.namer().apply(context.objectNames(), oid);
        if (name == null) {
            IntegerIo.printLong(oid, out);
        } else {
            out.writeUtf8(name);
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TypeErrors.checkLength(length, 4);
        out.setLong(row, Integer.reverseBytes(NativeMemory.getInt(address)) & 0xffff_ffffL);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeInt((int) in.getLong(row));
    }
}
