package omendb.sql.bind;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.TemporarySchemas;
import omendb.engine.error.OmenException;
import omendb.sql.function.IdentifierParser;
import omendb.sql.parse.Deparser;
import org.jspecify.annotations.Nullable;

/// Names of sequences in the defaults that the catalog keeps as text.
///
/// PostgreSQL keeps oids: what a default draws from does not change when a session has another search path, or a
/// temporary sequence of the same name. So a bare name means first what the table owns, then what the search path finds
/// without temporary schemas (if the table is not temporary itself), then what is beside the table.
public final class StoredNames {
    private static final Pattern REGCLASS = Pattern.compile("'((?:[^']|'')*)'::regclass");

    private StoredNames() {}

    /// The relation that a quoted name in a table's default means, or null.
    public static @Nullable RelationDef relation(
            Catalog catalog, List<String> searchPath, TableDef table, String written) {
        List<String> parts;
        try {
            parts = IdentifierParser.parse(written, true);
        } catch (OmenException notAName) {
            return null;
        }
        String name = parts.getLast();
        if (parts.size() > 1) {
            SchemaDef schema = catalog.schema(parts.get(parts.size() - 2));
            return schema == null ? null : catalog.relation(schema.oid(), name);
        }
        for (SequenceDef sequence : catalog.sequencesOwnedBy(table.oid())) {
            if (sequence.name().equals(name)) {
                return sequence;
            }
        }
        boolean temporary = catalog.isTemporary(table);
        List<String> path = searchPath.stream()
                .filter(schema -> temporary || !TemporarySchemas.isOne(schema))
                .toList();
        RelationDef found = catalog.resolve(path, name);
        return found == null ? catalog.relation(table.schemaOid(), name) : found;
    }

    /// A default with schemas before the names that the search path would take for others.
    static String qualified(Catalog catalog, List<String> searchPath, TableDef table, String sql) {
        if (!sql.contains("::regclass")) {
            return sql;
        }
        return REGCLASS.matcher(sql).replaceAll(match -> {
            String written = match.group(1).replace("''", "'");
            RelationDef relation = relation(catalog, searchPath, table, written);
            SchemaDef schema = relation == null ? null : catalog.schema(relation.schemaOid());
            if (relation == null || schema == null || relation.equals(catalog.resolve(searchPath, relation.name()))) {
                return Matcher.quoteReplacement(match.group());
            }
            String name = Deparser.identifier(schema.name()) + "." + Deparser.identifier(relation.name());
            return Matcher.quoteReplacement(Deparser.string(name) + "::regclass");
        });
    }
}
