package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Adds rows to a registry, one call a row.
///
/// Signatures are written `name(type, type) result` with pg_type names; `variadic type` marks a variadic last argument,
/// `name type` an argument that can be named in a call, `type = default` a default, `setof type` a set. A function is
/// strict if its body is a [StrictBody].
///
///     r.immutable("ascii(text) int4", Rows.strict(...));
///     r.operator("+", r.immutable("int4pl(int4, int4) int4", ...));
public final class Registrar {
    private static final Map<String, String> COMMUTATORS = Map.ofEntries(
            Map.entry("=", "="),
            Map.entry("<>", "<>"),
            Map.entry("<", ">"),
            Map.entry(">", "<"),
            Map.entry("<=", ">="),
            Map.entry(">=", "<="),
            Map.entry("+", "+"),
            Map.entry("*", "*"),
            Map.entry("&", "&"),
            Map.entry("|", "|"),
            Map.entry("#", "#"),
            Map.entry("@>", "<@"),
            Map.entry("<@", "@>"),
            Map.entry("&&", "&&"),
            Map.entry("<->", "<->"),
            Map.entry("<#>", "<#>"),
            Map.entry("<=>", "<=>"),
            Map.entry("<+>", "<+>"),
            Map.entry("<~>", "<~>"),
            Map.entry("<%>", "<%>"));
    private static final Map<String, String> NEGATORS = Map.ofEntries(
            Map.entry("=", "<>"),
            Map.entry("<>", "="),
            Map.entry("<", ">="),
            Map.entry(">=", "<"),
            Map.entry(">", "<="),
            Map.entry("<=", ">"),
            Map.entry("~~", "!~~"),
            Map.entry("!~~", "~~"),
            Map.entry("~~*", "!~~*"),
            Map.entry("!~~*", "~~*"),
            Map.entry("~", "!~"),
            Map.entry("!~", "~"),
            Map.entry("~*", "!~*"),
            Map.entry("!~*", "~*"));

    private final FunctionRegistry.Builder builder;
    private final String schema;

    /// A registrar for functions of `schema`.
    public Registrar(FunctionRegistry.Builder builder, String schema) {
        this.builder = builder;
        this.schema = schema;
    }

    public FunctionDef immutable(String signature, BatchFunction body) {
        return scalar(signature, Volatility.IMMUTABLE, body);
    }

    /// One value within a statement: depends on settings or the catalog.
    public FunctionDef stable(String signature, BatchFunction body) {
        return scalar(signature, Volatility.STABLE, body);
    }

    public FunctionDef changing(String signature, BatchFunction body) {
        return scalar(signature, Volatility.VOLATILE, body);
    }

    private FunctionDef scalar(String signature, Volatility volatility, BatchFunction body) {
        Signature parsed = Signature.parse(signature);
        return add(parsed, body instanceof StrictBody, volatility, body, null, List.of());
    }

    /// A set-returning function with one column of the result type, or the named columns. Strict: with a NULL
    /// argument the set is empty and the body is not asked.
    public FunctionDef set(String signature, Volatility volatility, SetFunction body, FunctionDef.Column... columns) {
        return add(Signature.parse(signature), true, volatility, null, body, List.of(columns));
    }

    /// [#set] that is called with NULL arguments too.
    public FunctionDef lenientSet(String signature, Volatility volatility, SetFunction body) {
        return add(Signature.parse(signature), false, volatility, null, body, List.of());
    }

    private FunctionDef add(
            Signature signature,
            boolean strict,
            Volatility volatility,
            @Nullable BatchFunction body,
            @Nullable SetFunction setBody,
            List<FunctionDef.Column> columns) {
        FunctionDef function = new FunctionDef(
                builder.oids().of(signature.key()),
                schema,
                signature.name(),
                signature.argTypes(),
                signature.resultType(),
                signature.variadicElement(),
                signature.argNames(),
                signature.defaultTexts(),
                strict,
                volatility,
                body,
                setBody,
                columns);
        builder.add(function);
        return function;
    }

    /// An operator over a function of two arguments, or of one (prefix).
    public void operator(String name, FunctionDef function) {
        List<SqlType> args = function.argTypes();
        SqlType left = args.size() == 2 ? args.getFirst() : null;
        SqlType right = args.getLast();
        String key = "operator " + name + "(" + (left == null ? "" : left.name() + ",") + right.name() + ")";
        boolean binary = left != null;
        builder.add(new OperatorDef(
                builder.oids().of(key),
                schema,
                name,
                left,
                right,
                function.resultType(),
                function,
                binary ? COMMUTATORS.get(name) : null,
                binary ? NEGATORS.get(name) : null));
    }

    /// A cast by a function; `function` null = the value is taken as it is.
    public void cast(SqlType source, SqlType target, CastDef.Context context, @Nullable FunctionDef function) {
        String key = "cast(" + source.name() + "," + target.name() + ")";
        builder.add(new CastDef(builder.oids().of(key), source, target, context, function));
    }

    /// A cast from the function's first argument type to its result type.
    public void cast(CastDef.Context context, FunctionDef function) {
        cast(function.argTypes().getFirst(), function.resultType(), context, function);
    }

    public AggregateDef aggregate(String signature, AggregateDef.Factory factory) {
        return aggregate(signature, AggregateDef.Kind.NORMAL, 0, factory);
    }

    /// An aggregate with WITHIN GROUP; the first `direct` arguments stand before it.
    public AggregateDef orderedSet(String signature, int direct, AggregateDef.Factory factory) {
        return aggregate(signature, AggregateDef.Kind.ORDERED_SET, direct, factory);
    }

    /// An aggregate that asks where its arguments would stand WITHIN GROUP.
    public AggregateDef hypotheticalSet(String signature, AggregateDef.Factory factory) {
        return aggregate(signature, AggregateDef.Kind.HYPOTHETICAL_SET, 1, factory);
    }

    private AggregateDef aggregate(String signature, AggregateDef.Kind kind, int direct, AggregateDef.Factory factory) {
        Signature parsed = Signature.parse(signature);
        AggregateDef aggregate = new AggregateDef(
                builder.oids().of(parsed.key()),
                schema,
                parsed.name(),
                parsed.argTypes(),
                parsed.variadicElement() != null,
                parsed.resultType(),
                kind,
                direct,
                factory);
        builder.add(aggregate);
        return aggregate;
    }

    /// A written signature taken apart.
    private record Signature(
            String name,
            List<SqlType> argTypes,
            @Nullable SqlType variadicElement,
            List<String> argNames,
            List<String> defaultTexts,
            SqlType resultType) {

        static Signature parse(String text) {
            int open = text.indexOf('(');
            int close = text.lastIndexOf(')');
            List<SqlType> types = new ArrayList<>();
            List<String> names = new ArrayList<>();
            List<String> defaults = new ArrayList<>();
            SqlType variadic = null;
            String inner = text.substring(open + 1, close).strip();
            for (String part : inner.isEmpty() ? new String[0] : inner.split(",")) {
                String argument = part.strip();
                int equals = argument.indexOf('=');
                if (equals > 0) {
                    defaults.add(argument.substring(equals + 1).strip());
                    argument = argument.substring(0, equals).strip();
                }
                if (argument.startsWith("variadic ")) {
                    SqlType type = type(argument.substring(9).strip());
                    SqlType element = type.elementType();
                    variadic = type == Types.ANY
                            ? Types.ANY
                            : type == Types.ANYARRAY ? Types.ANYELEMENT : element == null ? Types.ANY : element;
                    types.add(type);
                } else {
                    int blank = argument.indexOf(' ');
                    if (blank > 0) {
                        names.add(argument.substring(0, blank));
                    }
                    types.add(type(argument.substring(blank + 1)));
                }
            }
            String result = text.substring(close + 1).strip();
            String resultName =
                    result.startsWith("setof ") ? result.substring(6).strip() : result;
            return new Signature(text.substring(0, open).strip(), types, variadic, names, defaults, type(resultName));
        }

        private static SqlType type(String name) {
            SqlType type = Types.byName(name);
            if (type == null) {
                throw new IllegalArgumentException("unknown type in a signature: " + name);
            }
            return type;
        }

        String key() {
            return name + "("
                    + String.join(",", argTypes.stream().map(SqlType::name).toList()) + ")";
        }
    }
}
