package omendb.pgwire.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Base64;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.junit.jupiter.api.Test;

class ScramExchangeTest {
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");

    /// The example of RFC 7677, section 3.
    private static ScramExchange rfcExample() {
        return new ScramExchange(ScramVerifier.of("pencil", SALT, 4096), "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    }

    @Test
    void the_example_of_the_rfc_passes() {
        ScramExchange exchange = rfcExample();
        assertEquals(
                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                exchange.first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
        assertEquals(
                "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
                exchange.last("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    }

    @Test
    void a_wrong_proof_is_refused() {
        ScramExchange exchange = rfcExample();
        exchange.first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        assertNull(exchange.last("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVA="));
    }

    @Test
    void what_is_not_scram_is_a_protocol_violation() {
        for (String first : new String[] {"", "n,,", "n,,n=user", "p=tls-unique,,n=user,r=abc", "n,,n=user,r=", "x"}) {
            UserException error =
                    assertThrows(UserException.class, () -> rfcExample().first(first), first);
            assertEquals(SqlState.PROTOCOL_VIOLATION, error.sqlState());
        }
        for (String last : new String[] {"", "c=biws", "c=biws,r=other,p=AAAA", "c=AAAA,r=x,p=AAAA", "p=!!"}) {
            ScramExchange exchange = rfcExample();
            exchange.first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
            UserException error = assertThrows(UserException.class, () -> exchange.last(last), last);
            assertEquals(SqlState.PROTOCOL_VIOLATION, error.sqlState());
        }
    }

    @Test
    void an_unknown_user_sees_the_same_salt_every_time_and_no_password_fits() {
        byte[] secret = new byte[32];
        String salt = Base64.getEncoder()
                .encodeToString(ScramVerifier.mock("nobody", secret).salt());
        assertEquals(
                salt,
                Base64.getEncoder()
                        .encodeToString(ScramVerifier.mock("nobody", secret).salt()));
        assertNotEquals(
                salt,
                Base64.getEncoder()
                        .encodeToString(ScramVerifier.mock("somebody", secret).salt()));
    }

    @Test
    void passwords_are_prepared_as_saslprep_says() {
        assertEquals("IX", SaslPrep.normalize("I\u00ADX"));
        assertEquals("a", SaslPrep.normalize("\u00AA"));
        assertEquals("IX", SaslPrep.normalize("\u2168"));
        assertEquals("a b", SaslPrep.normalize("a\u00A0b"));
        assertEquals("\u0007", SaslPrep.normalize("\u0007"), "a password that is not allowed stands as it is");
    }

    @Test
    void the_environment_names_user_password_and_database() {
        Credentials none = Credentials.fromEnvironment(Map.of());
        assertEquals("postgres", none.user());
        assertEquals("postgres", none.database());
        assertNull(none.verifier());
        Credentials all = Credentials.fromEnvironment(Map.of("POSTGRES_USER", "anna", "POSTGRES_PASSWORD", "secret"));
        assertEquals("anna", all.database());
        assertEquals(true, all.hasPassword());
        assertThrows(
                IllegalArgumentException.class,
                () -> Credentials.fromEnvironment(Map.of("POSTGRES_DB", "a", "POSTGRES_DB_FILE", "/b")));
    }
}
