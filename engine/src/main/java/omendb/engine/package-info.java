/// Off-heap memory, mapped files and native calls: the ground that every other module stands on.
@NullMarked
package omendb.engine;

import org.jspecify.annotations.NullMarked;
