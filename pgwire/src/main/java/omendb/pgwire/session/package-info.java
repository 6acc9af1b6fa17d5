/// One client's session: the state of the protocol between start-up and the end, and the thread that runs it.
///
/// [Session] executes frontend messages in order; [SessionRunner] gives it a thread while there is work;
/// [SessionRegistry]
/// counts sessions and finds one by its cancel key.
@NullMarked
package omendb.pgwire.session;

import org.jspecify.annotations.NullMarked;
