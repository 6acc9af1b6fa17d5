package omendb.pgwire.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, 7677): it can check a proof, and whoever steals it
/// cannot log in with it.
public final class ScramVerifier {
    /// RFC 7677 asks for at least 4096, PostgreSQL's default.
    public static final int DEFAULT_ITERATIONS = 4096;

    private static final int SALT_BYTES = 16;
    private static final int KEY_BYTES = 32;

    private final byte[] salt;
    private final int iterations;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
        this.salt = salt;
        this.iterations = iterations;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    public static ScramVerifier of(String password) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return of(password, salt, DEFAULT_ITERATIONS);
    }

    static ScramVerifier of(String password, byte[] salt, int iterations) {
        byte[] salted = saltedPassword(SaslPrep.normalize(password), salt, iterations);
        byte[] clientKey = hmac(salted, ascii("Client Key"));
        return new ScramVerifier(salt.clone(), iterations, sha256(clientKey), hmac(salted, ascii("Server Key")));
    }

    /// A verifier that no password fits, the same for the same name as long as the server lives: an unknown user sees
    /// the same exchange as a known one with a wrong password.
    static ScramVerifier mock(String user, byte[] mockSecret) {
        byte[] derived = hmac(mockSecret, user.getBytes(StandardCharsets.UTF_8));
        byte[] salt = java.util.Arrays.copyOf(derived, SALT_BYTES);
        return new ScramVerifier(salt, DEFAULT_ITERATIONS, new byte[KEY_BYTES], new byte[KEY_BYTES]);
    }

    byte[] salt() {
        return salt.clone();
    }

    int iterations() {
        return iterations;
    }

    /// Whether `proof` was made by one who knows the password, for this exchange. Takes the same time either way.
    boolean accepts(byte[] proof, byte[] authMessage) {
        if (proof.length != KEY_BYTES) {
            return false;
        }
        byte[] clientKey = hmac(storedKey, authMessage);
        for (int i = 0; i < KEY_BYTES; i++) {
            clientKey[i] ^= proof[i];
        }
        return MessageDigest.isEqual(sha256(clientKey), storedKey);
    }

    byte[] serverSignature(byte[] authMessage) {
        return hmac(serverKey, authMessage);
    }

    private static byte[] saltedPassword(String password, byte[] salt, int iterations) {
        try {
            SecretKeyFactory factory = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
            PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BYTES * 8);
            return factory.generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no PBKDF2WithHmacSHA256", e);
        }
    }

    static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
    }

    private static byte[] sha256(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
