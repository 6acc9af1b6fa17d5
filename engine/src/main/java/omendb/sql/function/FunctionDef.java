package omendb.sql.function;

import java.util.List;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// A function: a row of pg_proc.
///
/// @param oid            PostgreSQL's where it has the function, else ours
/// @param schema         `pg_catalog`, or `public` for the vector extension's
/// @param argTypes       declared; the last one is an array (or "any") if `variadicElement` is set
/// @param resultType     declared; polymorphic types are resolved at the call site
/// @param variadicElement element type of a VARIADIC last argument (`ANY` for VARIADIC "any"), or null
/// @param argNames       names that `f(name => value)` uses, one per argument, or none
/// @param defaultTexts   SQL texts of the defaults of the last arguments
/// @param strict         any NULL argument makes the result NULL (the body does so itself; the planner may fold)
/// @param body           null for a set-returning function
/// @param setBody        null for a scalar function
/// @param columns        result columns of a record-returning set function; empty: one column of `resultType`
public record FunctionDef(
        int oid,
        String schema,
        String name,
        List<SqlType> argTypes,
        SqlType resultType,
        @Nullable SqlType variadicElement,
        List<String> argNames,
        List<String> defaultTexts,
        boolean strict,
        Volatility volatility,
        @Nullable BatchFunction body,
        @Nullable SetFunction setBody,
        List<Column> columns) {

    /// One column of a record-returning set function.
    public record Column(String name, SqlType type, int typmod) {
        public Column(String name, SqlType type) {
            this(name, type, -1);
        }
    }

    public FunctionDef {
        argTypes = List.copyOf(argTypes);
        argNames = List.copyOf(argNames);
        defaultTexts = List.copyOf(defaultTexts);
        columns = List.copyOf(columns);
    }

    /// A function whose arguments have no names.
    public FunctionDef(
            int oid,
            String schema,
            String name,
            List<SqlType> argTypes,
            SqlType resultType,
            @Nullable SqlType variadicElement,
            List<String> defaultTexts,
            boolean strict,
            Volatility volatility,
            @Nullable BatchFunction body,
            @Nullable SetFunction setBody,
            List<Column> columns) {
        this(
                oid,
                schema,
                name,
                argTypes,
                resultType,
                variadicElement,
                List.of(),
                defaultTexts,
                strict,
                volatility,
                body,
                setBody,
                columns);
    }

    /// This function, which returns `record`, as a call with a column definition list sees it.
    public FunctionDef withColumns(List<Column> definitions) {
        SetFunction opened = setBody instanceof RecordFunction record ? record.returning(definitions) : setBody;
        return new FunctionDef(
                oid,
                schema,
                name,
                argTypes,
                resultType,
                variadicElement,
                argNames,
                defaultTexts,
                strict,
                volatility,
                body,
                opened,
                definitions);
    }

    public boolean returnsSet() {
        return setBody != null;
    }

    public boolean isVariadic() {
        return variadicElement != null;
    }

    /// Fewest arguments of a call.
    public int requiredArguments() {
        return argTypes.size() - defaultTexts.size();
    }

    /// The scalar body.
    public BatchFunction scalarBody() {
        if (body == null) {
            throw new InternalException(SqlState.INTERNAL_ERROR, "not a scalar function: " + signature());
        }
        return body;
    }

    /// `name(type, type)` as PostgreSQL names it in messages.
    public String signature() {
        StringBuilder text = new StringBuilder(name).append('(');
        for (int i = 0; i < argTypes.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(argTypes.get(i).format(-1));
        }
        return text.append(')').toString();
    }
}
