package omendb.sql.parse;

/// What all texts of a shape share: the text without its literals, and the literals that are syntax. Compared by
/// identity.
///
/// A plan may be kept under it as long as settings and catalog are the same too. It must not depend on the values
/// of
/// lifted literals; their
/// kinds and whether an integer is an int4, an int8 or a numeric are part of the shape.
public final class Shape {
    private final String key;

    Shape(String key) {
        this.key = key;
    }

    /// The text with `?` for lifted literals, for people to read.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(key.length());
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == ShapeKey.LITERAL) {
                text.append('?');
                i++;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
