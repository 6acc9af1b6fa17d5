package omendb.sql.bind;

import java.util.IdentityHashMap;
import omendb.engine.catalog.ViewDef;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;

/// What the parts of one statement's binder share.
final class BindState {
    final BindEnvironment environment;
    final ParameterTypes parameters;
    final FieldFactory fields;
    final TypeResolver types;
    final Coercions coercions;
    final FunctionResolver functions;

    /// Where column references stand in the text, for errors found after binding them. By identity: equal
    /// references
    /// stand in several places.
    private final IdentityHashMap<Scalar, Integer> positions = new IdentityHashMap<>();

    BindState(BindEnvironment environment, ParameterTypes parameters) {
        this(environment, parameters, new FieldFactory());
    }

    private BindState(BindEnvironment environment, ParameterTypes parameters, FieldFactory fields) {
        this.environment = environment;
        this.fields = fields;
        this.parameters = parameters;
        this.types = new TypeResolver(environment.searchPath());
        this.coercions = new Coercions(environment, parameters, fields);
        this.functions = new FunctionResolver(environment, coercions);
    }

    /// For the query of a view, which this statement reads.
    BindState within(ViewDef view) {
        return new BindState(new ViewEnvironment(environment, view), ParameterTypes.none(), fields);
    }

    Field field(String name, SqlType type, int typmod) {
        return fields.create(name, type, typmod);
    }

    /// A field that carries on what is known of an expression: of a column its origin, too.
    Field fieldFor(String name, Scalar expression) {
        if (expression instanceof Scalar.Column(Field source)) {
            return fields.create(name, source.type(), source.typmod(), source.tableOid(), source.columnNumber());
        }
        return fields.create(name, expression.type(), expression.typmod());
    }

    void remember(Scalar scalar, int position) {
        positions.put(scalar, position);
    }

    int positionOf(Scalar scalar) {
        return positions.getOrDefault(scalar, 0);
    }
}
