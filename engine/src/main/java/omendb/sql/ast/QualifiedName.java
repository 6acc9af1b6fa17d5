package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A name of one to three parts: `name`, `schema.name`, `catalog.schema.name`; parts are folded and truncated
/// already.
public record QualifiedName(List<String> parts, int position) {

    public static QualifiedName of(String... parts) {
        return new QualifiedName(List.of(parts), 0);
    }

    /// The last part.
    public String name() {
        return parts.getLast();
    }

    /// The part before the last, or null.
    public @Nullable String schema() {
        return parts.size() < 2 ? null : parts.get(parts.size() - 2);
    }

    /// The first of three parts, or null.
    public @Nullable String catalog() {
        return parts.size() < 3 ? null : parts.get(parts.size() - 3);
    }

    /// Parts with dots between them and no quotes: the form of PostgreSQL's messages.
    @Override
    public String toString() {
        return String.join(".", parts);
    }
}
