package omendb.sql.function;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.FloatText;
import omendb.engine.type.Json;
import omendb.engine.type.JsonPath;
import omendb.engine.type.JsonPath.Accessor;
import omendb.engine.type.JsonPath.Node;
import omendb.engine.type.Numeric;
import org.jspecify.annotations.Nullable;

/// Runs a path over a document, as PostgreSQL 15 does. Items are handed to a sink one by one, so that a question of
/// existence ends with the first.
///
/// Threading: one call, one executor.
final class JsonPathExecutor {
    /// Takes items; true = it needs no more.
    @FunctionalInterface
    interface Sink {
        boolean accept(JsonPathItem item);
    }

    private enum Truth {
        TRUE,
        FALSE,
        UNKNOWN;

        static Truth of(boolean value) {
            return value ? TRUE : FALSE;
        }
    }

    private final JsonPath path;
    private final Json document;
    private final Json variables;
    private final @Nullable ZoneId zone;
    private final boolean lax;
    private boolean ignoresStructure;
    private JsonPathItem current;
    private int lastIndex = -1;

    /// @param zone of datetimes without one, null = they cannot be compared with those that have one
    JsonPathExecutor(JsonPath path, Json document, Json variables, @Nullable ZoneId zone) {
        this.path = path;
        this.document = document;
        this.variables = variables;
        this.zone = zone;
        this.lax = !path.strict();
        this.ignoresStructure = lax;
        this.current = JsonPathItem.of(document);
        if (!(variables instanceof Json.Members)) {
            throw (UserException)
                    new UserException(SqlState.INVALID_PARAMETER_VALUE, "\"vars\" argument is not an object")
                            .withDetail("Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.");
        }
    }

    /// Adds all items; those before an error are there then. @throws JsonPathError
    void addAll(List<JsonPathItem> items) {
        evaluate(path.root(), into(items), false);
    }

    private static Sink into(List<JsonPathItem> items) {
        return item -> {
            items.add(item);
            return false;
        };
    }

    /// Whether there is an item; strict paths look at all of them first. @throws JsonPathError
    boolean exists() {
        return anyItem(path.root());
    }

    /// Whether an expression has an item: a lax path ends with the first, a strict one looks at all of them.
    private boolean anyItem(Node node) {
        if (!lax) {
            List<JsonPathItem> items = new ArrayList<>();
            evaluate(node, into(items), false);
            return !items.isEmpty();
        }
        if (node instanceof JsonPath.Sign(var _, var operand)) {
            // what has no sign is passed over while nobody wants the values
            return evaluate(operand, item -> item.json() instanceof Json.NumberValue, true);
        }
        return evaluate(node, _ -> true, false);
    }

    // ---- expressions ----

    /// @param unwrapped whether arrays of the result are handed on element by element (lax paths)
    /// @return whether the sink had enough
    private boolean evaluate(Node node, Sink sink, boolean unwrapped) {
        Sink target = unwrapped && lax ? unwrapping(sink) : sink;
        if (JsonPath.isPredicate(node)) {
            return target.accept(truthItem(truth(node)));
        }
        return switch (node) {
            case JsonPath.Root() -> target.accept(JsonPathItem.of(document));
            case JsonPath.Current() -> target.accept(current);
            case JsonPath.Last() -> target.accept(number(Numeric.of(lastIndex)));
            case JsonPath.Variable(var name) -> target.accept(JsonPathItem.of(variable(name)));
            case JsonPath.Literal(var value) -> target.accept(JsonPathItem.of(value));
            case JsonPath.Chain(var base, var accessors) ->
                evaluate(base, item -> access(item, accessors, 0, lax, target), false);
            case JsonPath.Sign(var minus, var operand) ->
                evaluate(operand, item -> target.accept(signed(item, minus)), true);
            case JsonPath.Arithmetic(var operator, var left, var right) ->
                target.accept(number(arithmetic(operator, left, right)));
            default -> throw new IllegalStateException("not an expression: " + node);
        };
    }

    private Sink unwrapping(Sink sink) {
        return item -> {
            List<Json> elements = item.elements();
            if (elements == null) {
                return sink.accept(item);
            }
            for (Json element : elements) {
                if (sink.accept(JsonPathItem.of(element))) {
                    return true;
                }
            }
            return false;
        };
    }

    private static JsonPathItem number(Numeric value) {
        return JsonPathItem.of(new Json.NumberValue(value));
    }

    private static JsonPathItem truthItem(Truth truth) {
        return JsonPathItem.of(truth == Truth.UNKNOWN ? Json.nullValue() : Json.of(truth == Truth.TRUE));
    }

    private Json variable(String name) {
        Json value = ((Json.Members) variables).members().get(name);
        if (value == null) {
            throw new UserException(SqlState.UNDEFINED_OBJECT, "could not find jsonpath variable \"" + name + "\"");
        }
        return value;
    }

    private static JsonPathItem signed(JsonPathItem item, boolean minus) {
        if (item.json() instanceof Json.NumberValue(var value)) {
            return minus ? number(NumericFunctions.negate(value)) : item;
        }
        throw new JsonPathError(
                SqlState.SQL_JSON_NUMBER_NOT_FOUND,
                "operand of unary jsonpath operator " + (minus ? '-' : '+') + " is not a numeric value");
    }

    private Numeric arithmetic(char operator, Node left, Node right) {
        List<JsonPathItem> lefts = new ArrayList<>();
        List<JsonPathItem> rights = new ArrayList<>();
        evaluate(left, into(lefts), true);
        evaluate(right, into(rights), true);
        Numeric a = single(lefts, "left", operator);
        Numeric b = single(rights, "right", operator);
        try {
            return switch (operator) {
                case '+' -> NumericFunctions.add(a, b);
                case '-' -> NumericFunctions.subtract(a, b);
                case '*' -> NumericFunctions.multiply(a, b);
                case '/' -> NumericFunctions.divide(a, b);
                default -> NumericFunctions.remainder(a, b);
            };
        } catch (OmenException e) {
            throw new JsonPathError(e.sqlState(), e.text());
        }
    }

    private static Numeric single(List<JsonPathItem> items, String side, char operator) {
        if (items.size() == 1 && items.getFirst().json() instanceof Json.NumberValue(var value)) {
            return value;
        }
        throw new JsonPathError(
                SqlState.SINGLETON_SQL_JSON_ITEM_REQUIRED,
                side + " operand of jsonpath operator " + operator + " is not a single numeric value");
    }

    // ---- accessors ----

    /// Applies the accessors from `at` on.
    ///
    /// @param unwrap whether the first one looks into an array's elements if it is none for arrays
    private boolean access(JsonPathItem item, List<Accessor> accessors, int at, boolean unwrap, Sink sink) {
        if (at == accessors.size()) {
            return sink.accept(item);
        }
        Accessor accessor = accessors.get(at);
        List<Json> elements = item.elements();
        boolean looksInside = unwrap
                && elements != null
                && switch (accessor) {
                    case JsonPath.Key _ -> true;
                    case JsonPath.AnyKey() -> true;
                    case JsonPath.Filter _ -> true;
                    case JsonPath.Method(var function, var _) ->
                        function != JsonPath.Function.TYPE && function != JsonPath.Function.SIZE;
                    default -> false;
                };
        if (looksInside && elements != null) {
            for (Json element : elements) {
                if (access(JsonPathItem.of(element), accessors, at, false, sink)) {
                    return true;
                }
            }
            return false;
        }
        return switch (accessor) {
            case JsonPath.Key(var name) -> key(item, name, accessors, at, sink);
            case JsonPath.AnyKey() -> anyKey(item, accessors, at, sink);
            case JsonPath.AnyElement() -> anyElement(item, accessors, at, sink);
            case JsonPath.Elements(var subscripts) -> elements(item, subscripts, accessors, at, sink);
            case JsonPath.AnyLevel levels -> anyLevel(item, levels, accessors, at, sink);
            case JsonPath.Filter(var predicate) ->
                filter(item, predicate) == Truth.TRUE && access(item, accessors, at + 1, lax, sink);
            case JsonPath.Method(var function, var argument) ->
                method(item, function, argument, next -> access(next, accessors, at + 1, lax, sink));
        };
    }

    private boolean missing(SqlState state, String message) {
        if (!ignoresStructure) {
            throw new JsonPathError(state, message);
        }
        return false;
    }

    private boolean key(JsonPathItem item, String name, List<Accessor> accessors, int at, Sink sink) {
        if (!(item.json() instanceof Json.Members(var members))) {
            return missing(
                    SqlState.SQL_JSON_MEMBER_NOT_FOUND, "jsonpath member accessor can only be applied to an object");
        }
        Json value = members.get(name);
        if (value == null) {
            return missing(SqlState.SQL_JSON_MEMBER_NOT_FOUND, "JSON object does not contain key \"" + name + "\"");
        }
        return access(JsonPathItem.of(value), accessors, at + 1, lax, sink);
    }

    private boolean anyKey(JsonPathItem item, List<Accessor> accessors, int at, Sink sink) {
        if (!(item.json() instanceof Json.Members(var members))) {
            return missing(
                    SqlState.SQL_JSON_OBJECT_NOT_FOUND,
                    "jsonpath wildcard member accessor can only be applied to an object");
        }
        return each(members.values(), accessors, at, sink);
    }

    private boolean each(Iterable<Json> values, List<Accessor> accessors, int at, Sink sink) {
        for (Json value : values) {
            if (access(JsonPathItem.of(value), accessors, at + 1, lax, sink)) {
                return true;
            }
        }
        return false;
    }

    private boolean anyElement(JsonPathItem item, List<Accessor> accessors, int at, Sink sink) {
        List<Json> elements = item.elements();
        if (elements != null) {
            return each(elements, accessors, at, sink);
        }
        if (lax) {
            return access(item, accessors, at + 1, true, sink);
        }
        return missing(
                SqlState.SQL_JSON_ARRAY_NOT_FOUND, "jsonpath wildcard array accessor can only be applied to an array");
    }

    private boolean elements(
            JsonPathItem item, List<JsonPath.Subscript> subscripts, List<Accessor> accessors, int at, Sink sink) {
        List<Json> elements = item.elements();
        if (elements == null && !lax) {
            return missing(
                    SqlState.SQL_JSON_ARRAY_NOT_FOUND, "jsonpath array accessor can only be applied to an array");
        }
        int size = elements == null ? 1 : elements.size();
        int outerLast = lastIndex;
        try {
            for (JsonPath.Subscript subscript : subscripts) {
                lastIndex = size - 1;
                long from = index(subscript.from());
                Node end = subscript.to();
                long to = end == null ? from : index(end);
                if (!ignoresStructure && (from < 0 || from > to || to >= size)) {
                    throw new JsonPathError(
                            SqlState.INVALID_SQL_JSON_SUBSCRIPT, "jsonpath array subscript is out of bounds");
                }
                for (long i = Math.max(from, 0); i <= Math.min(to, size - 1); i++) {
                    JsonPathItem element = elements == null ? item : JsonPathItem.of(elements.get((int) i));
                    if (access(element, accessors, at + 1, lax, sink)) {
                        return true;
                    }
                }
            }
            return false;
        } finally {
            lastIndex = outerLast;
        }
    }

    private long index(Node subscript) {
        List<JsonPathItem> items = new ArrayList<>();
        evaluate(subscript, into(items), false);
        if (items.size() != 1 || !(items.getFirst().json() instanceof Json.NumberValue(var value))) {
            throw new JsonPathError(
                    SqlState.INVALID_SQL_JSON_SUBSCRIPT, "jsonpath array subscript is not a single numeric value");
        }
        BigDecimal whole = value.isFinite() ? value.decimal().setScale(0, RoundingMode.DOWN) : BigDecimal.TEN.pow(20);
        if (whole.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
            throw new JsonPathError(
                    SqlState.INVALID_SQL_JSON_SUBSCRIPT, "jsonpath array subscript is out of integer range");
        }
        return whole.longValue();
    }

    private boolean anyLevel(JsonPathItem item, JsonPath.AnyLevel levels, List<Accessor> accessors, int at, Sink sink) {
        boolean before = ignoresStructure;
        try {
            ignoresStructure = true;
            if (levels.first() == 0 && access(item, accessors, at + 1, lax, sink)) {
                return true;
            }
            return below(item.json(), 1, levels, accessors, at, sink);
        } finally {
            ignoresStructure = before;
        }
    }

    private boolean below(
            Json value, long level, JsonPath.AnyLevel levels, List<Accessor> accessors, int at, Sink sink) {
        if (level > levels.last()) {
            return false;
        }
        Iterable<Json> children = switch (value) {
            case Json.Elements(var elements) -> elements;
            case Json.Members(var members) -> members.values();
            default -> List.of();
        };
        boolean leavesOnly = levels.first() == JsonPath.AnyLevel.LAST && levels.last() == JsonPath.AnyLevel.LAST;
        for (Json child : children) {
            boolean container = child instanceof Json.Elements || child instanceof Json.Members;
            boolean wanted = level >= levels.first() || (leavesOnly && !container);
            if (wanted && access(JsonPathItem.of(child), accessors, at + 1, lax, sink)) {
                return true;
            }
            if (container && below(child, level + 1, levels, accessors, at, sink)) {
                return true;
            }
        }
        return false;
    }

    // ---- methods ----

    private boolean method(JsonPathItem item, JsonPath.Function function, @Nullable String argument, Sink next) {
        return switch (function) {
            case TYPE -> next.accept(JsonPathItem.of(new Json.TextValue(item.typeName())));
            case SIZE -> {
                List<Json> elements = item.elements();
                if (elements == null && !lax) {
                    if (ignoresStructure) {
                        yield false;
                    }
                    throw refused(SqlState.SQL_JSON_ARRAY_NOT_FOUND, function, "an array");
                }
                yield next.accept(number(Numeric.of(elements == null ? 1 : elements.size())));
            }
            case ABS, FLOOR, CEILING -> {
                if (!(item.json() instanceof Json.NumberValue(var value))) {
                    throw refused(SqlState.NON_NUMERIC_SQL_JSON_ITEM, function, "a numeric value");
                }
                yield next.accept(number(computed(function, value)));
            }
            case DOUBLE -> next.accept(toDouble(item));
            case DATETIME -> {
                if (!(item instanceof JsonPathItem.Value(Json.TextValue(var text)))) {
                    throw refused(SqlState.INVALID_ARGUMENT_FOR_SQL_JSON_DATETIME_FUNCTION, function, "a string");
                }
                yield next.accept(new JsonPathItem.Moment(JsonPathDatetime.parse(text, argument)));
            }
            case KEYVALUE -> keyValues(item, next);
        };
    }

    private static JsonPathError refused(SqlState state, JsonPath.Function function, String what) {
        return new JsonPathError(
                state,
                "jsonpath item method ." + function.name().toLowerCase(Locale.ROOT) + "() can only be applied to "
                        + what);
    }

    private static Numeric computed(JsonPath.Function function, Numeric value) {
        if (!value.isFinite()) {
            return value;
        }
        return switch (function) {
            case ABS -> Numeric.of(value.decimal().abs());
            case FLOOR -> NumericFunctions.round(value, 0, RoundingMode.FLOOR);
            default -> NumericFunctions.round(value, 0, RoundingMode.CEILING);
        };
    }

    private static JsonPathItem toDouble(JsonPathItem item) {
        return switch (item.json()) {
            case Json.NumberValue(var value) -> {
                if (!Double.isFinite(value.toDouble())) {
                    throw new JsonPathError(
                            SqlState.NON_NUMERIC_SQL_JSON_ITEM,
                            "numeric argument of jsonpath item method .double() is out of range for type double"
                                    + " precision");
                }
                yield item;
            }
            case Json.TextValue(var text) -> {
                double value;
                try {
                    value = FloatText.parseDouble(text.strip());
                } catch (OmenException | NumberFormatException e) {
                    value = Double.NaN;
                }
                if (!Double.isFinite(value)) {
                    throw new JsonPathError(
                            SqlState.NON_NUMERIC_SQL_JSON_ITEM,
                            "string argument of jsonpath item method .double() is not a valid representation of a"
                                    + " double precision number");
                }
                yield number(Numeric.ofDouble(value));
            }
            default ->
                throw refused(
                        SqlState.NON_NUMERIC_SQL_JSON_ITEM, JsonPath.Function.DOUBLE, "a string or numeric value");
        };
    }

    private boolean keyValues(JsonPathItem item, Sink next) {
        if (!(item.json() instanceof Json.Members(var members))) {
            throw refused(SqlState.SQL_JSON_OBJECT_NOT_FOUND, JsonPath.Function.KEYVALUE, "an object");
        }
        long id = JsonbOffsets.of(document, item.json());
        for (java.util.Map.Entry<String, Json> member : members.entrySet()) {
            Json.Members pair = Json.object();
            pair.members().put("key", new Json.TextValue(member.getKey()));
            pair.members().put("value", member.getValue());
            pair.members().put("id", new Json.NumberValue(Numeric.of(id)));
            if (next.accept(JsonPathItem.of(pair))) {
                return true;
            }
        }
        return false;
    }

    // ---- predicates ----

    private Truth filter(JsonPathItem item, Node predicate) {
        JsonPathItem outer = current;
        try {
            current = item;
            return truth(predicate);
        } finally {
            current = outer;
        }
    }

    private Truth truth(Node predicate) {
        return switch (predicate) {
            case JsonPath.And(var left, var right) -> {
                Truth a = truth(left);
                Truth b = a == Truth.FALSE ? a : truth(right);
                yield b == Truth.TRUE ? a : b;
            }
            case JsonPath.Or(var left, var right) -> {
                Truth a = truth(left);
                Truth b = a == Truth.TRUE ? a : truth(right);
                yield b == Truth.FALSE ? a : b;
            }
            case JsonPath.Not(var operand) -> {
                Truth inner = truth(operand);
                yield inner == Truth.UNKNOWN ? inner : Truth.of(inner == Truth.FALSE);
            }
            case JsonPath.IsUnknown(var operand) -> Truth.of(truth(operand) == Truth.UNKNOWN);
            case JsonPath.Exists(var operand) -> exists(operand);
            case JsonPath.Comparison(var operator, var left, var right) ->
                compared(left, right, true, (a, b) -> compare(operator, a, b));
            case JsonPath.StartsWith(var whole, var beginning) ->
                compared(whole, beginning, false, JsonPathExecutor::startsWith);
            case JsonPath.LikeRegex(var text, var pattern, var flags) -> {
                java.util.regex.Pattern compiled = RegexSyntax.compileXQuery(pattern, flags);
                yield compared(
                        text,
                        null,
                        false,
                        (a, _) -> a instanceof JsonPathItem.Value(Json.TextValue(var value))
                                ? Truth.of(compiled.matcher(value).find())
                                : Truth.UNKNOWN);
            }
            default -> throw new IllegalStateException("not a predicate: " + predicate);
        };
    }

    private Truth exists(Node operand) {
        try {
            return Truth.of(anyItem(operand));
        } catch (JsonPathError e) {
            return Truth.UNKNOWN;
        }
    }

    @FunctionalInterface
    private interface Test {
        Truth of(JsonPathItem left, JsonPathItem right);
    }

    /// Whether the test is true of any pair of items.
    private Truth compared(Node left, @Nullable Node right, boolean unwrapRight, Test test) {
        List<JsonPathItem> lefts = new ArrayList<>();
        List<JsonPathItem> rights = new ArrayList<>();
        try {
            evaluate(left, into(lefts), true);
            if (right == null) {
                rights.add(current);
            } else {
                evaluate(right, into(rights), unwrapRight);
            }
        } catch (JsonPathError e) {
            return Truth.UNKNOWN;
        }
        boolean failed = false;
        boolean found = false;
        for (JsonPathItem a : lefts) {
            for (JsonPathItem b : rights) {
                Truth truth = test.of(a, b);
                if (truth == Truth.UNKNOWN) {
                    if (!lax) {
                        return truth;
                    }
                    failed = true;
                } else if (truth == Truth.TRUE) {
                    if (lax) {
                        return truth;
                    }
                    found = true;
                }
            }
        }
        return found ? Truth.TRUE : failed ? Truth.UNKNOWN : Truth.FALSE;
    }

    private static Truth startsWith(JsonPathItem whole, JsonPathItem beginning) {
        return whole instanceof JsonPathItem.Value(Json.TextValue(var text))
                        && beginning instanceof JsonPathItem.Value(Json.TextValue(var prefix))
                ? Truth.of(text.startsWith(prefix))
                : Truth.UNKNOWN;
    }

    private Truth compare(String operator, JsonPathItem left, JsonPathItem right) {
        Integer order = order(left, right);
        if (order != null) {
            return Truth.of(
                    switch (operator) {
                        case "==" -> order == 0;
                        case "!=" -> order != 0;
                        case "<" -> order < 0;
                        case "<=" -> order <= 0;
                        case ">" -> order > 0;
                        default -> order >= 0;
                    });
        }
        boolean oneNull = left.json() instanceof Json.NullValue != right.json() instanceof Json.NullValue;
        return oneNull ? Truth.of(operator.equals("!=")) : Truth.UNKNOWN;
    }

    /// Null = not comparable.
    private @Nullable Integer order(JsonPathItem left, JsonPathItem right) {
        if (left instanceof JsonPathItem.Moment(var a) && right instanceof JsonPathItem.Moment(var b)) {
            return JsonPathDatetime.compare(a, b, zone);
        }
        if (!(left instanceof JsonPathItem.Value(var a)) || !(right instanceof JsonPathItem.Value(var b))) {
            return null;
        }
        if (a instanceof Json.NullValue && b instanceof Json.NullValue) {
            return 0;
        }
        if (a instanceof Json.BooleanValue(var x) && b instanceof Json.BooleanValue(var y)) {
            return Boolean.compare(x, y);
        }
        if (a instanceof Json.NumberValue(var x) && b instanceof Json.NumberValue(var y)) {
            return x.compareTo(y);
        }
        if (a instanceof Json.TextValue(var x) && b instanceof Json.TextValue(var y)) {
            return Arrays.compareUnsigned(x.getBytes(StandardCharsets.UTF_8), y.getBytes(StandardCharsets.UTF_8));
        }
        return null;
    }
}
