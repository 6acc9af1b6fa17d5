package omendb.engine.table;

import java.util.ServiceLoader;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;

/// Compiles the texts that an index's definition keeps; a service, since SQL lies above this package.
public interface IndexExpressionCompiler {
    IndexExpressions compile(TableDef table, IndexDef index);

    /// The compiler on the class path.
    static IndexExpressionCompiler installed() {
        return Holder.INSTALLED;
    }

    /// Finds it once.
    final class Holder {
        private static final IndexExpressionCompiler INSTALLED = ServiceLoader.load(IndexExpressionCompiler.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no compiler of index expressions"));

        private Holder() {}
    }
}
