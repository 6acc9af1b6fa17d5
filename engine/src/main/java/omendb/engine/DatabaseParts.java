package omendb.engine;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.lsm.LsmStore;
import omendb.engine.table.Storages;
import omendb.engine.txn.TransactionManager;
import omendb.memory.DirectoryLock;
import omendb.memory.Epochs;
import omendb.wal.Wal;
import org.jspecify.annotations.Nullable;

/// What an open database holds of memory, mappings, files, threads and locks, noted part by part as it opens, so that
/// an opening that fails half-way gives back the parts that it came to.
///
/// Threading: as [Database#open] and [Database#close], one at a time.
final class DatabaseParts implements AutoCloseable {
    private final @Nullable DirectoryLock directoryLock;
    private @Nullable Epochs epochs;
    private TransactionManager.@Nullable Timeline timeline;
    private @Nullable Wal wal;
    private @Nullable LsmStore lsm;
    private @Nullable Recovery recovery;
    private @Nullable TransactionManager transactions;
    private @Nullable Storages storages;
    private final List<BackgroundWorker> workers = new ArrayList<>();

    DatabaseParts(@Nullable DirectoryLock directoryLock) {
        this.directoryLock = directoryLock;
    }

    Epochs add(Epochs opened) {
        epochs = opened;
        return opened;
    }

    TransactionManager.Timeline add(TransactionManager.Timeline opened) {
        timeline = opened;
        return opened;
    }

    Wal add(Wal opened) {
        wal = opened;
        return opened;
    }

    LsmStore add(LsmStore opened) {
        lsm = opened;
        return opened;
    }

    Recovery add(Recovery opened) {
        recovery = opened;
        return opened;
    }

    TransactionManager add(TransactionManager opened) {
        transactions = opened;
        return opened;
    }

    Storages add(Storages opened) {
        storages = opened;
        return opened;
    }

    void start(BackgroundWorker worker) {
        worker.start();
        workers.add(worker);
    }

    /// Ends the threads that work on the database by themselves.
    void stopWorkers() {
        workers.forEach(BackgroundWorker::stop);
        workers.clear();
    }

    /// Closes what there is: who uses another part before that part.
    ///
    /// @throws RuntimeException the first failure, after all parts were closed
    @Override
    public void close() {
        Failures failures = new Failures();
        failures.run(this::stopWorkers);
        failures.close(lsm);
        failures.close(wal);
        failures.close(recovery);
        failures.close(storages);
        failures.close(transactions);
        if (epochs != null) {
            failures.run(epochs::advance);
        }
        failures.close(timeline);
        failures.close(epochs);
        failures.close(directoryLock);
        failures.throwFirst();
    }

    /// Closes the parts of a database that could not be opened; what goes wrong is told beside the reason.
    void closeAfter(Throwable reason) {
        try {
            close();
        } catch (RuntimeException failed) {
            reason.addSuppressed(failed);
        }
    }

    private static final class Failures {
        private @Nullable RuntimeException first;

        void run(Runnable action) {
            try {
                action.run();
            } catch (RuntimeException failed) {
                if (first == null) {
                    first = failed;
                } else {
                    first.addSuppressed(failed);
                }
            }
        }

        void close(@Nullable AutoCloseable part) {
            if (part != null) {
                run(() -> {
                    try {
                        part.close();
                    } catch (RuntimeException failed) {
                        throw failed;
                    } catch (Exception impossible) {
                        throw new IllegalStateException(impossible);
                    }
                });
            }
        }

        void throwFirst() {
            if (first != null) {
                throw first;
            }
        }
    }
}
