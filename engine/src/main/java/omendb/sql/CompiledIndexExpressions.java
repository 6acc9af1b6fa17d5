package omendb.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.table.IndexExpressionCompiler;
import omendb.engine.table.IndexExpressions;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TypeContext;
import omendb.sql.bind.BindEnvironment;
import omendb.sql.bind.Binder;
import omendb.sql.bind.ParameterTypes;
import omendb.sql.exec.RowProgram;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.parse.SqlParser;
import omendb.sql.pgcatalog.SystemViews;
import omendb.sql.pgcatalog.VirtualTable;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import org.jspecify.annotations.Nullable;

/// Keys and predicate of an index, bound without a session: they are immutable, so no setting matters to them.
public final class CompiledIndexExpressions implements IndexExpressions {
    private final int[] attnums;
    private final int[] programOfKey;
    private final @Nullable ColumnVector[] values;
    private final int predicate;
    private final RowProgram program;

    /// The service.
    public static final class Compiler implements IndexExpressionCompiler {
        @Override
        public IndexExpressions compile(TableDef table, IndexDef index) {
            return new CompiledIndexExpressions(table, index);
        }
    }

    private CompiledIndexExpressions(TableDef table, IndexDef index) {
        Detached environment = new Detached();
        Binder binder = new Binder(environment, ParameterTypes.of(new int[0]));
        List<Field> row = binder.row(table);
        List<Scalar> expressions = new ArrayList<>();
        this.programOfKey = new int[index.keys().size()];
        this.values = new @Nullable ColumnVector[programOfKey.length];
        for (int i = 0; i < programOfKey.length; i++) {
            String sql = index.keys().get(i).expressionSql();
            if (sql != null) {
                programOfKey[i] = expressions.size();
                expressions.add(
                        binder.overRow(table, SqlParser.parseExpression(sql), row, Binder.RowExpression.INDEX_KEY));
            }
        }
        String where = index.predicateSql();
        this.predicate = where == null ? -1 : expressions.size();
        if (where != null) {
            expressions.add(
                    binder.overRow(table, SqlParser.parseExpression(where), row, Binder.RowExpression.INDEX_PREDICATE));
        }
        TreeSet<Integer> used = new TreeSet<>();
        expressions.forEach(expression -> Scalars.fields(expression).forEach(field -> used.add(field.columnNumber())));
        this.attnums = used.stream().mapToInt(Integer::intValue).toArray();
        this.program = new RowProgram(environment.catalog(), environment.evaluation(), row, expressions);
    }

    @Override
    public int[] attnums() {
        return attnums.clone();
    }

    @Override
    public void compute(Batch row) {
        program.start(row);
        Arrays.fill(values, null);
    }

    @Override
    public boolean holds() {
        if (predicate < 0) {
            return true;
        }
        ColumnVector holds = program.values(predicate, 1);
        return !holds.isNull(0) && holds.getBoolean(0);
    }

    @Override
    public ColumnVector key(int keyNumber) {
        ColumnVector known = values[keyNumber];
        if (known == null) {
            known = program.values(programOfKey[keyNumber], 1);
            values[keyNumber] = known;
        }
        return known;
    }

    @Override
    public void close() {
        program.close();
    }

    /// An environment of built-in names alone.
    private static final class Detached implements BindEnvironment {
        private final Catalog catalog = new Catalogs().committed();
        private final EvalContext evaluation = new EvalContext(TypeContext.DEFAULT, 0, 0, new java.util.Random(0));

        @Override
        public Catalog catalog() {
            return catalog;
        }

        @Override
        public FunctionRegistry functions() {
            return SqlFunctions.REGISTRY;
        }

        @Override
        public @Nullable String temporarySchema() {
            return null;
        }

        @Override
        public List<String> searchPath() {
            return List.of("pg_catalog", "public");
        }

        @Override
        public @Nullable String creationSchema() {
            return null;
        }

        @Override
        public @Nullable VirtualTable virtualTable(String schema, String name) {
            return SystemViews.find(schema, name);
        }

        @Override
        public TypeContext types() {
            return TypeContext.DEFAULT;
        }

        @Override
        public EvalContext evaluation() {
            return evaluation;
        }

        @Override
        public void notice(String severity, SqlState state, String message) {}
    }
}
