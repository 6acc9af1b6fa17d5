package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Expr;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// Finds the type that a written type name means.
public final class TypeResolver {
    private final List<String> searchPath;

    public TypeResolver(List<String> searchPath) {
        this.searchPath = List.copyOf(searchPath);
    }

    /// A type with its modifier.
    public record TypeUse(SqlType type, int typmod) {}

    /// The type of that name; 42704 if there is none.
    public TypeUse resolve(TypeName name) {
        SqlType base = lookup(name.names());
        if (base == null) {
            throw new UserException(
                            SqlState.UNDEFINED_OBJECT,
                            "type \"" + String.join(".", name.names()) + (name.isArray() ? "[]" : "")
                                    + "\" does not exist")
                    .withPosition(name.position());
        }
        int typmod = -1;
        if (!name.modifiers().isEmpty()) {
            typmod = typmodOf(base, name);
        }
        if (!name.isArray()) {
            return new TypeUse(base, typmod);
        }
        SqlType array = base.isArray() ? base : base.arrayType();
        if (array == null) {
            throw new UserException(
                            SqlState.UNDEFINED_OBJECT, "could not find array type for data type " + base.format(-1))
                    .withPosition(name.position());
        }
        return new TypeUse(array, typmod);
    }

    /// The type, or null; for function-style casts and `to_regtype`.
    @Nullable
    SqlType lookup(List<String> names) {
        SqlType type = Types.byName(names.getLast());
        if (type == null) {
            return null;
        }
        if (names.size() > 1) {
            return names.get(names.size() - 2).equals(type.schema()) ? type : null;
        }
        return type.schema().equals("pg_catalog") || searchPath.contains(type.schema()) ? type : null;
    }

    private static int typmodOf(SqlType type, TypeName name) {
        List<String> texts = new ArrayList<>();
        for (Expr modifier : name.modifiers()) {
            texts.add(
                    switch (modifier) {
                        case Expr.Literal literal -> literal.value();
                        case Expr.ColumnRef column when column.names().size() == 1 -> column.name();
                        default ->
                            throw new UserException(
                                            SqlState.SYNTAX_ERROR,
                                            "type modifiers must be simple constants or identifiers")
                                    .withPosition(name.position());
                    });
        }
        try {
            return type.typmodOf(texts);
        } catch (OmenException e) {
            throw e.withPosition(name.position());
        }
    }
}
