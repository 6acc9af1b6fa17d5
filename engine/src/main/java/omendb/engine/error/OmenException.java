package omendb.engine.error;

import org.jspecify.annotations.Nullable;

/// An error with a SQLSTATE, PostgreSQL's wording and the fields of an ErrorResponse.
///
/// Sealed by who must act: the user ([UserException]), the operator ([ResourceException]) or we ([InternalException]).
public abstract sealed class OmenException extends RuntimeException
        permits UserException, ResourceException, InternalException {
    private static final long serialVersionUID = 1L;

    private final SqlState sqlState;
    private @Nullable String detail;
    private @Nullable String hint;
    private int position;
    private @Nullable String schemaName;
    private @Nullable String tableName;
    private @Nullable String columnName;
    private @Nullable String dataTypeName;
    private @Nullable String constraintName;
    private @Nullable String where;

    OmenException(SqlState sqlState, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.sqlState = sqlState;
    }

    public SqlState sqlState() {
        return sqlState;
    }

    /// The message without its cause; never null.
    public String text() {
        String message = getMessage();
        return message == null ? sqlState.name() : message;
    }

    public @Nullable String detail() {
        return detail;
    }

    public @Nullable String hint() {
        return hint;
    }

    /// Position in the statement's text in characters, counted from 1; 0 = not known.
    public int position() {
        return position;
    }

    public @Nullable String schemaName() {
        return schemaName;
    }

    public @Nullable String tableName() {
        return tableName;
    }

    public @Nullable String columnName() {
        return columnName;
    }

    public @Nullable String dataTypeName() {
        return dataTypeName;
    }

    public @Nullable String constraintName() {
        return constraintName;
    }

    /// The CONTEXT line (for example `COPY items, line 1: "..."`).
    public @Nullable String where() {
        return where;
    }

    public OmenException withDetail(String detail) {
        this.detail = detail;
        return this;
    }

    public OmenException withHint(String hint) {
        this.hint = hint;
        return this;
    }

    /// Sets the position unless an inner layer already knew it.
    public OmenException withPosition(int position) {
        if (this.position == 0) {
            this.position = position;
        }
        return this;
    }

    public OmenException withTable(String schemaName, String tableName) {
        this.schemaName = schemaName;
        this.tableName = tableName;
        return this;
    }

    public OmenException withColumn(String columnName) {
        this.columnName = columnName;
        return this;
    }

    public OmenException withDataType(String dataTypeName) {
        this.dataTypeName = dataTypeName;
        return this;
    }

    public OmenException withConstraint(String constraintName) {
        this.constraintName = constraintName;
        return this;
    }

    public OmenException withWhere(String where) {
        this.where = where;
        return this;
    }
}
