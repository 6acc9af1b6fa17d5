package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ExtensionDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.TableLockMode;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TableRef;
import omendb.sql.ast.Utility;
import omendb.sql.pgcatalog.SystemState;

/// Carries out DDL.
public final class DdlExecutor {
    /// Extensions whose functions and types are always here; creating one writes its row.
    private static final Map<String, String> EXTENSIONS =
            Map.of("vector", SystemState.VECTOR_VERSION, "uuid-ossp", "1.1", "plpgsql", "1.0");

    private final DdlContext context;
    private final RelationNames names;

    public DdlExecutor(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    /// Executes the statement in the context's transaction.
    ///
    /// @return the tag of CommandComplete
    /// @throws omendb.engine.error.UserException 0A000 for what does not exist here yet
    public String execute(Ddl statement) {
        return switch (statement) {
            case Ddl.CreateTable create -> {
                new TableCreator(context, create).create();
                yield "CREATE TABLE";
            }
            case Ddl.CreateIndex create -> {
                new IndexCreator(context).create(create);
                yield "CREATE INDEX";
            }
            case Ddl.Drop drop -> {
                new ObjectDropper(context).drop(drop);
                yield "DROP " + drop.type().words();
            }
            case Ddl.AlterTable alter -> {
                new TableAlterer(context).alter(alter);
                yield "ALTER " + alter.type().words();
            }
            case Ddl.Rename rename -> {
                new Renamer(context).rename(rename);
                yield "ALTER " + rename.owner().words();
            }
            case Ddl.CreateSchema create -> createSchema(create);
            case Ddl.CreateSequence create -> createSequence(create);
            case Ddl.AlterSequence alter -> {
                new SequenceAlterer(context).alter(alter);
                yield "ALTER SEQUENCE";
            }
            case Ddl.SetSchema set -> {
                new Renamer(context).setSchema(set);
                yield "ALTER " + set.type().words();
            }
            case Ddl.SetOwner set -> {
                setOwner(set);
                yield "ALTER " + set.type().words();
            }
            case Ddl.Comment comment -> {
                new CommentSetter(context).comment(comment);
                yield "COMMENT";
            }
            case Ddl.CreateView create -> {
                new ViewCreator(context).create(create);
                yield "CREATE VIEW";
            }
            case Ddl.CreateExtension create -> createExtension(create);
            case Ddl.UpdateExtension update -> {
                requireExtension(update.name());
                yield "ALTER EXTENSION";
            }
            case Ddl.Truncate truncate -> truncate(truncate);
            default -> throw DdlErrors.notSupported(words(statement));
        };
    }

    /// A column of CREATE TABLE AS.
    public record NewColumn(String name, SqlType type, int typmod) {}

    /// CREATE TABLE AS, first: whether there is no relation of the name yet (42P07, or a notice with IF NOT EXISTS).
    public boolean isTableWanted(Ddl.CreateTableAs create) {
        return new TableCreator(context, withoutElements(create)).isWanted();
    }

    /// CREATE TABLE AS, last: makes the table.
    public TableDef createTableAs(Ddl.CreateTableAs create, List<NewColumn> columns) {
        if (create.columns().size() > columns.size()) {
            throw DdlErrors.error(SqlState.SYNTAX_ERROR, "too many column names were specified");
        }
        List<ColumnDef> defs = new ArrayList<>();
        for (NewColumn column : columns) {
            int at = defs.size();
            String name = at < create.columns().size() ? create.columns().get(at) : column.name();
            defs.add(new ColumnDef(at + 1, name, column.type(), column.typmod(), false, null, ColumnDef.Identity.NONE));
        }
        return new TableCreator(context, withoutElements(create)).create(defs);
    }

    private static Ddl.CreateTable withoutElements(Ddl.CreateTableAs create) {
        return new Ddl.CreateTable(
                new QualifiedName(create.name().parts(), 0), // PostgreSQL has no position here
                create.persistence(),
                create.ifNotExists(),
                List.of(),
                List.of(),
                null,
                null,
                null,
                null,
                create.accessMethod(),
                create.options(),
                create.onCommit(),
                create.tablespace(),
                create.position());
    }

    /// REINDEX: builds indexes anew.
    public void reindex(Utility.Reindex reindex) {
        new IndexRebuilder(context).rebuild(reindex);
    }

    /// `CREATE VIEW` for [Ddl.CreateView].
    private static String words(Statement statement) {
        StringBuilder words = new StringBuilder();
        String name = statement.getClass().getSimpleName();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c) && !words.isEmpty()) {
                words.append(' ');
            }
            words.append(Character.toUpperCase(c));
        }
        return words.toString();
    }

    private String createSchema(Ddl.CreateSchema create) {
        String name = create.name() != null ? create.name() : create.authorization();
        if (name == null) {
            throw DdlErrors.error(SqlState.SYNTAX_ERROR, "CREATE SCHEMA needs a name");
        }
        if (!create.elements().isEmpty()) {
            throw DdlErrors.notSupported("CREATE SCHEMA with elements");
        }
        if (name.startsWith("pg_")) {
            throw DdlErrors.error(SqlState.RESERVED_NAME, "unacceptable schema name \"" + name + "\"")
                    .withDetail("The prefix \"pg_\" is reserved for system schemas.");
        }
        if (context.catalog().schema(name) != null || name.equals("information_schema")) {
            OmenException exists = DdlErrors.error(SqlState.DUPLICATE_SCHEMA, "schema \"" + name + "\" already exists");
            if (!create.ifNotExists()) {
                throw exists;
            }
            context.notice(SqlState.DUPLICATE_SCHEMA, exists.text() + ", skipping");
            return "CREATE SCHEMA";
        }
        context.editor().createSchema(name);
        return "CREATE SCHEMA";
    }

    private String createSequence(Ddl.CreateSequence create) {
        SchemaDef schema = names.creationSchema(create.name(), create.persistence());
        String name = create.name().name();
        if (context.catalog().relation(schema.oid(), name) != null) {
            if (!create.ifNotExists()) {
                throw DdlErrors.error(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
            }
            context.notice(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists, skipping");
            return "CREATE SEQUENCE";
        }
        SequenceOptions options = SequenceOptions.of(Types.INT8, create.options(), context.binder());
        SequenceDef sequence = context.editor().createSequence(schema.oid(), options.named(name));
        if (options.ownedBy() != null) {
            new SequenceAlterer(context).own(sequence, options.ownedBy());
        }
        return "CREATE SEQUENCE";
    }

    /// Every role is the owner of everything here.
    private void setOwner(Ddl.SetOwner set) {
        String role = set.role();
        if (set.type() != Ddl.ObjectType.SCHEMA) {
            throw DdlErrors.notSupported("ALTER " + set.type().words() + " ... OWNER TO");
        }
        if (context.catalog().schema(set.name().name().name()) == null) {
            throw RelationNames.noSchema(set.name().name().name());
        }
        if (!role.equals(context.user()) && !role.equals("current_user") && !role.equals("session_user")) {
            throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "role \"" + role + "\" does not exist");
        }
    }

    private String createExtension(Ddl.CreateExtension create) {
        String name = create.name();
        if (context.catalog().extension(name) != null) {
            if (!create.ifNotExists()) {
                throw DdlErrors.error(SqlState.DUPLICATE_OBJECT, "extension \"" + name + "\" already exists");
            }
            context.notice(SqlState.DUPLICATE_OBJECT, "extension \"" + name + "\" already exists, skipping");
            return "CREATE EXTENSION";
        }
        String version = EXTENSIONS.get(name);
        if (version == null) {
            throw DdlErrors.error(SqlState.FEATURE_NOT_SUPPORTED, "extension \"" + name + "\" is not available")
                    .withHint("The extension must first be installed on the system where PostgreSQL is running.");
        }
        int schemaOid = Catalog.PUBLIC_OID;
        for (Ddl.Option option : create.options()) {
            if (option.name().equals("schema") && option.value() != null) {
                schemaOid = names.schema(option.value(), option.position()).oid();
            }
        }
        context.editor().createExtension(name, version, schemaOid);
        return "CREATE EXTENSION";
    }

    private void requireExtension(String name) {
        ExtensionDef extension = context.catalog().extension(name);
        if (extension == null) {
            throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "extension \"" + name + "\" does not exist");
        }
    }

    /// Adds tables that refer to those that are truncated, and to them in turn, if CASCADE says so.
    private void addReferencing(List<Integer> oids, boolean cascade) {
        for (int i = 0; i < oids.size(); i++) {
            TableDef table = context.catalog().table(oids.get(i));
            for (Catalog.Reference reference : context.catalog().referencesTo(oids.get(i))) {
                TableDef child = context.catalog().table(reference.tableOid());
                if (table == null || child == null || oids.contains(child.oid())) {
                    continue;
                }
                if (!cascade) {
                    throw DdlErrors.error(
                                    SqlState.FEATURE_NOT_SUPPORTED,
                                    "cannot truncate a table referenced in a foreign key constraint")
                            .withDetail("Table \"" + child.name() + "\" references \"" + table.name() + "\".")
                            .withHint("Truncate table \"" + child.name()
                                    + "\" at the same time, or use TRUNCATE ... CASCADE.");
                }
                context.notice(SqlState.SUCCESSFUL_COMPLETION, "truncate cascades to table \"" + child.name() + "\"");
                context.transaction().lockTable(child.oid(), TableLockMode.ACCESS_EXCLUSIVE);
                oids.add(child.oid());
            }
        }
    }

    private String truncate(Ddl.Truncate truncate) {
        List<Integer> oids = new ArrayList<>();
        for (TableRef.Table reference : truncate.tables()) {
            int oid = names.table(reference.name()).oid();
            context.transaction().lockTable(oid, TableLockMode.ACCESS_EXCLUSIVE);
            if (!oids.contains(oid)) {
                oids.add(oid);
            }
        }
        addReferencing(oids, truncate.cascade());
        for (int oid : oids) {
            TableDef table = context.catalog().table(oid);
            if (table != null) {
                context.requireNotPending(table, "TRUNCATE");
            }
        }
        context.editor().truncate(oids);
        if (truncate.restartIdentity()) {
            for (int oid : oids) {
                for (SequenceDef sequence : context.catalog().sequencesOwnedBy(oid)) {
                    context.editor().alterSequence(sequence.oid(), SequenceOptions.of(sequence), sequence.start());
                }
            }
        }
        return "TRUNCATE TABLE";
    }
}
