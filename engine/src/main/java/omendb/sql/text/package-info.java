/// Full-text search: how a document becomes lexemes ([TextParser], [Dictionary], [TextSearchConfig]), how queries match
/// ([TsMatcher]) and rank ([TsRank], [TsCoverDensity]), and how the found is shown ([Headline]).
///
/// The types themselves, tsvector and tsquery, lie in `omendb.engine.type`; the functions that call all this in
/// `omendb.sql.function.TextSearchFunctions`. Threading: configurations and dictionaries are immutable, everything else
/// has one owner.
@NullMarked
package omendb.sql.text;

import org.jspecify.annotations.NullMarked;
