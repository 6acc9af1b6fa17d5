package omendb.pgwire.session;

import omendb.pgwire.protocol.FormatCodes;
import omendb.pgwire.protocol.MessageWriter;
import omendb.sql.ExecutionResult;
import omendb.sql.Portal;
import org.jspecify.annotations.Nullable;

/// Executes a portal and sends what comes of it, COPY included, up to but without CommandComplete.
final class PortalRunner {
    private final SqlBackend backend;
    private final ResponseStream out;
    private final CopyTransfer copy;

    PortalRunner(SqlBackend backend, ResponseStream out, CopyTransfer copy) {
        this.backend = backend;
        this.out = out;
        this.copy = copy;
    }

    /// @param maxRows 0 = all
    /// @return the tag for CommandComplete; null = none, the portal is suspended or the query was empty
    @Nullable
    String run(Portal portal, FormatCodes formats, long maxRows) {
        RowEncoder rows = new RowEncoder(portal.columns(), formats, backend.typeContext(), out);
        return switch (backend.execute(portal, maxRows, rows)) {
            case ExecutionResult.Complete complete -> complete.tag();
            case ExecutionResult.Suspended _ -> {
                MessageWriter.portalSuspended(out.buffer());
                yield null;
            }
            case ExecutionResult.Empty _ -> {
                MessageWriter.emptyQueryResponse(out.buffer());
                yield null;
            }
            case ExecutionResult.CopyInStarted started -> copy.receive(started.copy());
            case ExecutionResult.CopyOutStarted started -> copy.send(started.copy());
        };
    }
}
