package omendb.pgwire.protocol;

import io.netty.buffer.ByteBuf;

/// A message of the client inside a session, decoded. Its buffers are views into the frame it was decoded from.
public sealed interface FrontendMessage {

    /// Simple query: any number of statements.
    record QueryMessage(String sql) implements FrontendMessage {}

    /// @param parameterTypes oids, 0 = to be inferred; may be fewer than the statement has parameters
    record ParseMessage(String statement, String sql, Oids parameterTypes) implements FrontendMessage {}

    record BindMessage(String portal, String statement, BoundParameters parameters, FormatCodes resultFormats)
            implements FrontendMessage {}

    record DescribeMessage(Target target, String name) implements FrontendMessage {}

    /// @param maxRows 0 = all
    record ExecuteMessage(String portal, int maxRows) implements FrontendMessage {}

    record CloseMessage(Target target, String name) implements FrontendMessage {}

    record FlushMessage() implements FrontendMessage {}

    record SyncMessage() implements FrontendMessage {}

    record TerminateMessage() implements FrontendMessage {}

    /// Calls a function by oid; old, and not supported.
    record FunctionCallMessage() implements FrontendMessage {}

    /// A piece of the stream of a COPY FROM STDIN.
    record CopyDataMessage(ByteBuf data) implements FrontendMessage {}

    record CopyDoneMessage() implements FrontendMessage {}

    record CopyFailMessage(String reason) implements FrontendMessage {}

    /// PasswordMessage, SASLInitialResponse or SASLResponse: which of them, only the state of authentication says.
    record PasswordMessage(ByteBuf data) implements FrontendMessage {}

    /// What Describe and Close speak of.
    enum Target {
        STATEMENT,
        PORTAL
    }
}
