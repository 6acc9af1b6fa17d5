package omendb.engine.type;

/// The field restriction in an interval's typmod (`INTERVAL DAY TO SECOND`): a mask with PostgreSQL's bit numbers.
public final class IntervalFields {
    public static final int YEAR = 1 << 2;
    public static final int MONTH = 1 << 1;
    public static final int DAY = 1 << 3;
    public static final int HOUR = 1 << 10;
    public static final int MINUTE = 1 << 11;
    public static final int SECOND = 1 << 12;
    public static final int FULL = 0x7fff;

    private IntervalFields() {}

    static String name(int mask) {
        return switch (mask) {
            case YEAR -> " year";
            case MONTH -> " month";
            case DAY -> " day";
            case HOUR -> " hour";
            case MINUTE -> " minute";
            case SECOND -> " second";
            case YEAR | MONTH -> " year to month";
            case DAY | HOUR -> " day to hour";
            case DAY | HOUR | MINUTE -> " day to minute";
            case DAY | HOUR | MINUTE | SECOND -> " day to second";
            case HOUR | MINUTE -> " hour to minute";
            case HOUR | MINUTE | SECOND -> " hour to second";
            case MINUTE | SECOND -> " minute to second";
            default -> "";
        };
    }
}
