package omendb.sql;

import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Utility;

/// The options of VACUUM and ANALYZE. What has no meaning here is checked and otherwise without effect: FREEZE (there
/// are no transaction ids in rows), DISABLE_PAGE_SKIPPING, INDEX_CLEANUP, PROCESS_TOAST, TRUNCATE, PARALLEL.
///
/// @param skipLocked pass over tables that somebody else holds
record VacuumOptions(boolean full, boolean verbose, boolean analyze, boolean skipLocked) {
    private static final int MOST_WORKERS = 1024;

    static VacuumOptions of(Utility.Vacuum statement) {
        boolean full = false;
        boolean verbose = false;
        boolean analyze = !statement.vacuum();
        boolean skipLocked = false;
        boolean skipsPages = true;
        int workers = 0;
        for (Ddl.Option option : statement.options()) {
            if (!statement.vacuum()
                    && !option.name().equals("verbose")
                    && !option.name().equals("skip_locked")) {
                throw unrecognized("ANALYZE", option);
            }
            switch (option.name()) {
                case "full" -> full = flag(option);
                case "verbose" -> verbose = flag(option);
                case "analyze" -> analyze = flag(option);
                case "skip_locked" -> skipLocked = flag(option);
                case "disable_page_skipping" -> skipsPages = !flag(option);
                case "freeze", "process_toast", "truncate" -> flag(option);
                case "index_cleanup" -> {
                    if (!"auto".equalsIgnoreCase(option.value())) {
                        flag(option);
                    }
                }
                case "parallel" -> workers = workers(option);
                default -> throw unrecognized("VACUUM", option);
            }
        }
        if (full && workers > 0) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "VACUUM FULL cannot be performed in parallel");
        }
        if (full && !skipsPages) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED, "VACUUM option DISABLE_PAGE_SKIPPING cannot be used with FULL");
        }
        boolean columns = statement.relations().stream()
                .anyMatch(relation -> !relation.columns().isEmpty());
        if (columns && !analyze) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED, "ANALYZE option must be specified when a column list is provided");
        }
        return new VacuumOptions(full, verbose, analyze, skipLocked);
    }

    private static UserException unrecognized(String command, Ddl.Option option) {
        return (UserException) new UserException(
                        SqlState.SYNTAX_ERROR, "unrecognized " + command + " option \"" + option.name() + "\"")
                .withPosition(option.position());
    }

    private static boolean flag(Ddl.Option option) {
        String value = option.value();
        if (value == null) {
            return true;
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "on", "1" -> true;
            case "false", "off", "0" -> false;
            default -> throw new UserException(SqlState.SYNTAX_ERROR, option.name() + " requires a Boolean value");
        };
    }

    private static int workers(Ddl.Option option) {
        String value = option.value();
        if (value == null) {
            throw new UserException(
                    SqlState.SYNTAX_ERROR, "parallel option requires a value between 0 and " + MOST_WORKERS);
        }
        try {
            int workers = Integer.parseInt(value);
            if (workers >= 0 && workers <= MOST_WORKERS) {
                return workers;
            }
        } catch (NumberFormatException e) {
            throw new UserException(SqlState.SYNTAX_ERROR, "parallel requires an integer value", e);
        }
        throw new UserException(
                SqlState.SYNTAX_ERROR, "parallel workers for vacuum must be between 0 and " + MOST_WORKERS);
    }
}
