package omendb.pgwire.session;

/// The connection ended while its session was at work: nobody is left to be told.
final class ClientGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClientGoneException() {
        super("the client has gone", null, false, false);
    }
}
