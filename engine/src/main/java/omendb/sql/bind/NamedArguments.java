package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.Expr;
import omendb.sql.function.FunctionDef;
import omendb.sql.parse.SqlParser;
import org.jspecify.annotations.Nullable;

/// `f(a, name => b)`: puts named arguments where the function has them, and defaults between.
final class NamedArguments {
    private final BindState state;
    private final ExpressionBinder expressions;

    NamedArguments(BindState state, ExpressionBinder expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    /// The call with arguments by position, as the first function sees it that has all the names.
    Expr.FunctionCall positional(Expr.FunctionCall call) {
        boolean named = false;
        List<String> seen = new ArrayList<>();
        for (Expr arg : call.args()) {
            if (arg instanceof Expr.NamedArgument(var name, var _, var position)) {
                named = true;
                if (seen.contains(name)) {
                    throw new UserException(SqlState.SYNTAX_ERROR, "argument name \"" + name + "\" used more than once")
                            .withPosition(position);
                }
                seen.add(name);
            } else if (named) {
                throw new UserException(SqlState.SYNTAX_ERROR, "positional argument cannot follow named argument")
                        .withPosition(arg.position());
            }
        }
        for (FunctionDef function :
                state.environment.functions().functions(call.name().name())) {
            List<Expr> args = arranged(call.args(), function);
            if (args != null) {
                return new Expr.FunctionCall(
                        call.name(),
                        args,
                        call.star(),
                        call.distinct(),
                        call.variadic(),
                        call.orderBy(),
                        call.withinGroup(),
                        call.filter(),
                        call.over(),
                        call.syntax(),
                        call.position());
            }
        }
        throw noFunction(call);
    }

    /// One expression per argument of `function`, or null if it does not fit.
    private static @Nullable List<Expr> arranged(List<Expr> written, FunctionDef function) {
        int count = function.argTypes().size();
        if (function.argNames().size() != count || written.size() > count) {
            return null;
        }
        List<@Nullable Expr> args = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            args.add(null);
        }
        for (int i = 0; i < written.size(); i++) {
            boolean named = written.get(i) instanceof Expr.NamedArgument;
            int at = i;
            if (written.get(i) instanceof Expr.NamedArgument(var name, var _, var _)) {
                at = function.argNames().indexOf(name);
            }
            if (at < 0 || args.get(at) != null) {
                return null;
            }
            args.set(at, named ? ((Expr.NamedArgument) written.get(i)).value() : written.get(i));
        }
        return withDefaults(args, function);
    }

    private static @Nullable List<Expr> withDefaults(List<@Nullable Expr> args, FunctionDef function) {
        List<Expr> complete = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            Expr arg = args.get(i);
            if (arg == null && i < function.requiredArguments()) {
                return null;
            }
            complete.add(
                    arg == null
                            ? SqlParser.parseExpression(function.defaultTexts().get(i - function.requiredArguments()))
                            : arg);
        }
        return complete;
    }

    private UserException noFunction(Expr.FunctionCall call) {
        List<String> shown = new ArrayList<>();
        for (Expr arg : call.args()) {
            Expr value = arg instanceof Expr.NamedArgument(var _, var inner, var _) ? inner : arg;
            String type = expressions.bind(value).type().format(-1);
            shown.add(arg instanceof Expr.NamedArgument(var name, var _, var _) ? name + " => " + type : type);
        }
        UserException error = new UserException(
                SqlState.UNDEFINED_FUNCTION,
                "function " + call.name() + "(" + String.join(", ", shown) + ") does not exist");
        error.withHint("No function matches the given name and argument types."
                + " You might need to add explicit type casts.");
        error.withPosition(call.position());
        return error;
    }
}
