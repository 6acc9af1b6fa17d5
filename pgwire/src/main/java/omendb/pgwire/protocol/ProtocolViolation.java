package omendb.pgwire.protocol;

/// The stream of bytes is not PostgreSQL's protocol any more: nothing behind this point can be trusted, the connection
/// ends.
///
/// (A message that is framed well and wrong inside is an error like any other, a
/// [omendb.engine.error.UserException] with 08P01, and the connection goes on.)
public final class ProtocolViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean worthAnAnswer;

    private ProtocolViolation(String message, boolean worthAnAnswer) {
        super(message, null, false, false);
        this.worthAnAnswer = worthAnAnswer;
    }

    /// Whoever is there speaks PostgreSQL, or once did: it gets an ErrorResponse before the end.
    static ProtocolViolation answered(String message) {
        return new ProtocolViolation(message, true);
    }

    /// Whoever is there does not speak PostgreSQL (a port scan, HTTP): the connection is closed without a word.
    static ProtocolViolation silent(String message) {
        return new ProtocolViolation(message, false);
    }

    public boolean worthAnAnswer() {
        return worthAnAnswer;
    }
}
