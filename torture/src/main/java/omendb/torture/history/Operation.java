package omendb.torture.history;

import java.util.List;

/// One step of a transaction, with what it was answered. Values are unique: no key is given the same one twice.
///
/// Two kinds of keys. A *list* grows by appends, and a read shows all of it, so its order of versions can be read off.
/// A *register* holds one value and the number of its version, which each write raises by one and returns.
public sealed interface Operation {
    /// A write whose version was not answered.
    int UNKNOWN_VERSION = -1;

    String key();

    /// @param element what was added at the end
    record Append(String key, int element) implements Operation {}

    /// @param elements the whole list; empty if the key is not there
    record ReadList(String key, List<Integer> elements) implements Operation {}

    /// @param version the register's version that it made, from 1 on, or [#UNKNOWN_VERSION]
    record Write(String key, int value, int version) implements Operation {}

    /// @param version 0 if the key is not there; then the value means nothing
    record ReadRegister(String key, int value, int version) implements Operation {}
}
