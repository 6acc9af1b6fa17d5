package omendb.sql.pgcatalog;

import omendb.ann.HnswStats;
import omendb.engine.catalog.RelationDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.table.VectorIndexFigures;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Types;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.Registrar;
import omendb.sql.function.SetFunction;
import omendb.sql.function.Volatility;

/// What vector indexes tell of themselves.
final class VectorIndexFunctions {
    private static final FunctionDef.Column[] COLUMNS = {
        new FunctionDef.Column("nodes", Types.INT8),
        new FunctionDef.Column("dead", Types.INT8),
        new FunctionDef.Column("unreachable", Types.INT8),
        new FunctionDef.Column("tail", Types.INT8),
        new FunctionDef.Column("levels", Types.INT4),
        new FunctionDef.Column("degree", Types.FLOAT8),
        new FunctionDef.Column("bits", Types.INT4),
        new FunctionDef.Column("centroids", Types.INT4),
        new FunctionDef.Column("graph_bytes", Types.INT8),
        new FunctionDef.Column("code_bytes", Types.INT8),
        new FunctionDef.Column("disk_bytes", Types.INT8),
    };

    private VectorIndexFunctions() {}

    static void register(Registrar registrar) {
        registrar.set(
                "hnsw_stats(regclass) setof record",
                Volatility.VOLATILE,
                (context, args, row) -> stats(context, (int) args[0].getLong(row)),
                COLUMNS);
    }

    private static SetFunction.Cursor stats(EvalContext context, int oid) {
        SystemState state = context.service(SystemState.class);
        VectorIndexFigures figures = state.vectorIndexFigures(oid);
        if (figures == null) {
            RelationDef relation = state.catalog().relation(oid);
            String name = relation == null ? Integer.toUnsignedString(oid) : relation.name();
            throw new UserException(SqlState.WRONG_OBJECT_TYPE, "\"" + name + "\" is not an hnsw index");
        }
        boolean[] told = {false};
        return (out, offset, capacity) -> {
            if (told[0] || capacity == 0) {
                return 0;
            }
            told[0] = true;
            fill(figures, out, offset);
            return 1;
        };
    }

    private static void fill(VectorIndexFigures figures, ColumnVector[] out, int row) {
        HnswStats graph = figures.graph();
        out[3].setLong(row, figures.tail());
        if (graph == null) { // it is built again: nothing is known but what is to be linked
            for (int column = 0; column < COLUMNS.length; column++) {
                if (column != 3) {
                    out[column].setNull(row);
                }
            }
            return;
        }
        out[0].setLong(row, graph.nodes());
        out[1].setLong(row, graph.deadNodes());
        out[2].setLong(row, figures.unreachable());
        out[4].setLong(row, graph.levels());
        out[5].setDouble(row, graph.averageDegree());
        out[6].setLong(row, graph.bits());
        out[7].setLong(row, graph.centroids());
        out[8].setLong(row, graph.graphBytes());
        out[9].setLong(row, graph.codeBytes());
        out[10].setLong(row, graph.bytesOnDisk());
    }
}
