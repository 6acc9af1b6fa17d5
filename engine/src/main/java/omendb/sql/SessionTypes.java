package omendb.sql;

import java.time.ZoneId;
import java.util.function.LongSupplier;
import omendb.engine.type.ObjectNames;
import omendb.engine.type.TypeContext;
import omendb.sql.setting.Settings;

/// The session's settings as the types' input and output functions ask for them.
final class SessionTypes implements TypeContext {
    private final Settings settings;
    private final ObjectNames names;
    private final LongSupplier transactionStart;

    SessionTypes(Settings settings, ObjectNames names, LongSupplier transactionStart) {
        this.settings = settings;
        this.names = names;
        this.transactionStart = transactionStart;
    }

    @Override
    public ZoneId timeZone() {
        return settings.timeZone();
    }

    @Override
    public DateStyle dateStyle() {
        return settings.dateStyle();
    }

    @Override
    public DateOrder dateOrder() {
        return settings.dateOrder();
    }

    @Override
    public IntervalStyle intervalStyle() {
        return settings.intervalStyle();
    }

    @Override
    public int extraFloatDigits() {
        return settings.extraFloatDigits();
    }

    @Override
    public boolean byteaHex() {
        return settings.byteaHex();
    }

    @Override
    public long transactionTimestamp() {
        return transactionStart.getAsLong();
    }

    @Override
    public int textSearchConfig() {
        return settings.textSearchConfig();
    }

    @Override
    public ObjectNames objectNames() {
        return names;
    }
}
