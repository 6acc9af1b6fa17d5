package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// Types of `$1`, `$2`, ...: given by the client or inferred from where they are used first.
public final class ParameterTypes {
    private final List<SqlType> types = new ArrayList<>();
    private boolean closed;

    /// Of a statement that may have no parameters.
    public static ParameterTypes none() {
        ParameterTypes parameters = new ParameterTypes();
        parameters.closed = true;
        return parameters;
    }

    /// @param oids as in a Parse message, 0 = infer
    public static ParameterTypes of(int[] oids) {
        ParameterTypes parameters = new ParameterTypes();
        for (int oid : oids) {
            SqlType type = oid == 0 || oid == Types.UNKNOWN.oid() ? Types.UNKNOWN : Types.byOid(oid);
            if (type == null) {
                throw new UserException(SqlState.UNDEFINED_OBJECT, "type with OID " + oid + " does not exist");
            }
            parameters.types.add(type);
        }
        return parameters;
    }

    /// The type of `$number`, [Types#UNKNOWN] as long as nothing has settled it.
    SqlType type(int number) {
        if (number < 1 || number > 65_535 || (closed && number > types.size())) {
            throw new UserException(SqlState.UNDEFINED_PARAMETER, "there is no parameter $" + number);
        }
        while (types.size() < number) {
            types.add(Types.UNKNOWN);
        }
        return types.get(number - 1);
    }

    void settle(int number, SqlType type) {
        SqlType known = type(number);
        if (known == Types.UNKNOWN) {
            types.set(number - 1, type);
        } else if (known != type) {
            throw new UserException(SqlState.AMBIGUOUS_PARAMETER, "inconsistent types deduced for parameter $" + number)
                    .withDetail(known.format(-1) + " versus " + type.format(-1));
        }
    }

    /// All types once the statement is bound.
    ///
    /// @throws UserException 42P18 if one could not be inferred
    public List<SqlType> settled() {
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i) == Types.UNKNOWN) {
                throw new UserException(
                        SqlState.INDETERMINATE_DATATYPE, "could not determine data type of parameter $" + (i + 1));
            }
        }
        return List.copyOf(types);
    }
}
