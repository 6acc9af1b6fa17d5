package omendb.sql.ast;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Visits every node of a syntax tree.
public final class AstWalker {
    private AstWalker() {}

    /// Hands every node of type `kind` in and below `node` to `visitor`, parents first.
    public static <T> void forEach(@Nullable Object node, Class<T> kind, Consumer<T> visitor) {
        switch (node) {
            case null -> {}
            case List<?> list -> list.forEach(each -> forEach(each, kind, visitor));
            case Record tree -> {
                if (kind.isInstance(tree)) {
                    visitor.accept(kind.cast(tree));
                }
                for (RecordComponent component : tree.getClass().getRecordComponents()) {
                    forEach(value(tree, component), kind, visitor);
                }
            }
            default -> {}
        }
    }

    private static @Nullable Object value(Record tree, RecordComponent component) {
        try {
            return component.getAccessor().invoke(tree);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
