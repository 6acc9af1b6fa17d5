package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An element of CREATE TABLE's list.
public sealed interface TableElement {

    /// A column.
    ///
    /// @param type null in `CREATE TABLE ... OF type` and `PARTITION OF`, where a column only adds constraints
    record Column(
            String name,
            @Nullable TypeName type,
            @Nullable QualifiedName collation,
            @Nullable String storage,
            @Nullable String compression,
            List<Constraint> constraints,
            int position)
            implements TableElement {}

    /// `LIKE table INCLUDING ... EXCLUDING ...`.
    ///
    /// @param options in order, `INCLUDING ALL`, `EXCLUDING INDEXES`, ...
    record Like(QualifiedName table, List<String> options, int position) implements TableElement {}

    /// A constraint of a column or of the table.
    ///
    /// @param name              `CONSTRAINT name` or null
    /// @param deferrable        DEFERRABLE
    /// @param initiallyDeferred INITIALLY DEFERRED
    /// @param notValid          NOT VALID
    record Constraint(
            @Nullable String name,
            ConstraintBody body,
            boolean deferrable,
            boolean initiallyDeferred,
            boolean notValid,
            int position)
            implements TableElement {}

    /// What a [Constraint] demands.
    sealed interface ConstraintBody {
        /// `NOT NULL`.
        ///
        /// @param column of the table form (`NOT NULL column`), else null
        record NotNull(@Nullable String column, boolean noInherit) implements ConstraintBody {}

        /// `NULL`: the column may be null.
        record AllowNull() implements ConstraintBody {}

        /// `DEFAULT expr`.
        record DefaultValue(Expr expr) implements ConstraintBody {}

        /// `CHECK (expr) [NO INHERIT]`.
        record Check(Expr expr, boolean noInherit) implements ConstraintBody {}

        /// `PRIMARY KEY` or `UNIQUE`.
        ///
        /// @param columns   empty in a column constraint
        /// @param usingIndex `USING INDEX name` of ALTER TABLE
        record Key(
                boolean primary,
                List<String> columns,
                boolean nullsNotDistinct,
                List<String> including,
                List<Ddl.Option> options,
                @Nullable String tablespace,
                @Nullable String usingIndex)
                implements ConstraintBody {}

        /// `[FOREIGN KEY (columns)] REFERENCES table (columns)`.
        ///
        /// @param columns       empty in a column constraint
        /// @param targetColumns empty = the primary key
        /// @param setColumns    `ON DELETE SET NULL|DEFAULT (columns)`
        record ForeignKey(
                List<String> columns,
                QualifiedName table,
                List<String> targetColumns,
                Match match,
                Action onDelete,
                Action onUpdate,
                List<String> setColumns)
                implements ConstraintBody {}

        /// `GENERATED ALWAYS AS (expr) STORED|VIRTUAL`.
        record Generated(Expr expr, boolean stored) implements ConstraintBody {}

        /// `GENERATED ALWAYS|BY DEFAULT AS IDENTITY (options)`.
        record Identity(boolean always, List<Ddl.SequenceOption> options) implements ConstraintBody {}

        /// `EXCLUDE USING method (element WITH operator, ...) WHERE (...)`.
        record Exclude(
                String accessMethod,
                List<Ddl.IndexElement> elements,
                List<OperatorName> operators,
                List<String> including,
                List<Ddl.Option> options,
                @Nullable Expr where)
                implements ConstraintBody {}
    }

    /// MATCH clause of a foreign key.
    enum Match {
        SIMPLE,
        FULL,
        PARTIAL
    }

    /// Referential action.
    enum Action {
        NO_ACTION,
        RESTRICT,
        CASCADE,
        SET_NULL,
        SET_DEFAULT
    }
}
