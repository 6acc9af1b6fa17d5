package omendb.sql.setting;

import java.util.List;

/// A setting that exists.
///
/// @param name       in its canonical spelling (`DateStyle`); look-ups ignore case
/// @param byDefault  value at the start, in the setting's own unit
/// @param unit       `kB`, `8kB`, `MB`, `B`, `ms`, `s`, `min`; empty = none
/// @param minimum    for INTEGER and REAL
/// @param maximum    for INTEGER and REAL
/// @param choices    for ENUM
/// @param context    who may change it
/// @param description one line for SHOW ALL and pg_settings; empty = none
public record SettingDef(
        String name,
        String byDefault,
        String unit,
        Kind kind,
        double minimum,
        double maximum,
        List<String> choices,
        Context context,
        String description) {
    /// Types of values.
    public enum Kind {
        BOOL,
        INTEGER,
        REAL,
        STRING,
        ENUM
    }

    /// When a setting may change.
    public enum Context {
        /// Never.
        INTERNAL,
        /// At the server's start.
        POSTMASTER,
        /// By a reload of the configuration.
        SIGHUP,
        /// By any session.
        USER
    }

    public SettingDef {
        choices = List.copyOf(choices);
    }
}
