package omendb.engine.type;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An SQL/JSON path as a tree. A stored jsonpath is its text as [JsonPathText] writes it, in UTF-8.
///
/// @param strict whether structural errors count; else "lax": arrays are wrapped and unwrapped as needed
public record JsonPath(boolean strict, Node root) {
    /// An expression or a predicate.
    public sealed interface Node {}

    /// `$`
    public record Root() implements Node {}

    /// `@`
    public record Current() implements Node {}

    /// `last` in a subscript.
    public record Last() implements Node {}

    /// `$name`
    public record Variable(String name) implements Node {}

    /// A scalar.
    public record Literal(Json value) implements Node {}

    /// What follows from a node by accessors, one or more.
    public record Chain(Node base, List<Accessor> accessors) implements Node {}

    /// @param minus else plus
    public record Sign(boolean minus, Node operand) implements Node {}

    /// @param operator `+ - * / %`
    public record Arithmetic(char operator, Node left, Node right) implements Node {}

    public record And(Node left, Node right) implements Node {}

    public record Or(Node left, Node right) implements Node {}

    public record Not(Node operand) implements Node {}

    /// @param operator `== != < <= > >=`
    public record Comparison(String operator, Node left, Node right) implements Node {}

    public record Exists(Node operand) implements Node {}

    public record IsUnknown(Node operand) implements Node {}

    public record StartsWith(Node whole, Node beginning) implements Node {}

    /// @param flags of `i s m q`, in this order
    public record LikeRegex(Node text, String pattern, String flags) implements Node {}

    /// One step from an item.
    public sealed interface Accessor {}

    /// `.name`
    public record Key(String name) implements Accessor {}

    /// `.*`
    public record AnyKey() implements Accessor {}

    /// `[*]`
    public record AnyElement() implements Accessor {}

    /// `[1, 2 to last]`
    public record Elements(List<Subscript> subscripts) implements Accessor {}

    /// @param to null = `from` alone
    public record Subscript(Node from, @Nullable Node to) {}

    /// `.**{first to last}`
    public record AnyLevel(long first, long last) implements Accessor {
        /// `last` as a level.
        public static final long LAST = 0xffff_ffffL;
    }

    /// `? (predicate)`
    public record Filter(Node predicate) implements Accessor {}

    /// `.name(argument)`
    public record Method(Function function, @Nullable String argument) implements Accessor {}

    /// Item methods.
    public enum Function {
        TYPE,
        SIZE,
        ABS,
        FLOOR,
        CEILING,
        DOUBLE,
        DATETIME,
        KEYVALUE
    }

    /// Whether a node is true, false or unknown.
    public static boolean isPredicate(Node node) {
        return switch (node) {
            case And _, Or _, Not _, Comparison _, Exists _, IsUnknown _, StartsWith _, LikeRegex _ -> true;
            default -> false;
        };
    }

    public static JsonPath parse(String text) {
        return new JsonPathParser(text).parse();
    }

    /// Reads a stored value.
    public static JsonPath read(ColumnVector in, int row) {
        return parse(in.getString(row));
    }
}
