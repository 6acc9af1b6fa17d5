package omendb.sql.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import omendb.engine.error.OmenException;
import omendb.sql.ast.AlterTableCommand;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TableElement;
import omendb.sql.ast.TableElement.ConstraintBody;
import omendb.sql.ast.TableRef;
import omendb.sql.ast.Utility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarTest {

    private static Statement parse(String sql) {
        List<ParsedStatement> statements = SqlParser.parse(sql);
        assertEquals(1, statements.size(), sql);
        return statements.getFirst().statement();
    }

    private static <T extends Statement> T parse(Class<T> type, String sql) {
        return assertInstanceOf(type, parse(sql));
    }

    private static OmenException refused(String sql) {
        return assertThrows(OmenException.class, () -> SqlParser.parse(sql), sql);
    }

    // ---- texts and errors

    @Test
    void a_text_is_split_at_semicolons_outside_of_tokens() {
        List<ParsedStatement> parsed = SqlParser.parse(";; select ';' ; -- ;\n begin; select $$;$$, $2;");
        assertEquals(
                List.of("select ';'", "begin", "select $$;$$, $2"),
                parsed.stream().map(ParsedStatement::text).toList());
        assertEquals(3, parsed.getFirst().offset());
        assertEquals(2, parsed.getLast().parameterCount());
        assertEquals(List.of(), SqlParser.parse(" /* nothing */ ; "));
    }

    @Test
    void positions_count_characters_of_the_whole_text() {
        OmenException error = refused("select '\ud83d\ude00\u00e9'; selec 1");
        assertEquals("syntax error at or near \"selec\"", error.getMessage());
        assertEquals(14, error.position());
        assertEquals("42601", error.sqlState().code());
        assertEquals("syntax error at end of input", refused("select * from").getMessage());
        assertEquals(14, refused("select * from").position());
    }

    @Test
    void nesting_ends_in_54001_and_never_in_a_stack_overflow() {
        for (String sql : List.of(
                "select " + "(".repeat(100_000) + "1" + ")".repeat(100_000),
                "select " + "f(".repeat(50_000) + "1" + ")".repeat(50_000),
                "select " + "case when ".repeat(50_000),
                "select " + "not ".repeat(50_000) + "true",
                "select " + "array[".repeat(50_000),
                "select " + "- ".repeat(50_000) + "1",
                "select * from " + "(select * from ".repeat(50_000) + "t",
                "select * from " + "(".repeat(50_000) + "t join u on true",
                "select 1" + " + 1".repeat(50_000),
                "select 1" + " union select 1".repeat(50_000),
                "select * from t" + " join t on true".repeat(20_000),
                "explain " + "explain ".repeat(3))) {
            OmenException error = refused(sql);
            String code = error.sqlState().code();
            assertTrue(code.equals("54001") || code.equals("42601"), sql.substring(0, 20) + code);
        }
        assertEquals(
                "stack depth limit exceeded",
                refused("select " + "(".repeat(5000)).getMessage());
    }

    @Test
    void usual_nesting_is_no_matter() {
        parse("select " + "(".repeat(200) + "1" + ")".repeat(200));
        parse("select 1" + " + 1".repeat(1000));
        parse("select * from t where a = 1" + " or a = 1".repeat(20_000));
        parse("insert into t values (1)" + ", (2)".repeat(20_000));
        parse("select * from t where a in (1" + ", 2".repeat(20_000) + ")");
    }

    // ---- expressions

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a <-> '[1,2]' < 5 and b | (((a <-> '[1,2]') < 5) AND b)",
                "(1 + (e <#> $1)) < 2 | ((1 + (e <#> $1)) < 2)",
                "interval '1 day' | '1 day'::interval",
                "interval '1-2' year to month | '1-2'::interval year to month",
                "vector(3) '[1,2,3]' | '[1,2,3]'::vector(3)",
                "float8 (a <=> b) | float8((a <=> b))",
                "extract(year from d) | EXTRACT(year FROM d)",
                "d at time zone 'UTC' | (d AT TIME ZONE 'UTC')",
                "substring(a from 2 for 3) | SUBSTRING(a FROM 2 FOR 3)",
                "substring(a, 2, 3) | \"substring\"(a, 2, 3)",
                "trim(leading 'x' from a) | TRIM(LEADING 'x' FROM a)",
                "position('a' in b) | POSITION(('a') IN (b))",
                "a like 'b' escape '!' | (a ~~ pg_catalog.like_escape('b', '!'))",
                "a not similar to 'b' | (a !~ pg_catalog.similar_to_escape('b'))",
                "count(*) filter (where a > 1) over (partition by b order by c desc rows 2 preceding) | count(*) FILTER (WHERE (a > 1)) OVER (PARTITION BY b ORDER BY c DESC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
                "percentile_cont(0.5) within group (order by x) | percentile_cont(0.5) WITHIN GROUP (ORDER BY x)",
                "f(a, b => 1, variadic c) | f(a, b => 1, VARIADIC c)",
                "case a when 1 then 'x' else b end | CASE a WHEN 1 THEN 'x' ELSE b END",
                "a[1][2:3].f | (a[1][2:3]).f",
                "(x).y.z | ((x).y).z",
                "x::numeric(10, 2)[] | (x)::numeric(10,2)[]",
                "cast(x as timestamp(3) with time zone) | (x)::timestamp(3) with time zone",
                "row(1, a) = (2, b) | (ROW(1, a) = (2, b))",
                "- 5 | (-5)",
                "-a ^ 2 | ((- a) ^ 2)",
                "current_date - localtimestamp(2) | (CURRENT_DATE - LOCALTIMESTAMP(2))",
                "\"user\".\"order\" | \"user\".\"order\"",
                "a operator(pg_catalog.~) '^x' collate pg_catalog.default | (a OPERATOR(pg_catalog.~) ('^x' COLLATE pg_catalog.\"default\"))",
            })
    void expressions_come_back_in_canonical_form(String sql, String text) {
        assertEquals(text, Deparser.expression(SqlParser.parseExpression(sql)));
    }

    @Test
    void nested_parentheses_are_told_apart_as_queries_and_expressions() {
        Query query = parse(
                Query.class, "select ((select 1) union (select 2)), ((select 1) + 1), ((select 1), 2), (((select 1)))");
        List<String> items = ((Query.Select) query.body())
                .items().stream()
                        .map(item -> item.expr().getClass().getSimpleName())
                        .toList();
        assertEquals(List.of("ScalarSubquery", "Binary", "Row", "ScalarSubquery"), items);
    }

    @Test
    void types_keep_their_catalog_names() {
        assertEquals(
                List.of("pg_catalog", "float8"),
                SqlParser.parseTypeName("double precision").names());
        assertEquals(List.of("vector"), SqlParser.parseTypeName("vector(3)").names());
        assertEquals("character varying(3)[]", Deparser.type(SqlParser.parseTypeName("varchar(3)[]")));
        assertEquals("\"char\"", Deparser.type(SqlParser.parseTypeName("\"char\"")));
    }

    // ---- queries

    @Test
    void joins_nest_by_their_conditions() {
        Query query = parse(
                Query.class,
                "select * from a join b left join c on x on y, lateral (select 1) d, f(1) with ordinality as g(i, n)");
        List<TableRef> from = ((Query.Select) query.body()).from();
        TableRef.Join join = assertInstanceOf(TableRef.Join.class, from.get(0));
        assertInstanceOf(TableRef.Join.class, join.right());
        assertTrue(assertInstanceOf(TableRef.Derived.class, from.get(1)).lateral());
        TableRef.Function function = assertInstanceOf(TableRef.Function.class, from.get(2));
        assertTrue(function.ordinality());
        assertEquals(List.of("i", "n"), function.alias().columns());
    }

    @Test
    void intersect_binds_tighter_than_union() {
        Query query = parse(Query.class, "select 1 union select 2 intersect select 3 order by 1 limit 5");
        Query.SetOperation union = (Query.SetOperation) query.body();
        assertEquals(Query.SetOperator.UNION, union.operator());
        assertEquals(
                Query.SetOperator.INTERSECT, ((Query.SetOperation) union.right().body()).operator());
        assertEquals(1, query.orderBy().size());
    }

    @Test
    void clauses_that_stand_twice_are_refused() {
        assertEquals(
                "multiple ORDER BY clauses not allowed",
                refused("(select 1 order by 1) order by 1").getMessage());
        assertEquals(
                "multiple LIMIT clauses not allowed",
                refused("select 1 limit 1 limit 2").getMessage());
        assertEquals(
                "WITH TIES cannot be specified without ORDER BY clause",
                refused("select 1 fetch first row with ties").getMessage());
        assertEquals(
                "LIMIT #,# syntax is not supported",
                refused("select 1 limit 1, 2").getMessage());
    }

    @Test
    void insert_on_conflict_keeps_its_parts() {
        Dml.Insert insert = parse(
                Dml.Insert.class,
                "insert into s.t as x (a, b[1]) values (1, default) on conflict (lower(a), b) where c do update set (a, b) = (1, 2), d = excluded.d where x.a > 1 returning *, a as z");
        assertEquals("s.t", insert.table().toString());
        assertEquals(2, insert.onConflict().elements().size());
        assertEquals(2, insert.onConflict().assignments().size());
        assertEquals("z", insert.returning().get(1).alias());
        assertTrue(parse(Dml.Insert.class, "insert into t default values on conflict do nothing")
                .onConflict()
                .doNothing());
    }

    // ---- definitions

    @Test
    void create_table_keeps_columns_and_constraints() {
        Ddl.CreateTable table = parse(
                Ddl.CreateTable.class,
                "create table if not exists s.items (id bigserial primary key, embedding public.vector(1536) not null, n int default 1 + 2 check (n > 0), tsv tsvector generated always as (to_tsvector('english', x)) stored, foreign key (n) references o (id) on delete cascade deferrable initially deferred, constraint u unique (a, b)) with (fillfactor = 70)");
        assertEquals(6, table.elements().size());
        TableElement.Column embedding = (TableElement.Column) table.elements().get(1);
        assertEquals("public.vector(1536)", Deparser.type(embedding.type()));
        TableElement.Constraint foreign =
                (TableElement.Constraint) table.elements().get(4);
        assertTrue(foreign.initiallyDeferred());
        assertEquals(TableElement.Action.CASCADE, ((ConstraintBody.ForeignKey) foreign.body()).onDelete());
        assertEquals("70", table.options().getFirst().value());
    }

    @Test
    void create_index_keeps_operator_classes_and_options() {
        Ddl.CreateIndex index = parse(
                Ddl.CreateIndex.class,
                "create index concurrently on items using HNSW ((embedding::halfvec(3)) halfvec_l2_ops, lower(a) desc nulls last) with (m = 16, ef_construction = '64') where a > 1");
        assertEquals("hnsw", index.accessMethod());
        assertEquals(
                "halfvec_l2_ops", index.elements().getFirst().operatorClass().name());
        assertEquals("64", index.options().get(1).value());
        assertTrue(index.concurrently());
    }

    @Test
    void alter_table_takes_several_commands() {
        Ddl.AlterTable alter = parse(
                Ddl.AlterTable.class,
                "alter table only t add column if not exists a int not null, alter embedding set storage plain, drop constraint c cascade, alter b type text using b::text");
        assertInstanceOf(AlterTableCommand.AddColumn.class, alter.commands().get(0));
        assertInstanceOf(AlterTableCommand.SetStorage.class, alter.commands().get(1));
        assertTrue(assertInstanceOf(
                        AlterTableCommand.DropConstraint.class, alter.commands().get(2))
                .cascade());
        assertInstanceOf(AlterTableCommand.SetType.class, alter.commands().get(3));
    }

    // ---- utility statements

    @Test
    void settings_keep_names_values_and_scope() {
        Utility.Set set = parse(Utility.Set.class, "set local hnsw.ef_search = 100");
        assertEquals("hnsw.ef_search", set.name());
        assertTrue(set.local());
        assertEquals("timezone", parse(Utility.Set.class, "SET TIME ZONE 'UTC'").name());
        assertEquals(
                2,
                parse(Utility.Set.class, "set search_path to public, \"$user\"")
                        .values()
                        .size());
        assertEquals(null, parse(Utility.Set.class, "set work_mem to default").values());
        assertEquals(
                "transaction_isolation",
                parse(Utility.Show.class, "show transaction isolation level").name());
    }

    @Test
    void transactions_keep_their_modes() {
        Utility.Begin begin =
                parse(Utility.Begin.class, "begin transaction isolation level repeatable read, read only");
        assertEquals(Utility.IsolationLevel.REPEATABLE_READ, begin.modes().isolation());
        assertEquals(true, begin.modes().readOnly());
        assertEquals(
                "s",
                parse(Utility.RollbackToSavepoint.class, "rollback work to savepoint s")
                        .name());
        assertTrue(parse(Utility.Commit.class, "commit and chain").chain());
    }

    @Test
    void copy_options_of_all_ages_have_the_same_names() {
        Utility.Copy copy =
                parse(Utility.Copy.class, "copy items (a, b) from stdin with (format binary, freeze, force_null (a))");
        assertEquals("binary", copy.options().getFirst().value());
        assertEquals(List.of("a"), copy.options().get(2).list());
        Utility.Copy old = parse(Utility.Copy.class, "copy items from '/x' delimiters '|' with csv header");
        assertEquals(
                List.of("delimiter", "format", "header"),
                old.options().stream().map(Utility.CopyOption::name).toList());
    }

    @Test
    void fetch_counts_in_its_direction() {
        Utility.Fetch fetch = parse(Utility.Fetch.class, "fetch backward 5 from c");
        assertEquals(Utility.FetchDirection.BACKWARD, fetch.direction());
        assertEquals(5, fetch.count());
        assertEquals(
                Long.MAX_VALUE, parse(Utility.Fetch.class, "fetch all in c").count());
        assertEquals(1, parse(Utility.Fetch.class, "fetch c").count());
    }

    @Test
    void literals_know_their_position() {
        Expr.Binary sum = (Expr.Binary) SqlParser.parseExpression("  1 + 22");
        assertEquals(3, sum.left().position());
        assertEquals(5, sum.position());
        assertEquals(7, sum.right().position());
    }
}
