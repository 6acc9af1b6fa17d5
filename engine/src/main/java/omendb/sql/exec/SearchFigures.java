package omendb.sql.exec;

import java.util.LinkedHashMap;
import java.util.Map;
import omendb.engine.table.VectorSearch;

/// What searches of a vector index did, for EXPLAIN ANALYZE.
final class SearchFigures {
    private long visited;
    private long rescored;
    private long tail;
    private long skipped;

    void clear() {
        visited = 0;
        rescored = 0;
        tail = 0;
        skipped = 0;
    }

    /// Takes the figures of a search as they are now.
    void read(VectorSearch search) {
        visited = search.visited();
        rescored = search.rescored();
        tail = search.tailScanned();
        skipped = search.skipped();
    }

    /// Lines of EXPLAIN ANALYZE.
    ///
    /// @param path how the rows were found
    Map<String, String> shown(String path) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(
                "Vector Search",
                path + "  Visited: " + visited + "  Rescored: " + rescored + "  Tail: " + tail + "  Invisible: "
                        + skipped);
        return lines;
    }
}
