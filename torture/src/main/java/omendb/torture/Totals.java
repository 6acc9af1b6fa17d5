package omendb.torture;

import java.util.ArrayList;
import java.util.List;

/// What was done to databases, and what they did not stand.
///
/// Threading: any thread.
final class Totals {
    private long kills;
    private long powerCuts;
    private long ioFaults;
    private long bitFlips;
    private long transactions;
    private final List<String> violations = new ArrayList<>();

    synchronized void add(long newKills, long newCuts, long newFaults, long newFlips, long newTransactions) {
        kills += newKills;
        powerCuts += newCuts;
        ioFaults += newFaults;
        bitFlips += newFlips;
        transactions += newTransactions;
    }

    synchronized void add(Totals other) {
        add(other.kills, other.powerCuts, other.ioFaults, other.bitFlips, other.transactions);
        violations.addAll(other.violations);
    }

    synchronized void violated(String what) {
        violations.add(what);
    }

    synchronized boolean isClean() {
        return violations.isEmpty();
    }

    /// The counts as one word each, for [#parse].
    synchronized String line() {
        return kills + " " + powerCuts + " " + ioFaults + " " + bitFlips + " " + transactions;
    }

    static Totals parse(String line) {
        String[] words = line.split(" ", -1);
        Totals totals = new Totals();
        totals.add(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]));
        return totals;
    }

    synchronized String json() {
        return "{\"kills\": " + kills + ", \"power_cuts\": " + powerCuts + ", \"io_faults\": " + ioFaults
                + ", \"bit_flips\": " + bitFlips + ", \"transactions\": " + transactions + ", \"violations\": "
                + violations.size() + "}";
    }

    @Override
    public synchronized String toString() {
        return kills + " kills, " + powerCuts + " power cuts, " + ioFaults + " I/O faults, " + bitFlips + " bit flips, "
                + transactions + " transactions, " + violations.size() + " violations";
    }
}
