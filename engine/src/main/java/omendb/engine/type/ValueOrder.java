package omendb.engine.type;

/// Order, hash and index key of a type's values, given as raw lanes: the LONG value, the double's bits, or for BYTES
/// the
/// address (with its length). NULLs are the caller's business. Threading: stateless.
interface ValueOrder {
    /// The type's btree order.
    int compare(long a, int lengthA, long b, int lengthB);

    default boolean equal(long a, int lengthA, long b, int lengthB) {
        return compare(a, lengthA, b, lengthB) == 0;
    }

    /// Equal values have equal hashes.
    long hash(long a, int length);

    /// Appends a memcomparable key: unsigned bytewise order is the type's order, and no key is a prefix of another.
    void encodeKey(long a, int length, BytesWriter out);
}
