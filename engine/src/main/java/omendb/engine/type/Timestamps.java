package omendb.engine.type;

import java.time.Instant;

/// Microseconds since 2000-01-01 UTC.
public final class Timestamps {
    /// Seconds from 1970-01-01 to 2000-01-01.
    public static final long EPOCH_SECONDS = 946_684_800L;

    private Timestamps() {}

    public static long now() {
        return fromInstant(Instant.now());
    }

    public static long fromInstant(Instant instant) {
        return (instant.getEpochSecond() - EPOCH_SECONDS) * 1_000_000L + instant.getNano() / 1_000;
    }
}
