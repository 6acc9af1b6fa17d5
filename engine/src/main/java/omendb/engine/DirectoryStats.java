package omendb.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.catalog.TableDef;
import omendb.engine.lsm.LsmOptions;
import omendb.engine.lsm.LsmStats;
import omendb.engine.lsm.LsmStore;
import omendb.engine.table.VectorIndexStorage;
import omendb.engine.vector.VectorColumn;
import omendb.memory.DirectoryLock;
import omendb.memory.Epochs;
import omendb.memory.FileStore;

/// Sizes and shape of a data directory that no server uses. What lies in the log alone is not counted.
///
/// @param trees       one row for each tree, system trees included, ascending by storage id
/// @param vectors     one row for each vector column and vector index
/// @param walBytes    bytes of the log's files, recycled segments included
/// @param store       the trees together: amplification
/// @param flushedLsn  everything up to this LSN is in tables
public record DirectoryStats(List<Tree> trees, List<Files> vectors, long walBytes, LsmStats store, long flushedLsn) {
    /// @param name relation, or what the system tree holds
    public record Tree(String name, LsmStats.Tree figures) {}

    /// Files outside the trees.
    public record Files(String directory, String name, long bytes) {}

    /// Reads a directory.
    ///
    /// @throws omendb.memory.DirectoryInUseException if a server has it open
    /// @throws omendb.memory.MissingFileException if there is no such directory, or no database in it
    public static DirectoryStats read(Path directory) {
        try (FileStore files = FileStore.openReadOnly(directory);
                DirectoryLock lock = DirectoryLock.acquireForReading(directory);
                Epochs epochs = new Epochs();
                LsmStore lsm = LsmStore.openReadOnly(files, LsmOptions.defaults(), epochs)) {
            assert lock != null;
            Catalogs catalogs = new Catalogs();
            catalogs.load(lsm.tree(SystemTrees.CATALOG), Long.MAX_VALUE - 1);
            Catalog catalog = catalogs.committed();
            return new DirectoryStats(
                    trees(lsm, catalog), vectors(files, catalog), bytesIn(files, "wal"), lsm.stats(), lsm.flushedLsn());
        }
    }

    private static List<Tree> trees(LsmStore lsm, Catalog catalog) {
        Map<Long, String> names = new HashMap<>(Map.of(
                SystemTrees.CATALOG,
                "(catalog)",
                SystemTrees.STATE,
                "(checkpoint)",
                SystemTrees.SEQUENCES,
                "(sequences)",
                SystemTrees.DEAD_SLOTS,
                "(dead vector slots)",
                SystemTrees.FREE_SLOTS,
                "(free vector slots)"));
        catalog.tables().forEach(table -> names.put(table.storageId(), table.name()));
        catalog.indexes().forEach(index -> names.put(index.storageId(), index.name()));
        List<Tree> trees = new ArrayList<>();
        for (LsmStats.Tree tree : lsm.stats().trees()) {
            String name = names.getOrDefault(tree.relationId(), "(not in the catalog)");
            trees.add(new Tree(name, tree));
        }
        return trees;
    }

    private static List<Files> vectors(FileStore files, Catalog catalog) {
        List<Files> found = new ArrayList<>();
        for (TableDef table : catalog.tables()) {
            table.columns().forEach(column -> {
                String directory = VectorColumn.directory(table.storageId(), column.attnum());
                if (files.exists(directory)) {
                    found.add(new Files(directory, table.name() + "." + column.name(), bytesIn(files, directory)));
                }
            });
        }
        for (IndexDef index : catalog.indexes()) {
            String directory = VectorIndexStorage.directory(index.storageId());
            if (files.exists(directory)) {
                found.add(new Files(directory, index.name(), bytesIn(files, directory)));
            }
        }
        return found;
    }

    private static long bytesIn(FileStore files, String directory) {
        long bytes = 0;
        for (String name : files.list(directory)) {
            bytes += files.size(directory + "/" + name);
        }
        return bytes;
    }

    // ---- as text ----

    private static final String ROW = "%-10s %-28s %5s %7s %12s %12s %11s %6s %6s%n";

    /// Levels, sizes and amplification as a table for people.
    public String toTable() {
        StringBuilder out = new StringBuilder();
        print(
                out,
                ROW,
                "tree",
                "relation",
                "level",
                "tables",
                "bytes",
                "entries",
                "tombstones",
                "ranges",
                "space",
                "runs");
        trees.forEach(tree -> printTree(out, tree));
        out.append('\n');
        for (Files files : vectors) {
            print(out, "%-18s %-32s %12s%n", files.directory(), files.name(), pretty(files.bytes()));
        }
        print(out, "%-18s %-32s %12s%n", "wal", "log, flushed up to " + flushedLsn, pretty(walBytes));
        print(
                out,
                "%nwrite amplification %.2f (%s applied, %s flushed, %s compacted since the directory was made)%n",
                store.writeAmplification(),
                pretty(store.lifetime().applied()),
                pretty(store.lifetime().flushed()),
                pretty(store.lifetime().compacted()));
        print(
                out,
                "space amplification %.2f (%s in all levels, for what the lowest level of each tree holds)%n",
                store.spaceAmplification(),
                pretty(store.tableBytes()));
        return out.toString();
    }

    private static void printTree(StringBuilder out, Tree tree) {
        LsmStats.Tree figures = tree.figures();
        for (int level = 0; level < figures.levels().size(); level++) {
            LsmStats.Level at = figures.levels().get(level);
            if (at.tables() > 0) {
                printLevel(out, tree, Integer.toString(level), at, "", "");
            }
        }
        printLevel(
                out,
                tree,
                "all",
                figures.total(),
                String.format(Locale.ROOT, "%.2f", figures.spaceAmplification()),
                Integer.toString(figures.readAmplification()));
    }

    private static void printLevel(
            StringBuilder out, Tree tree, String level, LsmStats.Level at, String space, String runs) {
        print(
                out,
                ROW,
                "rel/" + tree.figures().relationId(),
                tree.name(),
                level,
                at.tables(),
                pretty(at.bytes()),
                at.entries(),
                at.tombstones(),
                at.rangeDeletes(),
                space,
                runs);
    }

    @SuppressWarnings("AnnotateFormatMethod") // formats are constants of this class
    private static void print(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }

    /// As `pg_size_pretty` would say it.
    private static String pretty(long bytes) {
        if (bytes < 10 << 10) {
            return bytes + " bytes";
        }
        String[] units = {"kB", "MB", "GB", "TB"};
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 10_240 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return Math.round(value) + " " + units[unit];
    }
}
