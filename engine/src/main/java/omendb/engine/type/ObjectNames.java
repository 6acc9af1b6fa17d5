package omendb.engine.type;

import org.jspecify.annotations.Nullable;

/// Names of catalog objects for the oid alias types (regclass, regtype, regproc, regnamespace); the catalog implements
/// it.
///
/// Names come and go as SQL text: quoted and schema-qualified as far as needed.
public interface ObjectNames {
    /// A resolver that knows built-in types only.
    ObjectNames NONE = new ObjectNames() {
        @Override
        public long relationOid(String name) {
            return 0;
        }

        @Override
        public @Nullable String relationName(long oid) {
            return null;
        }

        @Override
        public long procedureOid(String name) {
            return 0;
        }

        @Override
        public @Nullable String procedureName(long oid) {
            return null;
        }

        @Override
        public long namespaceOid(String name) {
            return 0;
        }

        @Override
        public @Nullable String namespaceName(long oid) {
            return null;
        }
    };

    /// Oid of the relation that `name` (search path applies) means; 0 = none.
    long relationOid(String name);

    @Nullable
    String relationName(long oid);

    long procedureOid(String name);

    @Nullable
    String procedureName(long oid);

    long namespaceOid(String name);

    @Nullable
    String namespaceName(long oid);

    /// Oid of a type by SQL name; the default knows the built-in types. 0 = none.
    default long typeOid(String name) {
        SqlType type = Types.parse(name);
        return type == null ? 0 : type.oid();
    }

    default long roleOid(String name) {
        return 0;
    }

    default @Nullable String roleName(long oid) {
        return null;
    }

    default @Nullable String typeName(long oid) {
        SqlType type = Types.byOid((int) oid);
        return type == null ? null : type.format(-1);
    }
}
