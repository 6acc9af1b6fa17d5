package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// What the vector types check alike, each under its own name.
///
/// @param overflow magnitude from which an element is out of range; infinity if only the float's own range counts
public record VectorRules(String typeName, int maxDimensions, float overflow) {
    public static final VectorRules VECTOR = new VectorRules("vector", 16_000, Float.POSITIVE_INFINITY);

    /// 65520 lies halfway to the first number that half precision cannot hold.
    public static final VectorRules HALFVEC = new VectorRules("halfvec", 16_000, 65_520);

    public static final VectorRules SPARSEVEC = new VectorRules("sparsevec", 1_000_000_000, Float.POSITIVE_INFINITY);

    /// A value against the dimensions of its column (`vector(3)`); -1 = any.
    public void checkExpectedDimensions(int typmod, int dimensions) {
        if (typmod != -1 && typmod != dimensions) {
            throw new UserException(SqlState.DATA_EXCEPTION, "expected " + typmod + " dimensions, not " + dimensions);
        }
    }

    public void checkDimensions(int dimensions) {
        if (dimensions < 1) {
            throw new UserException(SqlState.DATA_EXCEPTION, typeName + " must have at least 1 dimension");
        }
        if (dimensions > maxDimensions) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    typeName + " cannot have more than " + maxDimensions + " dimensions");
        }
    }

    public void checkSameDimensions(int left, int right) {
        if (left != right) {
            throw new UserException(
                    SqlState.DATA_EXCEPTION, "different " + typeName + " dimensions " + left + " and " + right);
        }
    }

    public void checkElement(float value) {
        if (Float.isNaN(value)) {
            throw new UserException(SqlState.DATA_EXCEPTION, "NaN not allowed in " + typeName);
        }
        if (Float.isInfinite(value)) {
            throw new UserException(SqlState.DATA_EXCEPTION, "infinite value not allowed in " + typeName);
        }
    }

    public boolean isOutOfRange(float value) {
        return Float.isInfinite(value) || Math.abs(value) >= overflow;
    }

    /// A finite number, as it was written, that the elements cannot hold.
    public UserException outOfRange(String text) {
        return new UserException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "\"" + text + "\" is out of range for type " + typeName);
    }

    UserException invalidSyntax(long address, int length) {
        return TypeErrors.invalidSyntax(typeName, TextBytes.toString(address, length));
    }
}
