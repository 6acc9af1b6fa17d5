package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// The errors that input functions share, in PostgreSQL's words.
final class TypeErrors {
    private TypeErrors() {}

    static UserException invalidSyntax(String typeName, String text) {
        return new UserException(
                SqlState.INVALID_TEXT_REPRESENTATION,
                "invalid input syntax for type " + typeName + ": \"" + text + "\"");
    }

    static UserException outOfRange(String typeName, String text) {
        return new UserException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value \"" + text + "\" is out of range for type " + typeName);
    }

    static UserException badBinary(String message) {
        return new UserException(SqlState.INVALID_BINARY_REPRESENTATION, message);
    }

    /// A fixed-length binary value of the wrong length.
    static void checkLength(int length, int expected) {
        if (length < expected) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
        }
        if (length > expected) {
            throw badBinary("incorrect binary data format");
        }
    }
}
