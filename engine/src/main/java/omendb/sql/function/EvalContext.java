package omendb.sql.function;

import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.TypeContext;
import org.jspecify.annotations.Nullable;

/// What a function call may ask of its statement and session.
///
/// The session subclasses or constructs one per statement. Functions contributed from outside reach their own
/// services through [#service]. Threading: one statement.
public class EvalContext {
    private static final RandomGenerator SECURE = new SecureRandom();

    private final TypeContext types;
    private final long transactionTimestamp;
    private final long statementTimestamp;
    private final RandomGenerator random;
    private final Map<Object, Object> cache = new HashMap<>();
    private final Map<Class<?>, Object> services = new HashMap<>();

    public EvalContext(TypeContext types, long transactionTimestamp, long statementTimestamp, RandomGenerator random) {
        this.types = types;
        this.transactionTimestamp = transactionTimestamp;
        this.statementTimestamp = statementTimestamp;
        this.random = random;
    }

    /// Settings of text input and output (time zone, styles, object names).
    public TypeContext types() {
        return types;
    }

    /// now(): start of the transaction in microseconds since 2000-01-01 UTC.
    public long transactionTimestamp() {
        return transactionTimestamp;
    }

    public long statementTimestamp() {
        return statementTimestamp;
    }

    /// clock_timestamp().
    public long clockTimestamp() {
        return omendb.engine.type.Timestamps.now();
    }

    /// The session's generator behind random(), setseed() and gen_random_uuid().
    public RandomGenerator random() {
        return random;
    }

    /// Randomness nobody can guess (uuids).
    public RandomGenerator secureRandom() {
        return SECURE;
    }

    /// setseed(): the session replaces its generator; here it cannot.
    public void seed(double seed) {
        throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "setseed is not available here");
    }

    /// A value kept for the statement under `key` (a compiled pattern, a parsed format).
    @SuppressWarnings("unchecked") // the key names the type of its value
    public <T> T cached(Object key, Supplier<T> make) {
        Object value = cache.get(key);
        if (value == null) {
            value = make.get();
            cache.put(key, value);
        }
        return (T) value;
    }

    /// Registers a service for contributed functions (e.g. the session itself).
    public <T> void provide(Class<T> type, T service) {
        services.put(type, service);
    }

    /// A service of [#provide]; an internal error if absent.
    public <T> T service(Class<T> type) {
        @Nullable Object service = services.get(type);
        if (service == null) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED, "this function is not available here: " + type.getSimpleName());
        }
        return type.cast(service);
    }

    /// Tells the client something that is no error.
    public void notice(String message) {}

    /// Long-running bodies call this now and then; a cancelled statement throws.
    public void checkCancelled() {}
}
