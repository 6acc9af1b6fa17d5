package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One command of ALTER TABLE (or of ALTER INDEX, VIEW, ..., which share them).
public sealed interface AlterTableCommand {

    /// `ADD [COLUMN] [IF NOT EXISTS] column`.
    record AddColumn(TableElement.Column column, boolean ifNotExists) implements AlterTableCommand {}

    /// `DROP [COLUMN] [IF EXISTS] name [CASCADE]`.
    record DropColumn(String name, boolean ifExists, boolean cascade) implements AlterTableCommand {}

    /// `ALTER name [SET DATA] TYPE type [COLLATE c] [USING expr]`.
    record SetType(
            String column,
            TypeName type,
            @Nullable QualifiedName collation,
            @Nullable Expr using) implements AlterTableCommand {}

    /// `ALTER name SET DEFAULT expr`; null = DROP DEFAULT.
    record SetDefault(String column, @Nullable Expr expr) implements AlterTableCommand {}

    /// `ALTER name SET|DROP NOT NULL`.
    record SetNotNull(String column, boolean notNull) implements AlterTableCommand {}

    /// `ALTER name SET EXPRESSION AS (expr)`; null = DROP EXPRESSION.
    record SetExpression(String column, @Nullable Expr expr, boolean ifExists) implements AlterTableCommand {}

    /// `ALTER name SET STATISTICS n`; null = DEFAULT.
    record SetStatistics(String column, @Nullable Integer target) implements AlterTableCommand {}

    /// `ALTER name SET STORAGE mode`.
    record SetStorage(String column, String storage) implements AlterTableCommand {}

    /// `ALTER name SET COMPRESSION method`.
    record SetCompression(String column, String method) implements AlterTableCommand {}

    /// `ALTER name SET|RESET (options)`.
    record SetColumnOptions(String column, List<Ddl.Option> options, boolean reset) implements AlterTableCommand {}

    /// `ALTER name ADD GENERATED ... AS IDENTITY`.
    record AddIdentity(String column, boolean always, List<Ddl.SequenceOption> options) implements AlterTableCommand {}

    /// `ALTER name SET GENERATED ... | SET sequence option | RESTART`; `always` null = unchanged.
    record SetIdentity(String column, @Nullable Boolean always, List<Ddl.SequenceOption> options)
            implements AlterTableCommand {}

    /// `ALTER name DROP IDENTITY [IF EXISTS]`.
    record DropIdentity(String column, boolean ifExists) implements AlterTableCommand {}

    /// `ADD constraint`.
    record AddConstraint(TableElement.Constraint constraint) implements AlterTableCommand {}

    /// `ALTER CONSTRAINT name [NOT] DEFERRABLE ...`.
    record AlterConstraint(String name, boolean deferrable, boolean initiallyDeferred) implements AlterTableCommand {}

    /// `VALIDATE CONSTRAINT name`.
    record ValidateConstraint(String name) implements AlterTableCommand {}

    /// `DROP CONSTRAINT [IF EXISTS] name [CASCADE]`.
    record DropConstraint(String name, boolean ifExists, boolean cascade) implements AlterTableCommand {}

    /// `SET|RESET (options)`.
    record SetOptions(List<Ddl.Option> options, boolean reset) implements AlterTableCommand {}

    /// `OWNER TO role`.
    record OwnerTo(String role) implements AlterTableCommand {}

    /// `SET TABLESPACE name`.
    record SetTablespace(String name) implements AlterTableCommand {}

    /// `SET ACCESS METHOD name`.
    record SetAccessMethod(String name) implements AlterTableCommand {}

    /// `SET LOGGED|UNLOGGED`.
    record SetLogged(boolean logged) implements AlterTableCommand {}

    /// `CLUSTER ON index`; null = SET WITHOUT CLUSTER.
    record ClusterOn(@Nullable String index) implements AlterTableCommand {}

    /// `ENABLE|DISABLE [ALWAYS|REPLICA] TRIGGER|RULE name`.
    ///
    /// @param object `TRIGGER` or `RULE`
    /// @param name   a name, `ALL` or `USER`
    /// @param mode   `ENABLE`, `ENABLE ALWAYS`, `ENABLE REPLICA` or `DISABLE`
    record Toggle(String object, String name, String mode) implements AlterTableCommand {}

    /// `ENABLE|DISABLE|FORCE|NO FORCE ROW LEVEL SECURITY`.
    record RowSecurity(String mode) implements AlterTableCommand {}

    /// `REPLICA IDENTITY DEFAULT|FULL|NOTHING|USING INDEX name`.
    record ReplicaIdentity(String mode, @Nullable String index) implements AlterTableCommand {}

    /// `[NO] INHERIT parent`.
    record Inherit(QualifiedName parent, boolean no) implements AlterTableCommand {}

    /// `OF type`; null = NOT OF.
    record OfType(@Nullable QualifiedName type) implements AlterTableCommand {}

    /// `ATTACH PARTITION name bound` (an index has no bound).
    record AttachPartition(QualifiedName partition, Ddl.@Nullable PartitionBound bound) implements AlterTableCommand {}

    /// `DETACH PARTITION name [CONCURRENTLY|FINALIZE]`.
    record DetachPartition(QualifiedName partition, boolean concurrently, boolean finish)
            implements AlterTableCommand {}
}
