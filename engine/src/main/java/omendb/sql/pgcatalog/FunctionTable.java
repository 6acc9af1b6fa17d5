package omendb.sql.pgcatalog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.BatchFunction;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.Volatility;
import org.jspecify.annotations.Nullable;

/// One line a function: name, PostgreSQL's oid, argument types by name, result, body over one row.
final class FunctionTable {
    /// The arguments of one row and what the function may ask.
    static final class Call {
        private final EvalContext context;
        private final ColumnVector[] args;
        private final int row;

        private Call(EvalContext context, ColumnVector[] args, int row) {
            this.context = context;
            this.args = args;
            this.row = row;
        }

        /// Text of an argument of any type.
        String print(int index) {
            return args[index].type().io().toText(context.types(), args[index], row);
        }

        SystemState state() {
            return context.service(SystemState.class);
        }

        boolean isNull(int index) {
            return args[index].isNull(row);
        }

        long number(int index) {
            return args[index].getLong(row);
        }

        int oid(int index) {
            return (int) args[index].getLong(row);
        }

        boolean flag(int index) {
            return args[index].getBoolean(row);
        }

        String text(int index) {
            return new String(args[index].getBytes(row), StandardCharsets.UTF_8);
        }
    }

    /// Null = NULL.
    @FunctionalInterface
    interface TextBody {
        @Nullable
        String apply(Call call);
    }

    @FunctionalInterface
    interface LongBody {
        long apply(Call call);
    }

    @FunctionalInterface
    interface BooleanBody {
        boolean apply(Call call);
    }

    private final FunctionRegistry.Builder builder;

    FunctionTable(FunctionRegistry.Builder builder) {
        this.builder = builder;
    }

    /// A strict function with a text-like result.
    void text(int oid, String name, String arguments, SqlType result, TextBody body) {
        define(oid, name, arguments, result, true, (context, args, out, count) -> {
            for (int row = 0; row < count; row++) {
                put(anyNull(args, row) ? null : body.apply(new Call(context, args, row)), result, context, out, row);
            }
        });
    }

    /// A function that sees NULL arguments.
    void textOfNulls(int oid, String name, String arguments, SqlType result, TextBody body) {
        define(oid, name, arguments, result, false, (context, args, out, count) -> {
            for (int row = 0; row < count; row++) {
                put(body.apply(new Call(context, args, row)), result, context, out, row);
            }
        });
    }

    /// A strict function with an integer-like result.
    void number(int oid, String name, String arguments, SqlType result, LongBody body) {
        define(oid, name, arguments, result, true, (context, args, out, count) -> {
            for (int row = 0; row < count; row++) {
                if (anyNull(args, row)) {
                    out.setNull(row);
                } else {
                    out.setLong(row, body.apply(new Call(context, args, row)));
                }
            }
        });
    }

    void flag(int oid, String name, String arguments, BooleanBody body) {
        number(oid, name, arguments, Types.BOOL, call -> body.apply(call) ? 1 : 0);
    }

    void define(int oid, String name, String arguments, SqlType result, boolean strict, BatchFunction body) {
        builder.add(new FunctionDef(
                oid,
                "pg_catalog",
                name,
                types(arguments),
                result,
                null,
                List.of(),
                strict,
                Volatility.STABLE,
                body,
                null,
                List.of()));
    }

    private static void put(@Nullable String value, SqlType result, EvalContext context, ColumnVector out, int row) {
        if (value == null) {
            out.setNull(row);
        } else if (result == Types.TEXT || result == Types.NAME) {
            out.setString(row, value);
        } else {
            result.io().parse(context.types(), value, -1, out, row);
        }
    }

    private static boolean anyNull(ColumnVector[] args, int row) {
        for (ColumnVector arg : args) {
            if (arg.isNull(row)) {
                return true;
            }
        }
        return false;
    }

    private static List<SqlType> types(String names) {
        List<SqlType> types = new ArrayList<>();
        for (int start = 0; start < names.length(); ) {
            int comma = names.indexOf(',', start);
            int end = comma < 0 ? names.length() : comma;
            String name = names.substring(start, end);
            SqlType type = Types.byName(name);
            if (type == null) {
                throw new IllegalStateException("unknown type " + name);
            }
            types.add(type);
            start = end + 1;
        }
        return types;
    }
}
