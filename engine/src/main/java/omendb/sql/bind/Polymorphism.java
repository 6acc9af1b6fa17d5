package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Which actual types anyelement, anyarray, anycompatible and their kin stand for in one call.
final class Polymorphism {
    private Polymorphism() {}

    /// Whether one argument alone could be passed for a polymorphic parameter.
    static boolean accepts(SqlType parameter, SqlType argument) {
        if (argument == Types.UNKNOWN) {
            return true;
        }
        if (parameter == Types.ANYARRAY || parameter == Types.ANYCOMPATIBLEARRAY) {
            return argument.isArray() || argument == Types.ANYARRAY;
        }
        if (parameter == Types.ANYNONARRAY) {
            return !argument.isArray();
        }
        if (parameter == Types.ANYENUM) {
            return argument.form() == SqlType.Form.ENUM;
        }
        return parameter == Types.ANYELEMENT || parameter == Types.ANYCOMPATIBLE;
    }

    private static boolean isElementFamily(SqlType type) {
        return type == Types.ANYELEMENT || type == Types.ANYARRAY || type == Types.ANYNONARRAY || type == Types.ANYENUM;
    }

    private static boolean isArrayMember(SqlType type) {
        return type == Types.ANYARRAY || type == Types.ANYCOMPATIBLEARRAY;
    }

    /// The call's actual argument types and result type.
    record Resolved(List<SqlType> arguments, SqlType result) {}

    /// Settles a call; null if the arguments do not fit together.
    static @Nullable Resolved resolve(
            List<SqlType> declared, List<SqlType> actual, SqlType result, Coercions coercions) {
        boolean any = declared.stream().anyMatch(SqlType::isPolymorphic);
        if (!any) {
            return new Resolved(declared, result);
        }
        SqlType element = exactElement(declared, actual);
        SqlType compatible = commonElement(declared, actual, coercions);
        if (element == null || compatible == null) {
            return null;
        }
        List<SqlType> arguments = new ArrayList<>();
        for (SqlType type : declared) {
            SqlType substituted = substitute(type, element, compatible);
            if (substituted == null) {
                return null;
            }
            arguments.add(substituted);
        }
        SqlType actualResult = substitute(result, element, compatible);
        return actualResult == null ? null : new Resolved(arguments, actualResult);
    }

    private static @Nullable SqlType substitute(SqlType type, SqlType element, SqlType compatible) {
        if (!type.isPolymorphic()) {
            return type;
        }
        SqlType base = isElementFamily(type) ? element : compatible;
        if (!isArrayMember(type)) {
            return base;
        }
        return base == Types.UNKNOWN ? Types.TEXT.arrayType() : base.arrayType();
    }

    /// The element type that all of the anyelement family agree on; UNKNOWN if nothing tells, null if they
    /// disagree.
    private static @Nullable SqlType exactElement(List<SqlType> declared, List<SqlType> actual) {
        SqlType element = Types.UNKNOWN;
        for (int i = 0; i < declared.size(); i++) {
            SqlType type = actual.get(i);
            if (!isElementFamily(declared.get(i)) || type == Types.UNKNOWN) {
                continue;
            }
            SqlType candidate = declared.get(i) == Types.ANYARRAY ? type.elementType() : type;
            if (candidate == null || (element != Types.UNKNOWN && candidate != element)) {
                return null;
            }
            element = candidate;
        }
        return element == Types.UNKNOWN ? Types.TEXT : element;
    }

    private static @Nullable SqlType commonElement(List<SqlType> declared, List<SqlType> actual, Coercions coercions) {
        List<SqlType> members = new ArrayList<>();
        for (int i = 0; i < declared.size(); i++) {
            SqlType type = actual.get(i);
            if (declared.get(i) == Types.ANYCOMPATIBLE) {
                members.add(type);
            } else if (declared.get(i) == Types.ANYCOMPATIBLEARRAY) {
                SqlType element = type == Types.UNKNOWN ? Types.UNKNOWN : type.elementType();
                if (element == null) {
                    return null;
                }
                members.add(element);
            }
        }
        if (members.isEmpty()) {
            return Types.TEXT;
        }
        try {
            return coercions.commonType(members, "", 0);
        } catch (UserException e) {
            assert e.sqlState() == SqlState.DATATYPE_MISMATCH;
            return null;
        }
    }
}
