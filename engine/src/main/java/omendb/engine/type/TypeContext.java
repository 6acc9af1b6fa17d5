package omendb.engine.type;

import java.time.ZoneId;
import java.time.ZoneOffset;

/// Session settings that text input and output depend on. The session implements it (or extends [#DEFAULT]'s values).
public interface TypeContext {
    /// UTC, ISO, shortest floats, hex bytea, no catalog.
    TypeContext DEFAULT = new TypeContext() {};

    /// Order of day and month in date input.
    enum DateOrder {
        MDY,
        DMY,
        YMD
    }

    /// How dates and timestamps are written.
    enum DateStyle {
        ISO,
        SQL,
        POSTGRES,
        GERMAN
    }

    enum IntervalStyle {
        POSTGRES,
        ISO_8601,
        SQL_STANDARD,
        POSTGRES_VERBOSE
    }

    default ZoneId timeZone() {
        return ZoneOffset.UTC;
    }

    default DateStyle dateStyle() {
        return DateStyle.ISO;
    }

    default DateOrder dateOrder() {
        return DateOrder.MDY;
    }

    default IntervalStyle intervalStyle() {
        return IntervalStyle.POSTGRES;
    }

    /// 1 or more: shortest text that reads back exactly. 0 and less: 15 + n (6 + n for float4) digits.
    default int extraFloatDigits() {
        return 1;
    }

    /// bytea_output = hex; else escape.
    default boolean byteaHex() {
        return true;
    }

    /// Start of the transaction in microseconds since 2000-01-01 UTC (what `now` in date input means).
    default long transactionTimestamp() {
        return Timestamps.now();
    }

    /// Oid of the configuration that default_text_search_config names.
    default int textSearchConfig() {
        return TextSearchNames.ENGLISH;
    }

    default ObjectNames objectNames() {
        return ObjectNames.NONE;
    }
}
