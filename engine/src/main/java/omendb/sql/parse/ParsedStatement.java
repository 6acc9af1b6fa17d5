package omendb.sql.parse;

import omendb.sql.ast.Statement;

/// One statement of a text.
///
/// @param text           the statement's own text, without the semicolon and surrounding white space
/// @param offset         where it starts in the whole text, in characters from 0
/// @param parameterCount the highest `$n` in it
public record ParsedStatement(Statement statement, String text, int offset, int parameterCount) {}
