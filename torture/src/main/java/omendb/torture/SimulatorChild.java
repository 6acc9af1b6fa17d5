package omendb.torture;

/// The child process that runs [Simulation]s one after the other and reports on its output, line by line:
///
///     start ROUND
///     done ROUND COUNTS            [Totals#line]
///     violation ROUND TEXT
///
/// Rounds of a seed are `(seed, 0)`, `(seed, 1)` and so on; each can be run alone.
final class SimulatorChild {
    private SimulatorChild() {}

    /// @param arguments seed, first round, milliseconds to run
    public static void main(String[] arguments) {
        long seed = Long.parseLong(arguments[0]);
        long round = Long.parseLong(arguments[1]);
        long end = System.nanoTime() + Long.parseLong(arguments[2]) * 1_000_000;
        while (System.nanoTime() < end) {
            System.out.println("start " + round);
            System.out.flush();
            try {
                System.out.println(
                        "done " + round + " " + run(seed, round, false).line());
            } catch (RuntimeException | Error violation) {
                System.out.println("violation " + round + " "
                        + String.valueOf(violation).replace('\n', ' ').replace('\r', ' '));
            }
            round++;
        }
        System.out.flush();
        Runtime.getRuntime().halt(0); // threads of servers that were cut off may be left
    }

    static Totals run(long seed, long round, boolean verbose) {
        return new Simulation(seed * 1_000_003 + round, verbose ? System.err::println : _ -> {}, verbose).run();
    }
}
