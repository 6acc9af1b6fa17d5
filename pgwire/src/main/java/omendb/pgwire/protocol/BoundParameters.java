package omendb.pgwire.protocol;

import io.netty.buffer.ByteBuf;

/// The parameter values of a Bind message, where they lie in the network buffer.
///
/// Valid as long as the frame is.
public final class BoundParameters {
    private static final int NULL_LENGTH = -1;

    private final ByteBuf body;
    private final FormatCodes formats;
    private final int[] offsets;
    private final int[] lengths;

    BoundParameters(ByteBuf body, FormatCodes formats, int[] offsets, int[] lengths) {
        this.body = body;
        this.formats = formats;
        this.offsets = offsets;
        this.lengths = lengths;
    }

    public int count() {
        return lengths.length;
    }

    public FormatCodes formats() {
        return formats;
    }

    public boolean isNull(int index) {
        return lengths[index] == NULL_LENGTH;
    }

    /// Bytes of the value; -1 = NULL.
    public int length(int index) {
        return lengths[index];
    }

    /// Where the value starts in [#body].
    public int offset(int index) {
        return offsets[index];
    }

    public ByteBuf body() {
        return body;
    }
}
