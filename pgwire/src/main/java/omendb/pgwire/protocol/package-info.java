/// PostgreSQL's frontend/backend protocol 3.0 as bytes: framing, message records, encoding of answers.
///
/// Inbound: [FrameDecoder] cuts the stream into [StartupPacket]s and [Frame]s, [MessageDecoder] turns a frame into a
/// [FrontendMessage]. Outbound: [MessageWriter]. Knows nothing of SQL, sessions or who is on the other side.
/// Rule: a length that the client declares is compared with its limit before anything is allocated for it.
@NullMarked
package omendb.pgwire.protocol;

import org.jspecify.annotations.NullMarked;
