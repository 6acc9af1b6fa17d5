package omendb.engine.alex;

import java.util.Arrays;

/// The way from the root to a data node: pointers of the nodes and the slot taken in each. Reused by the
/// writer.
final class Path {
    private final NodeSpace space;
    private int[] pointers = new int[16];
    private int[] slots = new int[16];
    private int inner; // nodes above the data node

    Path(NodeSpace space) {
        this.space = space;
    }

    /// Goes down to the data node of an entry; returns its address.
    long find(long key, long payload) {
        int pointer = Superblock.root(space.base());
        inner = 0;
        while (true) {
            if (inner == pointers.length) {
                pointers = Arrays.copyOf(pointers, 2 * inner);
                slots = Arrays.copyOf(slots, 2 * inner);
            }
            pointers[inner] = pointer;
            long node = space.address(pointer);
            if (Node.isData(node)) {
                return node;
            }
            slots[inner] = Node.slot(node, key, payload);
            pointer = Node.child(node, slots[inner]);
            inner++;
        }
    }

    /// Level of the data node: inner nodes above it.
    int depth() {
        return inner;
    }

    int pointer(int level) {
        return pointers[level];
    }

    long node(int level) {
        return space.address(pointers[level]);
    }

    int slot(int level) {
        return slots[level];
    }
}
