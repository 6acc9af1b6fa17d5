package omendb.memory;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// A purpose that off-heap bytes are accounted under, such as `memtable`. One instance per name, so tags are
/// compared by identity and kept in `static final` fields.
public final class MemoryTag {
    private static final ConcurrentHashMap<String, MemoryTag> TAGS = new ConcurrentHashMap<>();

    private final String name;
    private final LongAdder liveBytes = new LongAdder();

    private MemoryTag(String name) {
        this.name = name;
    }

    /// The tag of that name, made at first use.
    public static MemoryTag of(String name) {
        return TAGS.computeIfAbsent(name, MemoryTag::new);
    }

    public String name() {
        return name;
    }

    /// Bytes allocated under this tag and not yet freed.
    public long liveBytes() {
        return liveBytes.sum();
    }

    @Override
    public String toString() {
        return name + "=" + liveBytes();
    }

    void add(long bytes) {
        liveBytes.add(bytes);
    }

    static Collection<MemoryTag> all() {
        return List.copyOf(TAGS.values());
    }
}
