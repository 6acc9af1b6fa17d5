package omendb.pgwire.auth;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// The server's side of one SCRAM-SHA-256 exchange (RFC 5802 without channel binding, which needs TLS).
///
/// `first` answers client-first with server-first, `last` answers client-final with server-final; a wrong proof is the
/// empty answer null. Anything that is not SCRAM is a protocol violation (08P01).
///
/// Threading: one exchange belongs to one connection's event loop.
public final class ScramExchange {
    public static final String MECHANISM = "SCRAM-SHA-256";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 18;

    private final ScramVerifier verifier;
    private final String serverNonce;
    private String gs2Header = "";
    private String clientFirstBare = "";
    private String serverFirst = "";
    private String nonce = "";

    ScramExchange(ScramVerifier verifier) {
        this(verifier, randomNonce());
    }

    ScramExchange(ScramVerifier verifier, String serverNonce) {
        this.verifier = verifier;
        this.serverNonce = serverNonce;
    }

    public String first(String clientFirst) {
        int bareStart = endOfGs2Header(clientFirst);
        gs2Header = clientFirst.substring(0, bareStart);
        clientFirstBare = clientFirst.substring(bareStart);
        String[] attributes = clientFirstBare.split(",", -1);
        // the user name is there for the form's sake: who logs in is said by the start-up message, as in PostgreSQL
        if (attributes.length < 2 || !attributes[0].startsWith("n=") || !attributes[1].startsWith("r=")) {
            throw malformed("The client's first message has no user name and nonce.");
        }
        String clientNonce = attributes[1].substring(2);
        if (clientNonce.isEmpty() || !isPrintable(clientNonce)) {
            throw malformed("Non-printable characters in SCRAM nonce.");
        }
        nonce = clientNonce + serverNonce;
        serverFirst = "r=" + nonce + ",s=" + base64(verifier.salt()) + ",i=" + verifier.iterations();
        return serverFirst;
    }

    /// @return the server's last message, or null if the proof is wrong
    public @Nullable String last(String clientFinal) {
        int proofStart = clientFinal.lastIndexOf(",p=");
        if (proofStart < 0) {
            throw malformed("The client's last message has no proof.");
        }
        String withoutProof = clientFinal.substring(0, proofStart);
        String[] attributes = withoutProof.split(",", -1);
        if (attributes.length < 2 || !attributes[0].startsWith("c=") || !attributes[1].startsWith("r=")) {
            throw malformed("The client's last message has no channel binding and nonce.");
        }
        if (!attributes[0].substring(2).equals(base64(gs2Header.getBytes(StandardCharsets.UTF_8)))) {
            throw malformed("Unexpected SCRAM channel-binding attribute in client-final-message.");
        }
        if (!attributes[1].substring(2).equals(nonce)) {
            throw malformed("Nonce does not match.");
        }
        byte[] authMessage =
                (clientFirstBare + "," + serverFirst + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
        return verifier.accepts(proof(clientFinal.substring(proofStart + 3)), authMessage)
                ? "v=" + base64(verifier.serverSignature(authMessage))
                : null;
    }

    /// `n,,` or `y,,` with an optional authorization identity, which PostgreSQL refuses too.
    private static int endOfGs2Header(String clientFirst) {
        if (clientFirst.startsWith("p=")) {
            throw malformed("The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes"
                    + " channel binding data.");
        }
        if (!clientFirst.startsWith("n,,") && !clientFirst.startsWith("y,,")) {
            throw malformed("Unexpected channel-binding flag or authorization identity.");
        }
        return 3;
    }

    private static byte[] proof(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw malformed("Malformed proof in client-final-message.");
        }
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= 0x21 && c <= 0x7E && c != ',');
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String randomNonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        return base64(bytes);
    }

    private static RuntimeException malformed(String detail) {
        return new UserException(SqlState.PROTOCOL_VIOLATION, "malformed SCRAM message").withDetail(detail);
    }
}
