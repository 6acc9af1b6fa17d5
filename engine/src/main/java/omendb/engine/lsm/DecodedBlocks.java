package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Blocks of compressed tables that one cursor has decompressed for itself: what a scan passes through does not push
/// anything out of the [BlockCache].
///
/// Threading: one thread. Owns its memory until [#close].
final class DecodedBlocks implements AutoCloseable {
    private final boolean keeps;
    private final List<Long> blocks = new ArrayList<>();
    private @Nullable Sstable lastTable;
    private int lastOrdinal;

    /// @param keeps whether addresses stay good until [#close], else until the next [#get] of another block
    DecodedBlocks(boolean keeps) {
        this.keeps = keeps;
    }

    boolean keeps() {
        return keeps;
    }

    long get(Sstable table, int ordinal) {
        if (lastTable == table && lastOrdinal == ordinal) {
            return blocks.getLast();
        }
        if (!keeps) {
            close();
        }
        blocks.add(table.decode(ordinal));
        lastTable = table;
        lastOrdinal = ordinal;
        return blocks.getLast();
    }

    /// Gives back all blocks but the one that the cursor came to last: addresses in the others are no longer good.
    void releasePassed() {
        if (blocks.size() > 1) {
            List<Long> passed = blocks.subList(0, blocks.size() - 1);
            passed.forEach(BlockCache::release);
            passed.clear();
        }
    }

    @Override
    public void close() {
        blocks.forEach(BlockCache::release);
        blocks.clear();
        lastTable = null;
    }
}
