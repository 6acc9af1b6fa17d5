package omendb.sql.pgcatalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.engine.catalog.RelationDef;
import omendb.engine.type.ObjectNames;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.WindowDef;
import omendb.sql.parse.Deparser;
import org.jspecify.annotations.Nullable;

/// Names of relations, functions and schemas for regclass, regproc and regnamespace, seen from a statement's search
/// path.
public final class CatalogNames implements ObjectNames {
    private final SystemState state;

    public CatalogNames(SystemState state) {
        this.state = state;
    }

    @Override
    public long relationOid(String name) {
        List<String> parts = split(name);
        if (parts.size() == 3) {
            parts = parts.subList(1, 3);
        }
        if (parts.size() == 2) {
            return relationOid(state.resolve(parts.getFirst()), parts.get(1));
        }
        if (parts.size() == 1) {
            for (String schema : state.searchPath()) {
                long oid = relationOid(schema, parts.getFirst());
                if (oid != 0) {
                    return oid;
                }
            }
        }
        return 0;
    }

    private long relationOid(String schema, String name) {
        VirtualTable view = SystemViews.find(schema, name);
        if (view != null) {
            return view.oid();
        }
        int schemaOid = NamespaceViews.oid(state.catalog(), schema);
        RelationDef relation = schemaOid == 0 ? null : state.catalog().relation(schemaOid, name);
        return relation == null ? 0 : relation.oid();
    }

    @Override
    public @Nullable String relationName(long oid) {
        VirtualTable view = SystemViews.byOid((int) oid);
        RelationDef relation = state.catalog().relation((int) oid);
        String schema;
        String name;
        if (view != null) {
            schema = view.schema();
            name = view.name();
        } else if (relation != null) {
            schema = NamespaceViews.name(state.catalog(), relation.schemaOid());
            name = relation.name();
        } else {
            return null;
        }
        String quoted = Deparser.identifier(name);
        return schema == null || relationOid(quoted) == oid ? quoted : Deparser.identifier(schema) + "." + quoted;
    }

    @Override
    public long procedureOid(String name) {
        List<String> parts = split(name);
        String bare = parts.isEmpty() ? "" : parts.getLast();
        for (FunctionDef function : state.functions().functions(bare)) {
            return function.oid();
        }
        for (AggregateDef aggregate : state.functions().aggregates(bare)) {
            return aggregate.oid();
        }
        for (WindowDef window : state.functions().windows(bare)) {
            return window.oid();
        }
        return ProcedureNames.oid(bare);
    }

    @Override
    public @Nullable String procedureName(long oid) {
        FunctionDef function = state.functions().function((int) oid);
        if (function != null) {
            return Deparser.identifier(function.name());
        }
        AggregateDef aggregate = state.functions().aggregate((int) oid);
        return aggregate != null ? Deparser.identifier(aggregate.name()) : ProcedureNames.name((int) oid);
    }

    @Override
    public long namespaceOid(String name) {
        List<String> parts = split(name);
        return parts.size() == 1 ? NamespaceViews.oid(state.catalog(), parts.getFirst()) : 0;
    }

    @Override
    public @Nullable String namespaceName(long oid) {
        String name = NamespaceViews.name(state.catalog(), (int) oid);
        return name == null ? null : Deparser.identifier(name);
    }

    /// Is the relation the first of its name along the search path?
    boolean isVisible(int oid) {
        RelationDef relation = state.catalog().relation(oid);
        VirtualTable view = SystemViews.byOid(oid);
        String name = relation != null ? relation.name() : view != null ? view.name() : null;
        return name != null && relationOid(Deparser.identifier(name)) == oid;
    }

    /// Parts of a dotted name, unquoted ones folded to lower case; empty if it is no name.
    static List<String> split(String name) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        boolean wasQuoted = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (quoted) {
                if (c != '"') {
                    part.append(c);
                } else if (i + 1 < name.length() && name.charAt(i + 1) == '"') {
                    part.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
                wasQuoted = true;
            } else if (c == '.') {
                parts.add(finish(part, wasQuoted));
                part.setLength(0);
                wasQuoted = false;
            } else {
                part.append(wasQuoted ? c : Character.toLowerCase(c));
            }
        }
        if (quoted || (part.isEmpty() && !wasQuoted)) {
            return List.of();
        }
        parts.add(finish(part, wasQuoted));
        return parts;
    }

    private static String finish(StringBuilder part, boolean wasQuoted) {
        String text = part.toString();
        return wasQuoted ? text : text.strip().toLowerCase(Locale.ROOT);
    }
}
