package omendb.pgwire.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCounted;

/// A typed message as it came, not yet looked into: type byte and body without its length.
///
/// A body of type [#COPY_DATA] may be a part of a CopyData message: COPY is a stream of bytes whose message boundaries
/// mean nothing, so its pieces are passed on as they arrive.
///
/// Whoever receives a frame releases it.
public record Frame(byte type, ByteBuf body) implements ReferenceCounted {
    public static final byte COPY_DATA = 'd';

    @Override
    public int refCnt() {
        return body.refCnt();
    }

    @Override
    public Frame retain() {
        body.retain();
        return this;
    }

    @Override
    public Frame retain(int increment) {
        body.retain(increment);
        return this;
    }

    @Override
    public Frame touch() {
        return this;
    }

    @Override
    public Frame touch(Object hint) {
        body.touch(hint);
        return this;
    }

    @Override
    public boolean release() {
        return body.release();
    }

    @Override
    public boolean release(int decrement) {
        return body.release(decrement);
    }
}
