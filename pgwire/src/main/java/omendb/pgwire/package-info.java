/// The server: PostgreSQL's wire protocol over Netty, sessions, authentication and the `main` of the process.
///
/// Front door: `PgServer`, started with [PgServerOptions]; [Main] is the command line.
/// Parts: `protocol` knows bytes and messages and nothing of SQL; `auth` decides who comes in; `session` runs the
/// messages of one client against an `SqlSession`.
///
/// The way of a message: Netty's event loop frames it (`FrameDecoder`), puts the frame into the
/// session's mailbox and goes on; the session's own thread decodes and executes it and encodes the answer straight into
/// network buffers. The loop never blocks, and a session never touches a socket.
@NullMarked
package omendb.pgwire;

import org.jspecify.annotations.NullMarked;
