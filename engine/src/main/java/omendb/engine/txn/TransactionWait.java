package omendb.engine.txn;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A transaction's node in the [WaitGraph], whose lock guards all fields but `woken`.
final class TransactionWait {
    final Set<Transaction> waiters = new HashSet<>();
    List<Transaction> waitsFor = List.of();

    @Nullable
    Thread thread;

    volatile boolean woken;
}
