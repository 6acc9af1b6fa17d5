package omendb.sql.function;

import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// A cast: a row of pg_cast (where PostgreSQL converts through text input/output there is none; see
/// [FunctionRegistry#cast]).
///
/// @param source   equal to `target` for a length coercion
/// @param function null: binary-coercible, the value is taken as it is. Takes (value), (value, typmod int4) or
///                 (value, typmod int4, isExplicit bool)
public record CastDef(
        int oid,
        SqlType source,
        SqlType target,
        Context context,
        @Nullable FunctionDef function) {
    /// pg_cast.castcontext: where the cast may be applied unasked.
    public enum Context {
        IMPLICIT('i'),
        ASSIGNMENT('a'),
        EXPLICIT('e');

        private final char code;

        Context(char code) {
            this.code = code;
        }

        public char code() {
            return code;
        }

        /// Whether a cast of this context may be used where `wanted` is.
        public boolean allows(Context wanted) {
            return compareTo(wanted) <= 0;
        }
    }

    public boolean isBinaryCoercible() {
        return function == null;
    }

    /// Whether the function wants the target's typmod as second argument.
    public boolean takesTypmod() {
        return function != null && function.argTypes().size() > 1;
    }

    /// Whether the function wants a third argument: is the cast explicit?
    public boolean takesExplicit() {
        return function != null && function.argTypes().size() > 2;
    }
}
