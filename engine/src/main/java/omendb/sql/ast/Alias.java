package omendb.sql.ast;

import java.util.List;

/// `AS name (column, ...)`; `columns` is empty when none are named.
public record Alias(String name, List<String> columns) {}
