package omendb.engine;

import java.util.ArrayList;
import java.util.List;

/// What [DirectoryCheck] found.
///
/// Threading: one thread fills it.
public final class CheckReport {
    /// Most problems kept word for word.
    private static final int KEPT = 200;

    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long problemCount;
    private long tables;
    private long indexes;
    private long rows;
    private long logRecords;

    void damaged(String problem) {
        problemCount++;
        if (problems.size() < KEPT && !problems.contains(problem)) {
            problems.add(problem);
        }
    }

    void note(String note) {
        notes.add(note);
    }

    void counted(long newTables, long newIndexes, long newRows) {
        tables += newTables;
        indexes += newIndexes;
        rows += newRows;
    }

    void countLogRecord() {
        logRecords++;
    }

    /// Nothing is wrong.
    public boolean isHealthy() {
        return problemCount == 0;
    }

    /// The problems, each with the file and the position in it where there is one; the first 200.
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /// All problems, the ones that are not kept included.
    public long problemCount() {
        return problemCount;
    }

    /// What is unusual but harmless: the next start takes care of it.
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /// What was looked at, in one line.
    public String summary() {
        return tables + " tables with " + rows + " rows, " + indexes + " indexes, " + logRecords
                + " log records to be replayed";
    }
}
