package omendb.sql.parse;

import java.util.List;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import org.jspecify.annotations.Nullable;

/// SELECT INTO as the CREATE TABLE AS that it means.
final class IntoTable {
    private IntoTable() {}

    /// @return the query itself if its leftmost SELECT has no INTO
    static Statement of(Query query) {
        Query.Into into = into(query);
        return into == null
                ? query
                : new Ddl.CreateTableAs(
                        into.table(),
                        List.of(),
                        false,
                        into.persistence(),
                        false,
                        null,
                        List.of(),
                        Ddl.OnCommit.NONE,
                        null,
                        without(query),
                        true,
                        true,
                        query.position());
    }

    private static Query.@Nullable Into into(Query query) {
        return switch (query.body()) {
            case Query.Select select -> select.into();
            case Query.SetOperation operation -> into(operation.left());
            case Query.Values _ -> null;
        };
    }

    private static Query without(Query query) {
        Query.Body body = switch (query.body()) {
            case Query.Select select ->
                new Query.Select(
                        select.distinct(),
                        select.items(),
                        null,
                        select.from(),
                        select.where(),
                        select.groupBy(),
                        select.having(),
                        select.windows(),
                        select.position());
            case Query.SetOperation operation ->
                new Query.SetOperation(
                        operation.operator(),
                        operation.all(),
                        without(operation.left()),
                        operation.right(),
                        operation.position());
            case Query.Values values -> values;
        };
        return new Query(
                query.with(),
                body,
                query.orderBy(),
                query.limit(),
                query.withTies(),
                query.offset(),
                query.locking(),
                query.position());
    }
}
