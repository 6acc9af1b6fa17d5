package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// One SQL type. Instances are singletons: compare with `==`.
///
/// Values travel as lanes (see [ColumnVector]):
///
/// | types | kind | value |
/// | --- | --- | --- |
/// | bool | LONG | 0, 1 |
/// | int2, int4, int8, "char" | LONG | signed |
/// | oid, xid, cid, reg* | LONG | unsigned 32 bits |
/// | date | LONG | days since 2000-01-01; Integer.MIN_VALUE / MAX_VALUE = -infinity / infinity |
/// | time | LONG | microseconds of the day |
/// | timestamp, timestamptz | LONG | microseconds since 2000-01-01 (UTC); Long.MIN_VALUE / MAX_VALUE = -infinity /
/// infinity |
/// | float4, float8 | DOUBLE | a float4 is held as the double of the same value |
/// | text, varchar, bpchar (padded), name, json, unknown, xml-like texts | BYTES | UTF-8 |
/// | bytea | BYTES | raw |
/// | uuid | BYTES | 16 bytes, big-endian |
/// | timetz | BYTES | 8 bytes microseconds, 4 bytes zone (seconds west of UTC), little-endian |
/// | vector | BYTES | float32 little-endian; dimensions = length / 4 |
/// | numeric, interval, jsonb, arrays, record | BYTES | [Numeric], [Interval], [JsonbValue], [ArrayValue],
/// [RecordValue] |
/// | tsvector, tsquery, jsonpath | BYTES | [TsVector], [TsQueryIo], [JsonPath] |
///
/// In a row a LONG or DOUBLE value takes [#storageWidth] bytes ([#readLane], [#writeLane]); BYTES values lie there as
/// they are.
public final class SqlType {
    /// How values lie in a [ColumnVector].
    public enum Kind {
        LONG,
        DOUBLE,
        BYTES
    }

    /// pg_type.typtype.
    public enum Form {
        BASE('b'),
        COMPOSITE('c'),
        DOMAIN('d'),
        ENUM('e'),
        PSEUDO('p');

        private final char code;

        Form(char code) {
            this.code = code;
        }

        public char code() {
            return code;
        }
    }

    private final int oid;
    private final String name;
    private final String schema;
    private final int typlen;
    private final Form form;
    private final char category;
    private final boolean preferred;
    private final Kind kind;
    private final int storageWidth;
    private final boolean unsigned;
    private final int arrayOid;
    private final int elementOid;
    private final TypeIo io;
    private final @Nullable ValueOrder order;

    SqlType(Definition definition) {
        this.oid = definition.oid;
        this.name = definition.name;
        this.schema = definition.schema;
        this.typlen = definition.typlen;
        this.form = definition.form;
        this.category = definition.category;
        this.preferred = definition.preferred;
        this.kind = definition.kind;
        this.storageWidth = definition.storageWidth;
        this.unsigned = definition.unsigned;
        this.arrayOid = definition.arrayOid;
        this.elementOid = definition.elementOid;
        this.io = TypeIos.of(name, elementOid);
        this.order = TypeIos.orderOf(name, kind, storageWidth, unsigned, elementOid);
    }

    /// What [Types] says of a type before it is made.
    static final class Definition {
        private final int oid;
        private final String name;
        private final int typlen;
        private final char category;
        private String schema = "pg_catalog";
        private Form form = Form.BASE;
        private boolean preferred;
        private Kind kind = Kind.BYTES;
        private int storageWidth = -1;
        private boolean unsigned;
        private int arrayOid;
        private int elementOid;

        Definition(int oid, String name, int typlen, char category) {
            this.oid = oid;
            this.name = name;
            this.typlen = typlen;
            this.category = category;
        }

        Definition schema(String schema) {
            this.schema = schema;
            return this;
        }

        Definition form(Form form) {
            this.form = form;
            return this;
        }

        Definition preferred() {
            this.preferred = true;
            return this;
        }

        Definition longs(int width) {
            this.kind = Kind.LONG;
            this.storageWidth = width;
            return this;
        }

        Definition unsigned() {
            this.unsigned = true;
            return this;
        }

        Definition doubles(int width) {
            this.kind = Kind.DOUBLE;
            this.storageWidth = width;
            return this;
        }

        Definition array(int arrayOid) {
            this.arrayOid = arrayOid;
            return this;
        }

        Definition element(int elementOid) {
            this.elementOid = elementOid;
            return this;
        }
    }

    /// pg_type.oid.
    public int oid() {
        return oid;
    }

    /// pg_type.typname, e.g. `int4`, `_int4`.
    public String name() {
        return name;
    }

    /// `pg_catalog`, or `public` for the types of extensions.
    public String schema() {
        return schema;
    }

    /// pg_type.typlen: bytes in PostgreSQL's own storage, -1 variable, -2 cstring (what RowDescription reports).
    public int typlen() {
        return typlen;
    }

    public Form form() {
        return form;
    }

    /// pg_type.typcategory, e.g. 'N' numeric, 'S' string, 'A' array.
    public char category() {
        return category;
    }

    /// pg_type.typispreferred.
    public boolean preferred() {
        return preferred;
    }

    public Kind kind() {
        return kind;
    }

    /// Bytes in a row: 1, 2, 4 or 8; -1 = variable length (kind BYTES).
    public int storageWidth() {
        return storageWidth;
    }

    public boolean isPseudo() {
        return form == Form.PSEUDO;
    }

    /// True for `_int4` and its kin and for int2vector, oidvector.
    public boolean isArray() {
        return elementOid != 0;
    }

    /// True for anyelement, anyarray, anycompatible and the like.
    public boolean isPolymorphic() {
        return form == Form.PSEUDO && name.startsWith("any") && !name.equals("any");
    }

    /// pg_type.typarray; 0 = none.
    public int arrayOid() {
        return arrayOid;
    }

    /// pg_type.typelem; 0 = not an array.
    public int elementOid() {
        return elementOid;
    }

    /// The array type over this type, or null.
    public @Nullable SqlType arrayType() {
        return Types.byOid(arrayOid);
    }

    /// The element type of an array type, or null.
    public @Nullable SqlType elementType() {
        return Types.byOid(elementOid);
    }

    public TypeIo io() {
        return io;
    }

    /// Whether the type has a btree order (can be sorted, grouped, indexed); json and the pseudo types have none.
    public boolean isOrderable() {
        return order != null;
    }

    ValueOrder order() {
        if (order == null) {
            throw new UserException(
                            SqlState.UNDEFINED_FUNCTION,
                            "could not identify an ordering operator for type " + format(-1))
                    .withHint("Use an explicit ordering operator or modify the query.");
        }
        return order;
    }

    /// Compares two non-NULL values of this type in its btree order (float: NaN is largest, numeric by value, ...).
    public int compare(ColumnVector a, int rowA, ColumnVector b, int rowB) {
        if (kind == Kind.LONG) {
            return Long.compare(a.getLong(rowA), b.getLong(rowB));
        }
        return order().compare(a.getLong(rowA), a.length(rowA), b.getLong(rowB), b.length(rowB));
    }

    /// Whether two non-NULL values of this type are equal by its `=` operator.
    public boolean equal(ColumnVector a, int rowA, ColumnVector b, int rowB) {
        if (kind == Kind.LONG) {
            return a.getLong(rowA) == b.getLong(rowB);
        }
        return order().equal(a.getLong(rowA), a.length(rowA), b.getLong(rowB), b.length(rowB));
    }

    /// Hash of a non-NULL value; equal values (1.0 and 1.00, 0.0 and -0.0) hash alike.
    public long hash(ColumnVector in, int row) {
        return order().hash(in.getLong(row), in.length(row));
    }

    /// Reads the lane of a stored LONG or DOUBLE value (`storageWidth` bytes, little-endian); a DOUBLE's lane is its
    /// bits.
    public long readLane(long address) {
        if (kind == Kind.DOUBLE) {
            return storageWidth == 4
                    ? Double.doubleToRawLongBits(NativeMemory.getFloat(address))
                    : NativeMemory.getLong(address);
        }
        return switch (storageWidth) {
            case 1 -> NativeMemory.getByte(address);
            case 2 -> NativeMemory.getShort(address);
            case 4 -> unsigned ? NativeMemory.getInt(address) & 0xffff_ffffL : NativeMemory.getInt(address);
            default -> NativeMemory.getLong(address);
        };
    }

    /// Stores the lane of a LONG or DOUBLE value.
    public void writeLane(long address, long lane) {
        if (kind == Kind.DOUBLE) {
            if (storageWidth == 4) {
                NativeMemory.putFloat(address, (float) Double.longBitsToDouble(lane));
            } else {
                NativeMemory.putLong(address, lane);
            }
            return;
        }
        switch (storageWidth) {
            case 1 -> NativeMemory.putByte(address, (byte) lane);
            case 2 -> NativeMemory.putShort(address, (short) lane);
            case 4 -> NativeMemory.putInt(address, (int) lane);
            default -> NativeMemory.putLong(address, lane);
        }
    }

    /// SQL name with its modifier as `format_type` prints it: `numeric(10,2)`, `timestamp(3) with time zone`,
    /// `integer[]`.
    public String format(int typmod) {
        return TypeNames.format(this, typmod);
    }

    /// The typmod that written modifiers mean, e.g. `varchar(10)` has one, "10"; errors as PostgreSQL's typmodin.
    public int typmodOf(java.util.List<String> modifiers) {
        return TypeNames.typmodOf(this, modifiers);
    }

    @Override
    public String toString() {
        return name;
    }
}
