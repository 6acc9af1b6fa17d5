package omendb.sql.ddl;

import omendb.sql.ast.AlterTableCommand;

/// ALTER TABLE's commands as PostgreSQL's errors name them.
final class ActionNames {
    private ActionNames() {}

    static String of(AlterTableCommand command) {
        return switch (command) {
            case AlterTableCommand.AddColumn _ -> "ADD COLUMN";
            case AlterTableCommand.DropColumn _ -> "DROP COLUMN";
            case AlterTableCommand.SetType _ -> "ALTER COLUMN ... SET DATA TYPE";
            case AlterTableCommand.SetDefault _ -> "ALTER COLUMN ... SET DEFAULT";
            case AlterTableCommand.SetNotNull set ->
                "ALTER COLUMN ... " + (set.notNull() ? "SET NOT NULL" : "DROP NOT NULL");
            case AlterTableCommand.SetExpression _ -> "ALTER COLUMN ... DROP EXPRESSION";
            case AlterTableCommand.SetStatistics _ -> "ALTER COLUMN ... SET STATISTICS";
            case AlterTableCommand.SetStorage _ -> "ALTER COLUMN ... SET STORAGE";
            case AlterTableCommand.SetCompression _ -> "ALTER COLUMN ... SET COMPRESSION";
            case AlterTableCommand.SetColumnOptions options ->
                options.reset() ? "ALTER COLUMN ... RESET" : "ALTER COLUMN ... SET";
            case AlterTableCommand.AddIdentity _ -> "ALTER COLUMN ... ADD IDENTITY";
            case AlterTableCommand.SetIdentity _ -> "ALTER COLUMN ... SET";
            case AlterTableCommand.DropIdentity _ -> "ALTER COLUMN ... DROP IDENTITY";
            case AlterTableCommand.AddConstraint _ -> "ADD CONSTRAINT";
            case AlterTableCommand.AlterConstraint _ -> "ALTER CONSTRAINT";
            case AlterTableCommand.ValidateConstraint _ -> "VALIDATE CONSTRAINT";
            case AlterTableCommand.DropConstraint _ -> "DROP CONSTRAINT";
            case AlterTableCommand.SetOptions options -> options.reset() ? "RESET" : "SET";
            case AlterTableCommand.OwnerTo _ -> "OWNER TO";
            case AlterTableCommand.SetTablespace _ -> "SET TABLESPACE";
            case AlterTableCommand.SetAccessMethod _ -> "SET ACCESS METHOD";
            case AlterTableCommand.SetLogged set -> set.logged() ? "SET LOGGED" : "SET UNLOGGED";
            case AlterTableCommand.ClusterOn cluster -> cluster.index() == null ? "SET WITHOUT CLUSTER" : "CLUSTER ON";
            case AlterTableCommand.Toggle toggle -> toggle.mode() + " " + toggle.object();
            case AlterTableCommand.RowSecurity security -> security.mode() + " ROW SECURITY";
            case AlterTableCommand.ReplicaIdentity _ -> "REPLICA IDENTITY";
            case AlterTableCommand.Inherit inherit -> inherit.no() ? "NO INHERIT" : "INHERIT";
            case AlterTableCommand.OfType type -> type.type() == null ? "NOT OF" : "OF";
            case AlterTableCommand.AttachPartition _ -> "ATTACH PARTITION";
            case AlterTableCommand.DetachPartition _ -> "DETACH PARTITION";
        };
    }
}
