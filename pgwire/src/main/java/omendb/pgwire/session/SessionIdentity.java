package omendb.pgwire.session;

import java.util.Map;

/// Who a session belongs to and the key that cancels it.
///
/// @param processId number of BackendKeyData; unique among the server's sessions
/// @param secretKey what a CancelRequest must know
/// @param settings run-time parameters of the StartupMessage, `options` taken apart
/// @param clientAddress host of the peer as text
public record SessionIdentity(
        int processId,
        int secretKey,
        String user,
        String database,
        Map<String, String> settings,
        String clientAddress) {
    public SessionIdentity {
        settings = Map.copyOf(settings);
    }
}
