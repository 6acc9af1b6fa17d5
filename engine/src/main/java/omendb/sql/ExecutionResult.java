package omendb.sql;

import omendb.sql.copy.CopyIn;
import omendb.sql.copy.CopyOut;

/// How an execution ended, or what it asks the client for.
public sealed interface ExecutionResult {
    /// Done; the tag of CommandComplete (`SELECT 5`, `INSERT 0 1`, `CREATE TABLE`).
    record Complete(String tag) implements ExecutionResult {}

    /// `maxRows` were sent and more may follow: PortalSuspended; execute the same portal again to go on.
    record Suspended() implements ExecutionResult {}

    /// The statement's text was empty: EmptyQueryResponse.
    record Empty() implements ExecutionResult {}

    /// COPY FROM STDIN: send CopyInResponse, feed the chunks, then end or fail it. The tag comes from
    /// [CopyIn#end].
    record CopyInStarted(CopyIn copy) implements ExecutionResult {}

    /// COPY TO STDOUT: send CopyOutResponse, then call [CopyOut#run], which returns the tag.
    record CopyOutStarted(CopyOut copy) implements ExecutionResult {}

    Suspended SUSPENDED = new Suspended();
    Empty EMPTY = new Empty();
}
