package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import omendb.sql.function.CastDef;
import omendb.sql.function.CastDef.Context;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.plan.Datum;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalar.CallForm;
import org.jspecify.annotations.Nullable;

/// How a value of one type becomes a value of another: PostgreSQL's coercion rules (parse_coerce in its
/// sources,
/// chapter 10 of its manual).
final class Coercions {
    private final FunctionRegistry registry;
    private final BindEnvironment environment;
    private final ParameterTypes parameters;
    private final FieldFactory fields;

    Coercions(BindEnvironment environment, ParameterTypes parameters, FieldFactory fields) {
        this.registry = environment.functions();
        this.environment = environment;
        this.parameters = parameters;
        this.fields = fields;
    }

    /// The way from one type to another.
    private sealed interface Pathway {
        record Same() implements Pathway {}

        record ByCast(CastDef cast) implements Pathway {}

        record ByText() implements Pathway {}

        record ByElement(SqlType source, SqlType target) implements Pathway {}
    }

    private @Nullable Pathway pathway(SqlType source, SqlType target, Context context) {
        if (source == target) {
            return new Pathway.Same();
        }
        CastDef cast = registry.cast(source, target);
        if (cast != null) {
            return cast.context().allows(context) ? new Pathway.ByCast(cast) : null;
        }
        SqlType sourceElement = source.elementType();
        SqlType targetElement = target.elementType();
        if (sourceElement != null && targetElement != null && source.isArray() && isTrueArray(target)) {
            return pathway(sourceElement, targetElement, context) == null
                    ? null
                    : new Pathway.ByElement(sourceElement, targetElement);
        }
        if (source.isPseudo() || target.isPseudo()) {
            return null;
        }
        if (Context.ASSIGNMENT.allows(context) && target.category() == 'S') {
            return new Pathway.ByText();
        }
        if (context == Context.EXPLICIT && source.category() == 'S') {
            return new Pathway.ByText();
        }
        return null;
    }

    private static boolean isTrueArray(SqlType type) {
        return type.isArray() && type != Types.INT2VECTOR && type != Types.OIDVECTOR;
    }

    /// Whether a value of `source` can become `target` in this context. Polymorphic targets take everything;
    /// their
    /// consistency is
    /// [Polymorphism]'s.
    boolean canCoerce(SqlType source, SqlType target, Context context) {
        if (source == target || source == Types.UNKNOWN || target == Types.ANY) {
            return true;
        }
        if (target.isPolymorphic()) {
            return Polymorphism.accepts(target, source);
        }
        if (target == Types.CSTRING) {
            return false;
        }
        return pathway(source, target, context) != null;
    }

    boolean isBinaryCoercible(SqlType source, SqlType target) {
        if (source == target) {
            return true;
        }
        CastDef cast = registry.cast(source, target);
        return cast != null && cast.isBinaryCoercible() && cast.context() == Context.IMPLICIT;
    }

    /// Coerces to a type and modifier, or returns null if there is no way.
    @Nullable
    Scalar coerce(Scalar value, SqlType target, int typmod, Context context, int position) {
        if (!canCoerce(value.type(), target, context)) {
            return null;
        }
        return applyTypmod(coerceType(value, target, typmod, context, position), target, typmod, context);
    }

    /// Coerces for an implicit conversion that resolution has already allowed; arguments of functions,
    /// branches of
    /// CASE.
    Scalar implicit(Scalar value, SqlType target, int position) {
        Scalar coerced = coerce(value, target, -1, Context.IMPLICIT, position);
        if (coerced == null) {
            throw cannotCast(value.type(), target, position);
        }
        return coerced;
    }

    static OmenException cannotCast(SqlType source, SqlType target, int position) {
        return new UserException(
                        SqlState.CANNOT_COERCE, "cannot cast type " + source.format(-1) + " to " + target.format(-1))
                .withPosition(position);
    }

    /// Coerces without looking at the target's modifier.
    private Scalar coerceType(Scalar value, SqlType target, int typmod, Context context, int position) {
        SqlType source = value.type();
        if (source == target || target == Types.ANY) {
            return value;
        }
        if (target.isPolymorphic()) {
            return source == Types.UNKNOWN ? coerceType(value, Types.TEXT, -1, context, position) : value;
        }
        if (source == Types.UNKNOWN) {
            return switch (value) {
                case Scalar.Constant constant ->
                    readLiteral(constant, target, target == Types.INTERVAL ? typmod : -1, position);
                case Scalar.Parameter parameter -> settleParameter(parameter, target, position);
                default -> new Scalar.CoerceViaText(value, target, -1, context == Context.EXPLICIT);
            };
        }
        if (value instanceof Scalar.Constant constant && constant.isNull()) {
            return Scalar.Constant.ofNull(target);
        }
        boolean explicit = context == Context.EXPLICIT;
        return switch (pathway(source, target, context)) {
            case null -> throw cannotCast(source, target, position);
            case Pathway.Same() -> value;
            case Pathway.ByCast(var cast) -> byCast(cast, value, target, typmod, explicit);
            case Pathway.ByText() -> new Scalar.CoerceViaText(value, target, -1, explicit);
            case Pathway.ByElement(var from, var to) -> {
                Field element = fields.create("element", from, -1);
                Scalar each = coerce(new Scalar.Column(element), to, typmod, context, position);
                if (each == null) {
                    throw cannotCast(source, target, position);
                }
                yield each instanceof Scalar.Relabel
                        ? new Scalar.Relabel(value, target, typmod, explicit)
                        : new Scalar.ArrayCoerce(value, each, element, target, typmod);
            }
        };
    }

    private Scalar byCast(CastDef cast, Scalar value, SqlType target, int typmod, boolean explicit) {
        if (cast.function() == null) {
            return new Scalar.Relabel(value, target, -1, explicit);
        }
        return castCall(cast, value, target, cast.takesTypmod() ? typmod : -1, explicit);
    }

    private static Scalar castCall(CastDef cast, Scalar value, SqlType target, int typmod, boolean explicit) {
        List<Scalar> args = new ArrayList<>();
        args.add(value);
        if (cast.takesTypmod()) {
            args.add(new Scalar.Constant(Types.INT4, -1, Datum.ofLong(typmod)));
        }
        if (cast.takesExplicit()) {
            args.add(Scalar.Constant.ofBoolean(explicit));
        }
        CallForm form = explicit ? CallForm.EXPLICIT_CAST : CallForm.IMPLICIT_CAST;
        return new Scalar.Call(
                java.util.Objects.requireNonNull(cast.function()), target.name(), form, args, target, typmod);
    }

    /// Makes the value obey the modifier: `varchar(3)`, `numeric(10,2)`, `vector(3)`.
    private Scalar applyTypmod(Scalar value, SqlType target, int typmod, Context context) {
        if (typmod < 0 || value.typmod() == typmod) {
            return value;
        }
        boolean explicit = context == Context.EXPLICIT;
        SqlType element = target.elementType();
        if (element != null && isTrueArray(target)) {
            if (registry.cast(element, element) == null) {
                return value;
            }
            Field input = fields.create("element", element, -1);
            return new Scalar.ArrayCoerce(
                    value, applyTypmod(new Scalar.Column(input), element, typmod, context), input, target, typmod);
        }
        CastDef length = registry.cast(target, target);
        if (length == null || length.function() == null) {
            return new Scalar.Relabel(value, target, typmod, explicit);
        }
        return castCall(length, value, target, typmod, explicit);
    }

    private Scalar settleParameter(Scalar.Parameter parameter, SqlType target, int position) {
        try {
            parameters.settle(parameter.number(), target);
        } catch (OmenException e) {
            throw e.withPosition(position);
        }
        return new Scalar.Parameter(parameter.number(), target);
    }

    /// Reads an untyped literal as a value of a type, now: errors come at its position.
    Scalar.Constant readLiteral(Scalar.Constant literal, SqlType target, int typmod, int position) {
        if (literal.isNull()) {
            return new Scalar.Constant(target, typmod, Datum.NULL);
        }
        if (target == Types.UNKNOWN) {
            return literal;
        }
        try (ValueArena arena = new ValueArena();
                ColumnVector vector = ColumnVector.allocate(target, arena)) {
            target.io().parse(environment.types(), literal.value().asText(), typmod, vector, 0);
            return new Scalar.Constant(target, typmod, Datum.load(vector, 0));
        } catch (OmenException e) {
            throw e.withPosition(position);
        }
    }

    /// The type that all of several values become: CASE, COALESCE, UNION, VALUES, ARRAY[].
    ///
    /// @param construct names the construct in errors: `CASE`, `UNION`
    SqlType commonType(List<SqlType> types, String construct, int position) {
        SqlType chosen = types.getFirst();
        for (SqlType type : types.subList(1, types.size())) {
            if (type == Types.UNKNOWN || type == chosen) {
                continue;
            }
            if (chosen == Types.UNKNOWN) {
                chosen = type;
            } else if (type.category() != chosen.category()) {
                throw new UserException(
                                SqlState.DATATYPE_MISMATCH,
                                construct + " types " + chosen.format(-1) + " and " + type.format(-1)
                                        + " cannot be matched")
                        .withPosition(position);
            } else if (!chosen.preferred()
                    && canCoerce(chosen, type, Context.IMPLICIT)
                    && !canCoerce(type, chosen, Context.IMPLICIT)) {
                chosen = type;
            }
        }
        return chosen == Types.UNKNOWN ? Types.TEXT : chosen;
    }

    /// Coerces a member of a construct to the common type.
    Scalar toCommon(Scalar value, SqlType target, String construct, int position) {
        Scalar coerced = coerce(value, target, -1, Context.IMPLICIT, position);
        if (coerced == null) {
            throw new UserException(
                            SqlState.CANNOT_COERCE,
                            construct + " could not convert type "
                                    + value.type().format(-1) + " to " + target.format(-1))
                    .withPosition(position);
        }
        return coerced;
    }

    /// An argument that must be boolean.
    Scalar toBoolean(Scalar value, String construct, int position) {
        if (value.type() == Types.BOOL) {
            return value;
        }
        Scalar coerced = coerce(value, Types.BOOL, -1, Context.ASSIGNMENT, position);
        if (coerced == null) {
            throw new UserException(
                            SqlState.DATATYPE_MISMATCH,
                            "argument of " + construct + " must be type boolean, not type "
                                    + value.type().format(-1))
                    .withPosition(position);
        }
        return coerced;
    }

    /// An untyped literal or parameter that nothing gives a type: text.
    Scalar resolveUnknown(Scalar value, int position) {
        return value.type() == Types.UNKNOWN ? coerceType(value, Types.TEXT, -1, Context.IMPLICIT, position) : value;
    }
}
