package omendb.pgwire.protocol;

import java.util.List;
import java.util.Map;

/// A packet without a type byte: what a connection may send before it has a session.
public sealed interface StartupPacket {

    /// @param minorVersion of protocol 3; above 0 the server answers NegotiateProtocolVersion
    /// @param parameters user, database and settings, in the order sent; a name sent twice has its last value
    /// @param unknownOptions protocol options (`_pq_.*`) that we do not know
    record StartupMessage(int minorVersion, Map<String, String> parameters, List<String> unknownOptions)
            implements StartupPacket {
        public StartupMessage {
            parameters = Map.copyOf(parameters);
            unknownOptions = List.copyOf(unknownOptions);
        }
    }

    /// "Do you speak TLS?"
    record SslRequest() implements StartupPacket {}

    /// "Do you encrypt by GSSAPI?"
    record GssEncryptionRequest() implements StartupPacket {}

    /// Asks to interrupt the statement of another connection.
    record CancelRequest(int processId, int secretKey) implements StartupPacket {}
}
