package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// Reads the parts of a binary value in turn, big-endian; 08P01 if it ends too early, 22P03 if it does not end.
final class MessageReader {
    private final long end;
    private long at;

    MessageReader(long address, int length) {
        this.at = address;
        this.end = address + length;
    }

    private long take(int bytes) {
        if (end - at < bytes) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
        }
        at += bytes;
        return at - bytes;
    }

    int readByte() {
        return NativeMemory.getByte(take(1)) & 0xff;
    }

    int readShort() {
        return Short.reverseBytes(NativeMemory.getShort(take(2)));
    }

    int readInt() {
        return Integer.reverseBytes(NativeMemory.getInt(take(4)));
    }

    /// A UTF-8 text up to a zero byte.
    byte[] readZeroTerminated() {
        long from = at;
        while (at < end && NativeMemory.getByte(at) != 0) {
            at++;
        }
        if (at == end) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "invalid string in message");
        }
        byte[] bytes = new byte[(int) (at - from)];
        NativeMemory.copy(from, bytes, 0, bytes.length);
        TextBytes.validate(from, bytes.length);
        at++;
        return bytes;
    }

    void requireEnd() {
        if (at != end) {
            throw new UserException(SqlState.INVALID_BINARY_REPRESENTATION, "incorrect binary data format");
        }
    }
}
