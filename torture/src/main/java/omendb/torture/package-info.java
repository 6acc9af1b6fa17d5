/// A harness that kills real servers, cuts the power of simulated disks, makes calls fail and flips bits, and compares
/// what
/// is left with what was acknowledged.
///
/// Front door: [Main] (`./omendb torture`). Parts: [Workload] and its [Oracle]; [Verifier]; [KillRounds] (a real server
/// in a
/// child process, SIGKILL and crash points); [Simulator] (a child process that runs rounds over a simulated disk).
/// A round is drawn from its seed alone: `--seed S --round N` repeats it.
@NullMarked
package omendb.torture;

import org.jspecify.annotations.NullMarked;
