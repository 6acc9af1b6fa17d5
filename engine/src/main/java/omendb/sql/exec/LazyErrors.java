package omendb.sql.exec;

import java.util.function.IntConsumer;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// Keeps an error in the middle of a batch until somebody asks for the row it belongs to: PostgreSQL computes
/// row by row, so what LIMIT, EXISTS or a cursor never asks for cannot fail there.
///
/// The rows before the failing one are found by computing shorter and shorter prefixes. What is computed must
/// not depend on how often that is done.
final class LazyErrors {
    private @Nullable UserException pending;

    /// For another run.
    void clear() {
        pending = null;
    }

    /// Throws what was kept, since the row is asked for now.
    void rethrow() {
        if (pending != null) {
            throw pending;
        }
    }

    /// Computes rows `0..count`, or as many of them as can be.
    ///
    /// @param compute computes the first rows, as many as it is told, from scratch
    /// @return how many rows are computed
    /// @throws UserException if the first row cannot be
    int apply(int count, IntConsumer compute) {
        try {
            compute.accept(count);
            return count;
        } catch (UserException e) {
            if (count <= 1 || !ofRow(e)) {
                throw e;
            }
            return prefix(count, compute, e);
        }
    }

    private int prefix(int count, IntConsumer compute, UserException first) {
        int good = 0;
        int bad = count;
        UserException error = first;
        while (bad - good > 1) {
            int middle = (good + bad) >>> 1;
            try {
                compute.accept(middle);
                good = middle;
            } catch (UserException e) {
                bad = middle;
                error = e;
            }
        }
        if (good == 0) {
            throw error;
        }
        compute.accept(good);
        pending = error;
        return good;
    }

    /// Errors of a row's values: classes 21 and 22. Others (cancelled, out of memory, a limit) are not put off.
    private static boolean ofRow(UserException e) {
        String code = e.sqlState().code();
        return code.startsWith("22") || code.startsWith("21");
    }
}
