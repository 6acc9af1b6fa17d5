package omendb.sql.function;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import omendb.engine.type.Json;
import omendb.engine.type.Numeric;

/// Where a container lies inside a document in PostgreSQL's own binary form of jsonb: the `id` of `.keyvalue()`. A
/// container is a header and an entry of 4 bytes for each key and value, then their bytes; numbers and containers are
/// aligned to 4 bytes.
final class JsonbOffsets {
    private final Json wanted;
    private long found = -1;

    private JsonbOffsets(Json wanted) {
        this.wanted = wanted;
    }

    /// Bytes from the document's beginning; 0 if the container is none of the document's.
    static long of(Json document, Json container) {
        JsonbOffsets search = new JsonbOffsets(container);
        search.end(document, 0);
        return Math.max(search.found, 0);
    }

    private static long aligned(long offset) {
        return (offset + 3) & ~3L;
    }

    /// Where a value that begins at `at` ends.
    @SuppressWarnings("ReferenceEquality") // the same container, not an equal one
    private long end(Json value, long at) {
        if (value == wanted && found < 0) {
            found = aligned(at);
        }
        return switch (value) {
            case Json.NullValue() -> at;
            case Json.BooleanValue _ -> at;
            case Json.TextValue(var text) -> at + text.getBytes(StandardCharsets.UTF_8).length;
            case Json.NumberValue(var number) -> aligned(at) + numericBytes(number);
            case Json.Elements(var elements) -> values(elements, aligned(at) + 4 + 4L * elements.size());
            case Json.Members(Map<String, Json> members) -> {
                long next = aligned(at) + 4 + 8L * members.size();
                for (String key : members.keySet()) {
                    next += key.getBytes(StandardCharsets.UTF_8).length;
                }
                yield values(List.copyOf(members.values()), next);
            }
        };
    }

    private long values(Collection<Json> values, long from) {
        long at = from;
        for (Json value : values) {
            at = end(value, at);
        }
        return at;
    }

    /// A numeric with its length word: short or long header, then base-10000 digits.
    private static int numericBytes(Numeric number) {
        if (!number.isFinite()) {
            return 6;
        }
        java.math.BigDecimal value = number.decimal();
        int digits = 0;
        int weight = 0;
        if (value.signum() != 0) {
            java.math.BigDecimal stripped = value.stripTrailingZeros();
            weight = Math.floorDiv(stripped.precision() - stripped.scale() - 1, 4);
            int last = Math.floorDiv(-stripped.scale(), 4);
            digits = weight - last + 1;
        }
        boolean shortHeader = value.scale() <= 63 && weight >= -64 && weight <= 63;
        return 4 + (shortHeader ? 2 : 4) + 2 * digits;
    }
}
