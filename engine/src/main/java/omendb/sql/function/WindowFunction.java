package omendb.sql.function;

import java.util.List;
import omendb.engine.type.SqlType;

/// What OVER may follow: an aggregate, or a function that needs a window.
public sealed interface WindowFunction permits AggregateDef, WindowDef {
    String name();

    List<SqlType> argTypes();
}
