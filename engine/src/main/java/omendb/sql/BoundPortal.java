package omendb.sql;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.TypeContext;
import omendb.engine.type.TypeIo;
import omendb.engine.type.ValueArena;
import omendb.sql.exec.HeldRows;
import org.jspecify.annotations.Nullable;

/// A statement with its parameter values; after a suspension also the rows still to be sent.
final class BoundPortal implements Portal {
    private final PreparedStatement statement;
    private final PortalMemory memory;
    private @Nullable ValueArena arena;
    private final List<ColumnVector> parameters = new ArrayList<>();
    private @Nullable HeldRows held;
    private @Nullable String heldTag;
    private boolean started;

    BoundPortal(PreparedStatement statement, PortalMemory memory) {
        this.statement = statement;
        this.memory = memory;
    }

    PreparedStatement statement() {
        return statement;
    }

    /// Converts the values of a Bind message; the context of an error names the parameter (the caller adds the portal).
    void read(ParameterValues values, TypeContext context) {
        List<SqlType> types = statement.parameterTypes();
        for (int i = 0; i < types.size(); i++) {
            ColumnVector vector = addParameter(types.get(i));
            try {
                read(values, i, context, vector);
            } catch (OmenException e) {
                boolean shown = !values.isBinary(i) && e.sqlState() != SqlState.CHARACTER_NOT_IN_REPERTOIRE;
                throw e.withWhere("parameter $" + (i + 1) + (shown ? " = '...'" : ""));
            }
        }
    }

    private static void read(ParameterValues values, int index, TypeContext context, ColumnVector out) {
        TypeIo io = out.type().io();
        if (values.isNull(index)) {
            out.setNull(0);
        } else if (values.isBinary(index)) {
            io.receive(context, values.address(index), values.length(index), -1, out, 0);
        } else {
            io.parse(context, values.address(index), values.length(index), -1, out, 0);
        }
    }

    /// A vector of one row for the next parameter.
    ColumnVector addParameter(SqlType type) {
        if (arena == null) {
            arena = memory.take();
        }
        ColumnVector vector = ColumnVector.cell(type, arena);
        parameters.add(vector);
        return vector;
    }

    List<ColumnVector> parameters() {
        return parameters;
    }

    boolean started() {
        return started;
    }

    void start() {
        started = true;
    }

    /// Rows that wait for the next execution, with the tag for the end.
    @Nullable
    HeldRows held() {
        return held;
    }

    String heldTag() {
        return heldTag == null ? "" : heldTag;
    }

    void hold(HeldRows rows, String tag) {
        held = rows;
        heldTag = tag;
    }

    @Override
    public List<ResultColumn> columns() {
        return statement.columns();
    }

    @Override
    public boolean returnsRows() {
        return statement.returnsRows();
    }

    @Override
    public void close() {
        parameters.clear();
        if (arena != null) {
            memory.giveBack(arena);
            arena = null;
        }
        if (held != null) {
            held.close();
            held = null;
        }
    }
}
