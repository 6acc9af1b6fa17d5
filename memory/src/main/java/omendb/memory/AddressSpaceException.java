package omendb.memory;

/// The operating system refused address space or memory.
public final class AddressSpaceException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final long requestedBytes;

    public AddressSpaceException(long requestedBytes, String message) {
        super("", NO_POSITION, message);
        this.requestedBytes = requestedBytes;
    }

    public long requestedBytes() {
        return requestedBytes;
    }
}
