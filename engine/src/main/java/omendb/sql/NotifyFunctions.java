package omendb.sql;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Notifications;
import omendb.engine.txn.SessionDirectory;
import omendb.engine.txn.Transaction;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Types;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.SetFunction;
import omendb.sql.function.Volatility;
import org.jspecify.annotations.Nullable;

/// pg_notify and what shows the state of LISTEN.
final class NotifyFunctions implements FunctionRegistry.Contribution {
    private static final int LONGEST_CHANNEL_BYTES = 63;
    private static final int LONGEST_PAYLOAD_BYTES = 7_999;

    @Override
    public void contribute(FunctionRegistry.Builder builder) {
        builder.add(new FunctionDef(
                3036,
                "pg_catalog",
                "pg_notify",
                List.of(Types.TEXT, Types.TEXT),
                Types.VOID,
                null,
                List.of(),
                false,
                Volatility.VOLATILE,
                (context, args, out, count) -> {
                    Notifications notifications =
                            context.service(SessionDirectory.class).notifications();
                    for (int row = 0; row < count; row++) {
                        String channel = text(args[0], row);
                        send(
                                notifications,
                                context.service(Transaction.class),
                                channel == null ? "" : channel,
                                text(args[1], row));
                        out.setString(row, "");
                    }
                },
                null,
                List.of()));
        builder.add(new FunctionDef(
                3035,
                "pg_catalog",
                "pg_listening_channels",
                List.of(),
                Types.TEXT,
                null,
                List.of(),
                true,
                Volatility.STABLE,
                null,
                (context, _, _) -> channels(context.service(SessionDirectory.class)
                        .notifications()
                        .channels(context.service(Transaction.class).backend())),
                List.of()));
    }

    private static SetFunction.Cursor channels(List<String> channels) {
        Iterator<String> rest = channels.iterator();
        return (out, offset, capacity) -> {
            int filled = 0;
            while (filled < capacity && rest.hasNext()) {
                out[0].setString(offset + filled++, rest.next());
            }
            return filled;
        };
    }

    private static @Nullable String text(ColumnVector column, int row) {
        return column.isNull(row) ? null : new String(column.getBytes(row), StandardCharsets.UTF_8);
    }

    /// NOTIFY, checked as PostgreSQL does.
    static void send(Notifications notifications, Transaction transaction, String channel, @Nullable String payload) {
        String text = payload == null ? "" : payload;
        if (channel.isEmpty()) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "channel name cannot be empty");
        }
        if (channel.getBytes(StandardCharsets.UTF_8).length > LONGEST_CHANNEL_BYTES) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "channel name too long");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_PAYLOAD_BYTES) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "payload string too long");
        }
        notifications.send(transaction, channel, text);
    }
}
