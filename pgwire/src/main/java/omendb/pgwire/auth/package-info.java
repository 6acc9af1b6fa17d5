/// Who may come in: trust on loopback, SCRAM-SHA-256 as soon as a password is set.
///
/// One place decides ([Authenticator]); no password is kept, only its [ScramVerifier]. MD5 and clear text are not
/// offered.
@NullMarked
package omendb.pgwire.auth;

import org.jspecify.annotations.NullMarked;
