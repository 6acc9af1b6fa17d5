package omendb.torture.history;

import static omendb.torture.history.HistoryBuilder.a;
import static omendb.torture.history.HistoryBuilder.r;
import static omendb.torture.history.HistoryBuilder.read;
import static omendb.torture.history.HistoryBuilder.write;
import static omendb.torture.history.HistoryTransaction.Outcome.ABORTED;
import static omendb.torture.history.HistoryTransaction.Outcome.COMMITTED;
import static omendb.torture.history.HistoryTransaction.Outcome.INDETERMINATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Each anomaly, made by hand, is found at the levels that forbid it and at no other.
class HistoryCheckerTest {
    private static HistoryBuilder history() {
        return new HistoryBuilder();
    }

    /// Forbidden from a level on: found there and above, and nothing at all is found below.
    private static void assertForbidden(IsolationLevel from, AnomalyKind kind, HistoryBuilder history) {
        for (IsolationLevel level : IsolationLevel.values()) {
            List<AnomalyKind> kinds = history.kinds(level);
            if (level.compareTo(from) < 0) {
                assertEquals(List.of(), kinds, level.sql());
            } else {
                assertTrue(kinds.contains(kind), level.sql() + " finds " + kinds);
            }
        }
    }

    @Test
    void nothing_is_found_in_nothing() {
        assertEquals(List.of(), history().kinds(IsolationLevel.SERIALIZABLE));
    }

    @Test
    void g0_write_cycle() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.G0,
                history()
                        .concurrent(COMMITTED, a("x", 1), a("y", 1))
                        .concurrent(COMMITTED, a("x", 2), a("y", 2))
                        .concurrent(COMMITTED, r("x", 1, 2), r("y", 2, 1)));
    }

    @Test
    void g1a_aborted_read() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.ABORTED_READ,
                history().concurrent(ABORTED, a("x", 1)).concurrent(COMMITTED, r("x", 1)));
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.ABORTED_READ,
                history().concurrent(ABORTED, write("x", 1, 1)).concurrent(ABORTED, read("x", 1, 1)));
    }

    @Test
    void g1b_intermediate_read() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.INTERMEDIATE_READ,
                history()
                        .concurrent(COMMITTED, a("x", 1), a("x", 2))
                        .concurrent(COMMITTED, r("x", 1))
                        .concurrent(COMMITTED, r("x", 1, 2)));
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.INTERMEDIATE_READ,
                history()
                        .concurrent(COMMITTED, write("x", 1, 1), write("x", 2, 2))
                        .concurrent(COMMITTED, read("x", 1, 1)));
    }

    @Test
    void g1c_circular_information_flow() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.G1C,
                history().concurrent(COMMITTED, a("x", 1), r("y", 1)).concurrent(COMMITTED, a("y", 1), r("x", 1)));
    }

    @Test
    void g_single_read_skew() {
        assertForbidden(
                IsolationLevel.REPEATABLE_READ,
                AnomalyKind.G_SINGLE,
                history()
                        .concurrent(COMMITTED, r("x"), r("y", 1))
                        .concurrent(COMMITTED, a("x", 1), a("y", 1))
                        .concurrent(COMMITTED, r("x", 1)));
    }

    @Test
    void g_nonadjacent_two_readers_that_disagree() { // the long fork
        assertForbidden(
                IsolationLevel.REPEATABLE_READ,
                AnomalyKind.G_NONADJACENT,
                history()
                        .concurrent(COMMITTED, a("x", 1))
                        .concurrent(COMMITTED, a("y", 1))
                        .concurrent(COMMITTED, r("x", 1), r("y"))
                        .concurrent(COMMITTED, r("x"), r("y", 1)));
    }

    @Test
    void lost_update() {
        assertForbidden(
                IsolationLevel.REPEATABLE_READ,
                AnomalyKind.LOST_UPDATE,
                history()
                        .concurrent(COMMITTED, r("x"), a("x", 1))
                        .concurrent(COMMITTED, r("x"), a("x", 2))
                        .concurrent(COMMITTED, r("x", 1, 2)));
        assertForbidden(
                IsolationLevel.REPEATABLE_READ,
                AnomalyKind.LOST_UPDATE,
                history()
                        .concurrent(COMMITTED, read("x", 0, 0), write("x", 1, 1))
                        .concurrent(COMMITTED, read("x", 0, 0), write("x", 2, 2)));
    }

    @Test
    void two_writes_of_one_version_are_a_lost_update_at_every_level() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.DUPLICATE_WRITE,
                history().concurrent(COMMITTED, write("x", 1, 1)).concurrent(COMMITTED, write("x", 2, 1)));
    }

    @Test
    void g2_item_write_skew() {
        assertForbidden(
                IsolationLevel.SERIALIZABLE,
                AnomalyKind.G2_ITEM,
                history()
                        .concurrent(COMMITTED, r("x"), a("y", 1))
                        .concurrent(COMMITTED, r("y"), a("x", 1))
                        .concurrent(COMMITTED, r("x", 1), r("y", 1)));
        assertForbidden(
                IsolationLevel.SERIALIZABLE,
                AnomalyKind.G2_ITEM,
                history()
                        .concurrent(COMMITTED, read("x", 0, 0), write("y", 1, 1))
                        .concurrent(COMMITTED, read("y", 0, 0), write("x", 1, 1)));
    }

    @Test
    void internal_inconsistency() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.OWN_WRITE_MISSED,
                history().concurrent(COMMITTED, a("x", 1), r("x")));
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.OWN_WRITE_MISSED,
                history()
                        .concurrent(COMMITTED, write("x", 7, 3))
                        .concurrent(COMMITTED, write("x", 8, 4), read("x", 7, 3)));
        assertForbidden(
                IsolationLevel.REPEATABLE_READ,
                AnomalyKind.NONREPEATABLE_READ,
                history().concurrent(COMMITTED, a("x", 1)).concurrent(COMMITTED, r("x"), r("x", 1)));
    }

    @Test
    void incompatible_order() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.INCOMPATIBLE_ORDER,
                history()
                        .concurrent(COMMITTED, a("x", 1))
                        .concurrent(COMMITTED, a("x", 2))
                        .concurrent(COMMITTED, r("x", 1, 2))
                        .concurrent(COMMITTED, r("x", 2)));
    }

    @Test
    void garbage_and_duplicates() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.GARBAGE_READ,
                history().concurrent(COMMITTED, r("x", 9)));
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.DUPLICATE_WRITE,
                history().concurrent(COMMITTED, a("x", 1)).concurrent(COMMITTED, r("x", 1, 1)));
    }

    @Test
    void what_was_answered_is_lost() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.LOST_WRITE,
                history().at(COMMITTED, 1, 2, a("x", 1)).at(COMMITTED, 3, 4, r("x")));
    }

    @Test
    void a_read_may_not_lag_behind_an_answer() {
        assertForbidden(
                IsolationLevel.READ_COMMITTED,
                AnomalyKind.STALE_READ,
                history()
                        .at(COMMITTED, 1, 2, a("x", 1))
                        .at(COMMITTED, 3, 4, a("x", 2))
                        .at(COMMITTED, 5, 6, r("x", 1))
                        .at(COMMITTED, 7, 8, r("x", 1, 2)));
    }

    @Test
    void real_time_closes_a_cycle() {
        // T3 saw y of T2, which began after T1 was answered, but not x of T1
        HistoryBuilder history = history()
                .at(COMMITTED, 3, 4, a("x", 1))
                .at(COMMITTED, 5, 6, a("y", 1))
                .at(COMMITTED, 1, 9, r("y", 1), r("x"))
                .at(COMMITTED, 10, 11, r("x", 1));
        assertForbidden(IsolationLevel.REPEATABLE_READ, AnomalyKind.G_SINGLE_REALTIME, history);
        HistoryBuilder writes = history()
                .at(COMMITTED, 1, 2, a("x", 2))
                .at(COMMITTED, 3, 4, a("x", 1))
                .at(COMMITTED, 5, 6, r("x", 1, 2));
        assertForbidden(IsolationLevel.READ_COMMITTED, AnomalyKind.G0_REALTIME, writes);
    }

    @Test
    void a_commit_without_an_answer_may_be_there_or_not() {
        assertEquals(
                List.of(),
                history()
                        .at(INDETERMINATE, 1, 0, a("x", 1), a("y", 1))
                        .at(INDETERMINATE, 1, 0, a("x", 2))
                        .at(COMMITTED, 3, 4, r("x", 1), r("y", 1))
                        .kinds(IsolationLevel.SERIALIZABLE));
    }

    @Test
    void a_commit_without_an_answer_is_there_whole() {
        assertForbidden(
                IsolationLevel.REPEATABLE_READ,
                AnomalyKind.G_SINGLE,
                history()
                        .at(INDETERMINATE, 1, 0, a("x", 1), a("y", 1))
                        .at(COMMITTED, 3, 4, r("x", 1), r("y"))
                        .at(COMMITTED, 5, 6, r("x", 1), r("y", 1)));
    }

    @Test
    void what_a_transaction_that_was_rolled_back_read_of_its_own_is_no_order() {
        assertEquals(
                List.of(),
                history()
                        .concurrent(ABORTED, a("x", 1), r("x", 1))
                        .concurrent(COMMITTED, a("x", 2))
                        .concurrent(COMMITTED, r("x", 2))
                        .kinds(IsolationLevel.SERIALIZABLE));
    }

    @Test
    void a_report_names_the_cycle_and_its_transactions() {
        List<Anomaly> found = HistoryChecker.check(
                history()
                        .concurrent(COMMITTED, a("x", 1), r("y", 1))
                        .concurrent(COMMITTED, a("y", 1), r("x", 1))
                        .transactions,
                IsolationLevel.READ_COMMITTED);
        String text = found.getFirst().toString();
        assertTrue(text.contains("T1 before T2 (WRITE_READ, x: wrote 1, which it read)"), text);
        assertTrue(text.contains("T2 (client 2, COMMITTED, 2..1000002): append(y, 1) read(x) = [1]"), text);
    }
}
