package omendb.engine.type;

import java.util.Locale;
import omendb.engine.type.SqlType.Kind;
import org.jspecify.annotations.Nullable;

/// Which input/output and which order belongs to which type.
final class TypeIos {
    private TypeIos() {}

    static TypeIo of(String name, int elementOid) {
        if (elementOid != 0) {
            boolean plainNumbers = name.equals("int2vector") || name.equals("oidvector");
            return plainNumbers ? new ShortVectorIo(elementOid) : new ArrayIo(elementOid);
        }
        return switch (name) {
            case "bool" -> new BooleanIo();
            case "int2" -> IntegerIo.signed("smallint", 2);
            case "int4" -> IntegerIo.signed("integer", 4);
            case "int8" -> IntegerIo.signed("bigint", 8);
            case "oid", "xid", "cid", "regoper" -> IntegerIo.unsigned(name);
            case "regproc", "regprocedure" -> new OidAliasIo(OidAliasIo.Kind.PROCEDURE);
            case "regclass" -> new OidAliasIo(OidAliasIo.Kind.RELATION);
            case "regtype" -> new OidAliasIo(OidAliasIo.Kind.TYPE);
            case "regnamespace" -> new OidAliasIo(OidAliasIo.Kind.NAMESPACE);
            case "regrole" -> new OidAliasIo(OidAliasIo.Kind.ROLE);
            case "regconfig" -> new OidAliasIo(OidAliasIo.Kind.TEXT_SEARCH_CONFIGURATION);
            case "regdictionary" -> new OidAliasIo(OidAliasIo.Kind.TEXT_SEARCH_DICTIONARY);
            case "tsvector" -> new TsVectorIo();
            case "tsquery" -> new TsQueryIo();
            case "float4" -> FloatIo.float4();
            case "float8" -> FloatIo.float8();
            case "numeric" -> new NumericIo();
            case "varchar" -> TextIo.varchar();
            case "bpchar" -> TextIo.bpchar();
            case "name" -> TextIo.name();
            case "text", "unknown", "cstring", "pg_node_tree", "aclitem" -> TextIo.plain();
            case "char" -> new CharIo();
            case "bytea" -> new ByteaIo();
            case "uuid" -> new UuidIo();
            case "bit" -> new BitIo(false);
            case "varbit" -> new BitIo(true);
            case "date" -> DateTimeIo.date();
            case "time" -> DateTimeIo.time();
            case "timetz" -> DateTimeIo.timetz();
            case "timestamp" -> DateTimeIo.timestamp();
            case "timestamptz" -> DateTimeIo.timestamptz();
            case "interval" -> new IntervalIo();
            case "json" -> JsonIo.json();
            case "jsonb" -> JsonIo.jsonb();
            case "jsonpath" -> new JsonPathIo();
            case "vector" -> new VectorIo();
            case "halfvec" -> new HalfvecIo();
            case "sparsevec" -> new SparsevecIo();
            case "record" -> new RecordIo();
            default -> new PseudoIo(name.toLowerCase(Locale.ROOT));
        };
    }

    /// Null for types without a btree order.
    static @Nullable ValueOrder orderOf(String name, Kind kind, int width, boolean unsigned, int elementOid) {
        if (elementOid != 0) {
            return new ArrayOrder();
        }
        if (kind == Kind.LONG) {
            return ValueOrders.integers(width, unsigned);
        }
        if (kind == Kind.DOUBLE) {
            return ValueOrders.floats(width);
        }
        return switch (name) {
            case "text", "varchar", "name", "bytea", "unknown", "pg_node_tree", "cstring", "aclitem" ->
                new ValueOrders.Bytes();
            case "bpchar" -> new ValueOrders.PaddedText();
            case "uuid" -> new ValueOrders.FixedBytes();
            case "numeric" -> new NumericOrder();
            case "interval" -> new IntervalOrder();
            case "timetz" -> new TimetzOrder();
            case "jsonb" -> new JsonbOrder();
            case "tsvector" -> new TsVector.Order();
            case "tsquery" -> new TsQuery.Order();
            case "vector" -> new ValueOrders.Floats();
            case "halfvec" -> new ValueOrders.Halves();
            case "sparsevec" -> new SparseVector.Order();
            case "bit", "varbit" -> new BitString.Order();
            case "record" -> new RecordOrder();
            default -> null;
        };
    }
}
