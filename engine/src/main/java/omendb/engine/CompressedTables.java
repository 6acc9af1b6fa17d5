package omendb.engine;

import java.util.function.LongPredicate;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.TableDef;
import omendb.engine.table.Storages;
import omendb.engine.table.TableStorage;
import org.jspecify.annotations.Nullable;

/// Tells the LSM store whose new tables are to be compressed: the rows of tables WITH (compression = lz4), as the
/// newest
/// committed catalog has them. Entries of indexes never are.
///
/// Until the catalog is open nothing is: what recovery flushes is compressed when it is merged.
/// Threading: any thread; [#open] once.
final class CompressedTables implements LongPredicate {
    private record Opened(Catalogs catalogs, Storages storages) {}

    private volatile @Nullable Opened opened;

    void open(Catalogs catalogs, Storages storages) {
        opened = new Opened(catalogs, storages);
    }

    @Override
    public boolean test(long storageId) {
        Opened known = opened;
        if (known == null) {
            return false;
        }
        for (TableDef table : known.catalogs().committed().tables()) {
            if (table.storageId() == storageId) {
                return table.isCompressed();
            }
        }
        TableStorage created = known.storages().findTable(storageId);
        return created != null && created.isCompressedAtFirst();
    }
}
