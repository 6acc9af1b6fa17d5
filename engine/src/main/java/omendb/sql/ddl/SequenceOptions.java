package omendb.sql.ddl;

import java.util.List;
import omendb.engine.catalog.SchemaEditor.NewSequence;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Ddl.SequenceOption;
import omendb.sql.ast.QualifiedName;
import omendb.sql.bind.Binder;
import org.jspecify.annotations.Nullable;

/// The options of CREATE SEQUENCE, serial and identity columns, with PostgreSQL's defaults and checks.
final class SequenceOptions {
    private SqlType type;
    private @Nullable Long increment;
    private @Nullable Long minimum;
    private @Nullable Long maximum;
    private @Nullable Long start;
    private @Nullable Long cache;
    private @Nullable Boolean cycle;
    private boolean saysType;
    private boolean saysMinimum;
    private boolean saysMaximum;
    private SequenceOption.@Nullable Restart restart;
    private boolean changes;
    private @Nullable QualifiedName ownedBy;

    private SequenceOptions(SqlType type) {
        this.type = type;
    }

    /// @param type of the column for serial and identity; bigint for CREATE SEQUENCE
    static SequenceOptions of(SqlType type, List<SequenceOption> options, Binder binder) {
        SequenceOptions result = new SequenceOptions(type);
        for (SequenceOption option : options) {
            result.apply(option, binder);
        }
        return result;
    }

    /// The properties that a sequence has.
    static NewSequence of(SequenceDef sequence) {
        return new NewSequence(
                sequence.name(),
                sequence.type(),
                sequence.start(),
                sequence.increment(),
                sequence.minimum(),
                sequence.maximum(),
                sequence.cache(),
                sequence.cycle());
    }

    /// What ALTER SEQUENCE makes of a sequence.
    static SequenceOptions altering(SequenceDef sequence, List<SequenceOption> options, Binder binder) {
        SequenceOptions result = new SequenceOptions(sequence.type());
        for (SequenceOption option : options) {
            if (option instanceof SequenceOption.Restart again) {
                result.changes = true;
                result.restart = again;
            } else {
                result.apply(option, binder);
            }
        }
        result.complete(sequence);
        return result;
    }

    /// Fills in what was not said from the sequence; limits that were those of its type follow the type.
    private void complete(SequenceDef sequence) {
        SqlType old = sequence.type();
        boolean other = saysType && type != old;
        increment = increment == null ? Long.valueOf(sequence.increment()) : increment;
        boolean freeMaximum = other && sequence.maximum() == largest(old);
        boolean freeMinimum = other && sequence.minimum() == smallest(old);
        if (!saysMaximum && !freeMaximum) {
            maximum = sequence.maximum();
        }
        if (!saysMinimum && !freeMinimum) {
            minimum = sequence.minimum();
        }
        start = start == null ? Long.valueOf(sequence.start()) : start;
        cache = cache == null ? Long.valueOf(sequence.cache()) : cache;
        cycle = cycle == null ? Boolean.valueOf(sequence.cycle()) : cycle;
    }

    /// Whether more than the owner changes.
    boolean changes() {
        return changes;
    }

    /// Value that nextval gives next; null = goes on.
    @Nullable
    Long restartWith() {
        if (restart == null) {
            return null;
        }
        return restart.with() != null ? restart.with() : start;
    }

    private void apply(SequenceOption option, Binder binder) {
        changes |= !(option instanceof SequenceOption.OwnedBy);
        switch (option) {
            case SequenceOption.As as -> {
                type = integerType(binder.type(as.type()).type());
                saysType = true;
            }
            case SequenceOption.Increment by -> increment = once(increment, by.by());
            case SequenceOption.MinValue min -> {
                minimum = min.value();
                saysMinimum = true;
            }
            case SequenceOption.MaxValue max -> {
                maximum = max.value();
                saysMaximum = true;
            }
            case SequenceOption.Start with -> start = once(start, with.with());
            case SequenceOption.Cache count -> cache = once(cache, count.count());
            case SequenceOption.Cycle flag -> cycle = flag.cycle();
            case SequenceOption.OwnedBy owner -> ownedBy = owner.column();
            case SequenceOption.Restart _ ->
                throw DdlErrors.error(SqlState.SYNTAX_ERROR, "RESTART is allowed only in ALTER SEQUENCE");
            case SequenceOption.Name _, SequenceOption.Logged _ -> {}
        }
    }

    private static SqlType integerType(SqlType type) {
        if (type != Types.INT2 && type != Types.INT4 && type != Types.INT8) {
            throw invalid("sequence type must be smallint, integer, or bigint");
        }
        return type;
    }

    private static Long once(@Nullable Long before, long value) {
        if (before != null) {
            throw DdlErrors.error(SqlState.SYNTAX_ERROR, "conflicting or redundant options");
        }
        return value;
    }

    @Nullable
    QualifiedName ownedBy() {
        return ownedBy;
    }

    NewSequence named(String name) {
        long by = increment == null ? 1 : increment;
        if (by == 0) {
            throw invalid("INCREMENT must not be zero");
        }
        long least = minimum != null ? minimum : by > 0 ? 1 : smallest(type);
        long most = maximum != null ? maximum : by > 0 ? largest(type) : -1;
        if (least < smallest(type) || least > largest(type)) {
            throw invalid("MINVALUE (" + least + ") is out of range for sequence data type " + type.format(-1));
        }
        if (most < smallest(type) || most > largest(type)) {
            throw invalid("MAXVALUE (" + most + ") is out of range for sequence data type " + type.format(-1));
        }
        if (least >= most) {
            throw invalid("MINVALUE (" + least + ") must be less than MAXVALUE (" + most + ")");
        }
        long first = start != null ? start : by > 0 ? least : most;
        if (first < least) {
            throw invalid("START value (" + first + ") cannot be less than MINVALUE (" + least + ")");
        }
        if (first > most) {
            throw invalid("START value (" + first + ") cannot be greater than MAXVALUE (" + most + ")");
        }
        long cached = cache == null ? 1 : cache;
        if (cached <= 0) {
            throw invalid("CACHE (" + cached + ") must be greater than zero");
        }
        return new NewSequence(name, type, first, by, least, most, cached, cycle != null && cycle);
    }

    private static long smallest(SqlType type) {
        return type == Types.INT2 ? Short.MIN_VALUE : type == Types.INT4 ? Integer.MIN_VALUE : Long.MIN_VALUE;
    }

    private static long largest(SqlType type) {
        return type == Types.INT2 ? Short.MAX_VALUE : type == Types.INT4 ? Integer.MAX_VALUE : Long.MAX_VALUE;
    }

    private static OmenException invalid(String message) {
        return DdlErrors.error(SqlState.INVALID_PARAMETER_VALUE, message);
    }
}
