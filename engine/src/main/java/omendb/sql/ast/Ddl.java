package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Statements that define, change or drop objects.
public sealed interface Ddl extends Statement {

    /// Kinds of objects, named as in DROP and COMMENT ON.
    enum ObjectType {
        ACCESS_METHOD,
        AGGREGATE,
        CAST,
        COLLATION,
        COLUMN,
        CONSTRAINT,
        CONVERSION,
        DATABASE,
        DOMAIN,
        EVENT_TRIGGER,
        EXTENSION,
        FOREIGN_DATA_WRAPPER,
        FOREIGN_TABLE,
        FUNCTION,
        INDEX,
        LANGUAGE,
        LARGE_OBJECT,
        MATERIALIZED_VIEW,
        OPERATOR,
        OPERATOR_CLASS,
        OPERATOR_FAMILY,
        POLICY,
        PROCEDURE,
        PUBLICATION,
        ROLE,
        ROUTINE,
        RULE,
        SCHEMA,
        SEQUENCE,
        SERVER,
        STATISTICS,
        SUBSCRIPTION,
        TABLE,
        TABLESPACE,
        TEXT_SEARCH_CONFIGURATION,
        TEXT_SEARCH_DICTIONARY,
        TEXT_SEARCH_PARSER,
        TEXT_SEARCH_TEMPLATE,
        TRANSFORM,
        TRIGGER,
        TYPE,
        USER_MAPPING,
        VIEW;

        /// `MATERIALIZED VIEW` for MATERIALIZED_VIEW.
        public String words() {
            return name().replace('_', ' ');
        }
    }

    /// How long a relation lives and whether it is logged.
    enum Persistence {
        PERMANENT,
        TEMPORARY,
        UNLOGGED
    }

    /// ON COMMIT clause of a temporary table.
    enum OnCommit {
        NONE,
        PRESERVE_ROWS,
        DELETE_ROWS,
        DROP
    }

    /// `name [= value]` in WITH (...), in SET (...) and in the many option lists.
    ///
    /// @param name  lower case, with a namespace as `toast.autovacuum_enabled`
    /// @param value as text, without quotes; null = none given
    record Option(String name, @Nullable String value, int position) {}

    /// CREATE TABLE.
    ///
    /// @param ofType      `OF type`
    /// @param partitionOf the parent of `PARTITION OF`
    /// @param bound       bound of `PARTITION OF`
    record CreateTable(
            QualifiedName name,
            Persistence persistence,
            boolean ifNotExists,
            List<TableElement> elements,
            List<QualifiedName> inherits,
            @Nullable QualifiedName ofType,
            @Nullable QualifiedName partitionOf,
            @Nullable PartitionBound bound,
            @Nullable PartitionBy partitionBy,
            @Nullable String accessMethod,
            List<Option> options,
            OnCommit onCommit,
            @Nullable String tablespace,
            int position)
            implements Ddl {}

    /// `PARTITION BY LIST|RANGE|HASH (elements)`; strategy in lower case.
    record PartitionBy(String strategy, List<IndexElement> elements, int position) {}

    /// Which rows a partition takes.
    sealed interface PartitionBound {
        /// `DEFAULT`.
        record Default() implements PartitionBound {}

        /// `FOR VALUES IN (...)`.
        record InList(List<Expr> values) implements PartitionBound {}

        /// `FOR VALUES FROM (...) TO (...)`; MINVALUE and MAXVALUE are column references of that name.
        record Range(List<Expr> from, List<Expr> to) implements PartitionBound {}

        /// `FOR VALUES WITH (MODULUS m, REMAINDER r)`.
        record Hash(int modulus, int remainder) implements PartitionBound {}
    }

    /// CREATE TABLE AS and CREATE MATERIALIZED VIEW.
    ///
    /// @param source a [Query] or [Utility.Execute]
    /// @param selectInto written as SELECT INTO
    record CreateTableAs(
            QualifiedName name,
            List<String> columns,
            boolean materializedView,
            Persistence persistence,
            boolean ifNotExists,
            @Nullable String accessMethod,
            List<Option> options,
            OnCommit onCommit,
            @Nullable String tablespace,
            Statement source,
            boolean withData,
            boolean selectInto,
            int position)
            implements Ddl {}

    /// ALTER TABLE, INDEX, SEQUENCE, VIEW, MATERIALIZED VIEW, FOREIGN TABLE with commands.
    record AlterTable(
            ObjectType type,
            QualifiedName name,
            boolean only,
            boolean ifExists,
            List<AlterTableCommand> commands,
            int position)
            implements Ddl {}

    /// `ALTER type name RENAME ...`.
    ///
    /// @param type  of what gets the new name: COLUMN and CONSTRAINT name `part` of the relation (or domain)
    ///         `name`; TRIGGER, RULE, POLICY likewise
    /// @param owner kind of `name` when `part` is given, else equal to `type`
    record Rename(
            ObjectType type,
            ObjectType owner,
            QualifiedName name,
            @Nullable String part,
            String newName,
            boolean ifExists,
            int position)
            implements Ddl {}

    /// `ALTER type name SET SCHEMA schema`.
    record SetSchema(ObjectType type, ObjectName name, String schema, boolean ifExists, int position) implements Ddl {}

    /// `ALTER type name OWNER TO role` for objects that are not relations.
    record SetOwner(ObjectType type, ObjectName name, String role, int position) implements Ddl {}

    /// CREATE INDEX.
    ///
    /// @param name         null = to be chosen
    /// @param accessMethod lower case; null = btree
    record CreateIndex(
            @Nullable String name,
            boolean unique,
            boolean concurrently,
            boolean ifNotExists,
            QualifiedName table,
            boolean only,
            @Nullable String accessMethod,
            List<IndexElement> elements,
            List<String> including,
            boolean nullsNotDistinct,
            List<Option> options,
            @Nullable String tablespace,
            @Nullable Expr where,
            int position)
            implements Ddl {}

    /// A key of an index, of ON CONFLICT or of PARTITION BY: either `column` or `expr` is set.
    record IndexElement(
            @Nullable String column,
            @Nullable Expr expr,
            @Nullable QualifiedName collation,
            @Nullable QualifiedName operatorClass,
            List<Option> operatorClassOptions,
            SortItem.Direction direction,
            SortItem.Nulls nulls,
            int position) {}

    /// The name of an object in DROP, COMMENT, GRANT, ...
    ///
    /// @param name      for casts and transforms the type's name
    /// @param arguments argument types of a function, aggregate or operator; null = not given
    /// @param on        relation of a trigger, rule, policy or constraint (`ON table`), access method of an
    ///         operator class (`USING m`), else null
    record ObjectName(
            QualifiedName name,
            @Nullable List<TypeName> arguments,
            @Nullable QualifiedName on,
            int position) {}

    /// DROP.
    record Drop(
            ObjectType type,
            List<ObjectName> names,
            boolean ifExists,
            boolean cascade,
            boolean concurrently,
            int position)
            implements Ddl {}

    /// CREATE SCHEMA.
    ///
    /// @param name null in `CREATE SCHEMA AUTHORIZATION role`: the role's name
    record CreateSchema(
            @Nullable String name,
            @Nullable String authorization,
            boolean ifNotExists,
            List<Statement> elements,
            int position)
            implements Ddl {}

    /// CREATE SEQUENCE.
    record CreateSequence(
            QualifiedName name,
            Persistence persistence,
            boolean ifNotExists,
            List<SequenceOption> options,
            int position)
            implements Ddl {}

    /// ALTER SEQUENCE with options.
    record AlterSequence(QualifiedName name, boolean ifExists, List<SequenceOption> options, int position)
            implements Ddl {}

    /// An option of a sequence.
    sealed interface SequenceOption {
        /// `AS type`.
        record As(TypeName type) implements SequenceOption {}

        /// `INCREMENT BY n`.
        record Increment(long by) implements SequenceOption {}

        /// `MINVALUE n`; null = NO MINVALUE.
        record MinValue(@Nullable Long value) implements SequenceOption {}

        /// `MAXVALUE n`; null = NO MAXVALUE.
        record MaxValue(@Nullable Long value) implements SequenceOption {}

        /// `START WITH n`.
        record Start(long with) implements SequenceOption {}

        /// `RESTART [WITH n]`.
        record Restart(@Nullable Long with) implements SequenceOption {}

        /// `CACHE n`.
        record Cache(long count) implements SequenceOption {}

        /// `[NO] CYCLE`.
        record Cycle(boolean cycle) implements SequenceOption {}

        /// `OWNED BY table.column`; null = NONE.
        record OwnedBy(@Nullable QualifiedName column) implements SequenceOption {}

        /// `SEQUENCE NAME name` (pg_dump, of identity columns).
        record Name(QualifiedName name) implements SequenceOption {}

        /// `LOGGED` or `UNLOGGED`.
        record Logged(boolean logged) implements SequenceOption {}
    }

    /// CREATE VIEW.
    ///
    /// @param checkOption `LOCAL`, `CASCADED` or null
    record CreateView(
            QualifiedName name,
            List<String> columns,
            boolean replace,
            boolean recursive,
            Persistence persistence,
            List<Option> options,
            Query query,
            @Nullable String checkOption,
            int position)
            implements Ddl {}

    /// CREATE EXTENSION; options are `schema`, `version`, `cascade`.
    record CreateExtension(String name, boolean ifNotExists, List<Option> options, int position) implements Ddl {}

    /// `ALTER EXTENSION name UPDATE [TO version]`; null = newest.
    record UpdateExtension(String name, @Nullable String version, int position) implements Ddl {}

    /// CREATE DATABASE.
    record CreateDatabase(String name, List<Option> options, int position) implements Ddl {}

    /// ALTER DATABASE with options (`connection_limit`, `tablespace`, ...); settings are [Utility.SetDefaults].
    record AlterDatabase(String name, List<Option> options, int position) implements Ddl {}

    /// DROP DATABASE.
    record DropDatabase(String name, boolean ifExists, boolean force, int position) implements Ddl {}

    /// CREATE ROLE, USER, GROUP.
    ///
    /// @param kind    `ROLE`, `USER` (can log in unless it says otherwise) or `GROUP`
    /// @param options as PostgreSQL's: `login`, `superuser`, `password`, `valid until`, `in role`, ... with
    ///         `true`/`false` for the flags
    record CreateRole(String kind, String name, List<Option> options, int position) implements Ddl {}

    /// ALTER ROLE with options; also `ALTER GROUP name ADD|DROP USER ...` (option `add user`, `drop user`).
    record AlterRole(String kind, String name, List<Option> options, int position) implements Ddl {}

    /// `CREATE TYPE name AS ENUM (...)`.
    record CreateEnum(QualifiedName name, List<String> labels, int position) implements Ddl {}

    /// `CREATE TYPE name AS (columns)`.
    record CreateComposite(QualifiedName name, List<TableElement.Column> columns, int position) implements Ddl {}

    /// `CREATE TYPE name AS RANGE (options)`.
    record CreateRange(QualifiedName name, List<Option> options, int position) implements Ddl {}

    /// `ALTER TYPE name ADD VALUE [IF NOT EXISTS] label [BEFORE|AFTER neighbour]`.
    record AddEnumValue(
            QualifiedName name,
            String label,
            boolean ifNotExists,
            @Nullable String neighbour,
            boolean after,
            int position)
            implements Ddl {}

    /// `ALTER TYPE name RENAME VALUE label TO newLabel`.
    record RenameEnumValue(QualifiedName name, String label, String newLabel, int position) implements Ddl {}

    /// CREATE DOMAIN.
    record CreateDomain(
            QualifiedName name,
            TypeName type,
            @Nullable QualifiedName collation,
            List<TableElement.Constraint> constraints,
            int position)
            implements Ddl {}

    /// ALTER DOMAIN with one of ALTER TABLE's commands on defaults, NOT NULL (column is empty) and constraints.
    record AlterDomain(QualifiedName name, AlterTableCommand command, int position) implements Ddl {}

    /// CREATE FUNCTION or PROCEDURE.
    ///
    /// @param parameters declared parameters
    /// @param returns    null for procedures and functions defined by OUT parameters
    /// @param tableColumns `RETURNS TABLE (...)`
    /// @param options    `language`, `as`, `volatility`, `strict`, `security`, `cost`, `rows`, `parallel`,
    ///         `window`, `support`, `set`, ...
    /// @param body       SQL-standard body: `RETURN expr` as a query of one item, or the statements of BEGIN
    ///         ATOMIC
    record CreateFunction(
            boolean procedure,
            boolean replace,
            QualifiedName name,
            List<FunctionParameter> parameters,
            @Nullable TypeName returns,
            List<FunctionParameter> tableColumns,
            List<Option> options,
            List<Statement> body,
            int position)
            implements Ddl {}

    /// `[mode] [name] type [DEFAULT expr]`; mode is `in`, `out`, `inout` or `variadic`.
    record FunctionParameter(
            String mode,
            @Nullable String name,
            TypeName type,
            @Nullable Expr defaultValue) {}

    /// CREATE TRIGGER.
    ///
    /// @param timing  `BEFORE`, `AFTER`, `INSTEAD OF`
    /// @param events  `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`
    /// @param columns of `UPDATE OF`
    record CreateTrigger(
            String name,
            boolean replace,
            boolean constraint,
            String timing,
            List<String> events,
            List<String> columns,
            QualifiedName table,
            boolean forEachRow,
            @Nullable Expr when,
            QualifiedName function,
            List<String> arguments,
            int position)
            implements Ddl {}

    /// CREATE POLICY.
    record CreatePolicy(
            String name,
            QualifiedName table,
            boolean permissive,
            String command,
            List<String> roles,
            @Nullable Expr using,
            @Nullable Expr check,
            int position)
            implements Ddl {}

    /// CREATE STATISTICS.
    record CreateStatistics(
            @Nullable QualifiedName name,
            boolean ifNotExists,
            List<String> kinds,
            List<IndexElement> elements,
            List<TableRef> from,
            int position)
            implements Ddl {}

    /// COMMENT ON; null = remove.
    record Comment(
            ObjectType type, ObjectName name, @Nullable String text, int position) implements Ddl {}

    /// GRANT or REVOKE of privileges.
    ///
    /// @param privileges empty = ALL
    /// @param target     what the names are; TABLE also for `ALL TABLES IN SCHEMA`
    /// @param allInSchema names are schemas: all objects of the kind in them
    /// @param grantees   role names; `public`, `current_user` and their kin as written, lower case
    /// @param grantOption GRANT: WITH GRANT OPTION; REVOKE: GRANT OPTION FOR
    record Grant(
            boolean grant,
            List<Privilege> privileges,
            ObjectType target,
            boolean allInSchema,
            List<ObjectName> names,
            List<String> grantees,
            boolean grantOption,
            boolean cascade,
            int position)
            implements Ddl {}

    /// A privilege, lower case, with the columns it is for (empty = the whole object).
    record Privilege(String name, List<String> columns) {}

    /// GRANT or REVOKE of roles to roles.
    record GrantRole(
            boolean grant,
            List<String> roles,
            List<String> grantees,
            List<Option> options,
            boolean cascade,
            int position)
            implements Ddl {}

    /// ALTER DEFAULT PRIVILEGES.
    record AlterDefaultPrivileges(List<String> roles, List<String> schemas, Grant action, int position)
            implements Ddl {}

    /// TRUNCATE.
    record Truncate(List<TableRef.Table> tables, boolean restartIdentity, boolean cascade, int position)
            implements Ddl {}

    /// REFRESH MATERIALIZED VIEW.
    record RefreshMaterializedView(QualifiedName name, boolean concurrently, boolean withData, int position)
            implements Ddl {}

    /// `DROP OWNED BY roles` or, if `newOwner` is there, `REASSIGN OWNED BY roles TO newOwner`.
    record Owned(List<String> roles, @Nullable String newOwner, boolean cascade, int position) implements Ddl {}

    /// A definition that no part of OmenDB executes (operators, casts, publications, foreign data, ...): its head
    /// is
    /// known, the rest is only lexed
    /// and its parentheses matched. The binder answers 0A000.
    ///
    /// @param command the command tag: `CREATE OPERATOR`, `ALTER PUBLICATION`, ...
    record Unsupported(String command, int position) implements Ddl {}
}
