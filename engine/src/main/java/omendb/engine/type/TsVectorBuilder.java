package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// Collects lexemes in any order and writes them as a [TsVector]. Threading: one owner.
public final class TsVectorBuilder {
    private final TreeMap<byte[], Positions> entries = new TreeMap<>(Arrays::compareUnsigned);
    private final int mostPositions;

    public TsVectorBuilder() {
        this(TsVector.MAX_POSITIONS);
    }

    /// @param mostPositions of one lexeme; what comes later is left out
    public TsVectorBuilder(int mostPositions) {
        this.mostPositions = mostPositions;
    }

    /// Positions with weights, as they came.
    private static final class Positions {
        private int[] values = new int[1];
        private int count;

        private void add(int stored) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = stored;
        }

        /// Ascending, of one position the highest weight.
        private void settle(int most) {
            for (int i = 0; i < count; i++) {
                values[i] = TsVector.position(values[i]) << 2 | (3 - TsVector.weight(values[i]));
            }
            Arrays.sort(values, 0, count);
            int kept = 0;
            for (int i = 0; i < count && kept < most; i++) {
                if (i == 0 || values[i] >> 2 != values[i - 1] >> 2) {
                    values[kept++] = values[i];
                }
            }
            count = kept;
            for (int i = 0; i < count; i++) {
                values[i] = TsVector.store(values[i] >> 2, 3 - (values[i] & 3));
            }
        }
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /// Adds a lexeme without a position.
    public TsVectorBuilder add(byte[] lexeme) {
        entries.computeIfAbsent(lexeme, _ -> new Positions());
        return this;
    }

    /// Adds a lexeme at a position with its weight ([TsVector#store]).
    public TsVectorBuilder add(byte[] lexeme, int stored) {
        entries.computeIfAbsent(lexeme, _ -> new Positions()).add(stored);
        return this;
    }

    public TsVectorBuilder add(String lexeme, int stored) {
        return add(lexeme.getBytes(StandardCharsets.UTF_8), stored);
    }

    /// @throws UserException 54000 if the vector would be too long
    public void write(ColumnVector out, int row) {
        int postgresBytes = 0;
        int dataBytes = 0;
        for (Map.Entry<byte[], Positions> entry : entries.entrySet()) {
            Positions positions = entry.getValue();
            positions.settle(mostPositions);
            postgresBytes = TsVector.added(postgresBytes, entry.getKey().length, positions.count);
            dataBytes += 2 + entry.getKey().length + 2 * positions.count;
        }
        if (postgresBytes > TsVector.MAX_BYTES) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "string is too long for tsvector (" + postgresBytes + " bytes, max " + TsVector.MAX_BYTES
                            + " bytes)");
        }
        int head = 4 + 4 * entries.size();
        long address = out.arena().allocate(head + dataBytes);
        NativeMemory.putInt(address, entries.size());
        long end = address + 4;
        long first = address + head;
        long at = first;
        for (Map.Entry<byte[], Positions> entry : entries.entrySet()) {
            byte[] lexeme = entry.getKey();
            NativeMemory.putShort(at, (short) lexeme.length);
            NativeMemory.copy(lexeme, 0, at + 2, lexeme.length);
            at += 2 + lexeme.length;
            Positions positions = entry.getValue();
            for (int i = 0; i < positions.count; i++) {
                NativeMemory.putShort(at, (short) positions.values[i]);
                at += 2;
            }
            NativeMemory.putInt(end, (int) (at - first));
            end += 4;
        }
        out.setReference(row, address, head + dataBytes);
    }
}
