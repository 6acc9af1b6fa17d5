package omendb.sql.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import omendb.engine.type.TsVector;
import org.jspecify.annotations.Nullable;

/// ts_headline: the words of a document that show why it was found. Picks as PostgreSQL 15 does: the stretch with the
/// most
/// words of the query, or with MaxFragments several of them.
public final class Headline {
    /// A token, or once more for a further operand that it satisfies (`repeated`).
    private static final class Word {
        private final String text;
        private final TokenType type;
        private final boolean repeated;
        private int operand = -1;
        private int position;
        private boolean selected;
        private boolean shown;
        private boolean blanked;
        private boolean skipped;

        private Word(String text, TokenType type, boolean repeated) {
            this.text = text;
            this.type = type;
            this.repeated = repeated;
        }

        /// A word of the query.
        private boolean isWanted() {
            return operand >= 0 && !repeated;
        }

        private boolean isComplex() {
            return switch (type) {
                case URL, NUMHWORD, ASCIIHWORD, HWORD -> true;
                default -> false;
            };
        }

        /// Whether it counts as a word.
        private boolean counts() {
            return type != TokenType.BLANK && type != TokenType.TAG && !isComplex();
        }

        /// Where a headline should not end.
        private boolean isBadEnd(int shortWord) {
            boolean weak = !counts()
                    || switch (type) {
                        case SFLOAT, VERSION, FLOAT, INT, UINT, PROTOCOL, ENTITY -> true;
                        default -> text.getBytes(StandardCharsets.UTF_8).length <= shortWord;
                    };
            return weak && !isWanted();
        }
    }

    /// A stretch of words.
    private static final class Fragment {
        private int start;
        private int end;
        private int wanted;
        private int length;
        private boolean chosen;
        private boolean excluded;
    }

    private final CompiledQuery query;
    private final HeadlineOptions options;
    private final List<Word> words = new ArrayList<>();

    /// The match that [#findCover] found.
    private int coverStart;

    private int coverEnd;

    private Headline(TextSearchConfig config, String document, CompiledQuery query, HeadlineOptions options) {
        this.query = query;
        this.options = options;
        read(config, document);
    }

    /// @param options as ts_headline's last argument
    /// @throws omendb.engine.error.UserException 22023 or 42601 if they cannot be understood
    public static String of(TextSearchConfig config, String document, CompiledQuery query, String options) {
        Headline headline = new Headline(config, document, query, HeadlineOptions.parse(options));
        if (headline.options.maxFragments() == 0) {
            headline.markBest();
        } else {
            headline.markFragments();
        }
        return headline.text();
    }

    private void read(TextSearchConfig config, String document) {
        TextParser parser = new TextParser(document);
        int position = 0;
        while (parser.next()) {
            String token = parser.token();
            if (TextAnalyzer.tooLong(token)) {
                continue;
            }
            Word word = new Word(token, parser.type(), false);
            words.add(word);
            Dictionary dictionary = config.dictionary(parser.type());
            List<String> lexemes = dictionary == null ? null : dictionary.lexize(token);
            if (lexemes != null) {
                position++;
                for (String lexeme : lexemes) {
                    mark(word, lexeme.getBytes(StandardCharsets.UTF_8), position);
                }
            }
        }
    }

    private void mark(Word word, byte[] lexeme, int position) {
        word.position = TsVector.limited(position);
        for (int i = 0; i < query.operandCount(); i++) {
            byte[] wanted = query.lexeme(i);
            boolean matches = query.operand(i).prefix()
                    ? lexeme.length >= wanted.length
                            && Arrays.equals(lexeme, 0, wanted.length, wanted, 0, wanted.length)
                    : Arrays.equals(lexeme, wanted);
            if (matches && word.operand < 0) {
                word.operand = i;
            } else if (matches) {
                Word again = new Word(word.text, word.type, true);
                again.operand = i;
                again.position = word.position;
                words.add(again);
            }
        }
    }

    private boolean badEnd(int at) {
        return words.get(at).isBadEnd(options.shortWord());
    }

    private int counted(int at) {
        return words.get(at).counts() ? 1 : 0;
    }

    private int wanted(int at) {
        return words.get(at).isWanted() ? 1 : 0;
    }

    // ---- matches ----

    private int nextWanted(int from) {
        for (int i = from; i < words.size(); i++) {
            if (words.get(i).operand >= 0) {
                return i;
            }
        }
        return -1;
    }

    /// The earliest, shortest stretch from `from` on that satisfies the query.
    private boolean findCover(int from) {
        int start = nextWanted(from);
        while (start >= 0) {
            int end = start;
            int following = -1;
            do {
                if (satisfied(start, end)) {
                    coverStart = start;
                    coverEnd = end;
                    return true;
                }
                int next = nextWanted(end + 1);
                if (end == start) {
                    following = next;
                }
                end = next;
            } while (end >= 0 && end - start < options.maxCover());
            start = following;
        }
        return false;
    }

    private boolean satisfied(int start, int end) {
        return TsMatcher.matches(query, (operand, places) -> find(start, end, operand, places));
    }

    private TsMatcher.Answer find(int start, int end, int operand, TsMatcher.@Nullable Places places) {
        boolean found = false;
        for (int i = start; i <= end; i++) {
            Word word = words.get(i);
            if (word.operand == operand) {
                if (places == null) {
                    return TsMatcher.Answer.YES;
                }
                if (places.count == 0 || places.positions[places.count - 1] < word.position) {
                    places.add(word.position);
                }
                found = true;
            }
        }
        return found ? TsMatcher.Answer.YES : TsMatcher.Answer.NO;
    }

    // ---- one stretch ----

    private void markBest() {
        int bestStart = 0;
        int bestEnd = words.size() - 1;
        if (!options.highlightAll()) {
            Fragment best = null;
            boolean bestCovers = false;
            for (int from = 0; findCover(from); from = coverStart + 1) {
                Fragment candidate = candidate();
                boolean covers = candidate.start <= coverStart && candidate.end >= coverEnd;
                boolean better = best == null
                        || (covers && !bestCovers)
                        || (covers == bestCovers
                                && (candidate.wanted > best.wanted
                                        || (candidate.wanted == best.wanted
                                                && !badEnd(candidate.end)
                                                && badEnd(best.end))));
                if (better) {
                    best = candidate;
                    bestCovers = covers;
                }
            }
            bestStart = best == null ? 0 : best.start;
            bestEnd = best == null ? endOfBeginning() : best.end;
        }
        show(bestStart, Math.min(bestEnd, words.size() - 1));
    }

    /// The end of the first MinWords words.
    private int endOfBeginning() {
        int end = 0;
        int length = 0;
        for (int i = 0; i < words.size() && length < options.minWords(); i++) {
            length += counted(i);
            end = i;
        }
        return end;
    }

    /// The match at hand, made as long as a headline should be.
    private Fragment candidate() {
        Fragment found = new Fragment();
        found.start = coverStart;
        found.end = coverStart;
        int at = coverStart;
        for (; at <= coverEnd && found.length < options.maxWords(); at++) {
            found.length += counted(at);
            found.wanted += wanted(at);
            found.end = at;
        }
        if (found.length < options.maxWords()) {
            lengthen(found, at - 1);
        } else {
            shorten(found, Math.min(at, coverEnd));
        }
        return found;
    }

    private void lengthen(Fragment found, int from) {
        for (int at = from; at < words.size() && found.length < options.maxWords(); at++) {
            if (at > coverEnd) {
                found.length += counted(at);
                found.wanted += wanted(at);
            }
            found.end = at;
            if (!badEnd(at) && found.length >= options.minWords()) {
                break;
            }
        }
        if (found.length >= options.minWords()) {
            return;
        }
        int at = coverStart - 1;
        for (; at >= 0; at--) {
            found.length += counted(at);
            found.wanted += wanted(at);
            if (found.length >= options.maxWords() || (!badEnd(at) && found.length >= options.minWords())) {
                break;
            }
        }
        found.start = Math.max(at, 0);
    }

    private void shorten(Fragment found, int from) {
        for (int at = from; found.length > options.minWords() && badEnd(at); at--) {
            found.length -= counted(at);
            found.wanted -= wanted(at);
            found.end = at - 1;
        }
    }

    // ---- several fragments ----

    private void markFragments() {
        List<Fragment> fragments = new ArrayList<>();
        for (int from = 0; findCover(from); from = coverStart + 1) {
            for (int start = coverStart; start <= coverEnd; start = fragments.getLast().end + 1) {
                fragments.add(fragment(start, coverEnd));
            }
        }
        boolean any = false;
        for (int n = 0; n < options.maxFragments(); n++) {
            Fragment best = null;
            for (Fragment fragment : fragments) {
                boolean better = best == null
                        || fragment.wanted > best.wanted
                        || (fragment.wanted == best.wanted && fragment.length < best.length);
                if (!fragment.chosen && !fragment.excluded && better) {
                    best = fragment;
                }
            }
            if (best == null) {
                break;
            }
            best.chosen = true;
            any = true;
            if (best.length < options.maxWords()) {
                stretch(best);
            }
            show(best.start, best.end);
            exclude(fragments, best);
        }
        if (!any) {
            show(0, Math.min(endOfBeginning(), words.size() - 1));
        }
    }

    /// The next part of a match with at most MaxWords words, both ends words of the query.
    private Fragment fragment(int from, int to) {
        Fragment found = new Fragment();
        found.start = from;
        for (int i = from; i <= to; i++) {
            found.start = i;
            if (words.get(i).isWanted()) {
                break;
            }
        }
        found.end = to;
        int at = found.start;
        for (; at <= to && found.length < options.maxWords(); at++) {
            found.length += counted(at);
            found.wanted += wanted(at);
        }
        if (to > at) {
            for (; at >= found.start; at--) {
                found.end = at;
                if (words.get(at).isWanted()) {
                    break;
                }
                found.length -= counted(at);
            }
        }
        return found;
    }

    private void stretch(Fragment fragment) {
        int most = (options.maxWords() - fragment.length) / 2;
        int stretched = 0;
        int marker = fragment.start;
        for (int i = fragment.start - 1; i >= 0 && stretched < most && !words.get(i).shown; i--) {
            fragment.length += counted(i);
            stretched += counted(i);
            marker = i;
        }
        int start = marker;
        for (; start < fragment.start && badEnd(start); start++) {
            fragment.length -= counted(start);
        }
        fragment.start = start;
        marker = fragment.end;
        for (int i = fragment.end + 1;
                i < words.size() && fragment.length < options.maxWords() && !words.get(i).shown;
                i++) {
            fragment.length += counted(i);
            marker = i;
        }
        int end = marker;
        for (; end > fragment.end && badEnd(end); end--) {
            fragment.length -= counted(end);
        }
        fragment.end = end;
    }

    private static void exclude(List<Fragment> fragments, Fragment chosen) {
        for (Fragment other : fragments) {
            if (other != chosen && other.start <= chosen.end && other.end >= chosen.start) {
                other.excluded = true;
            }
        }
    }

    // ---- output ----

    private void show(int from, int to) {
        for (int i = from; i <= to; i++) {
            Word word = words.get(i);
            word.selected |= word.operand >= 0;
            word.blanked |= !options.highlightAll() && word.type == TokenType.TAG;
            word.skipped |= word.isComplex();
            word.shown = !word.repeated;
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        boolean inside = false;
        int fragments = 0;
        for (Word word : words) {
            if (word.repeated) {
                continue;
            }
            if (!word.shown) {
                inside = false;
                continue;
            }
            if (!inside) {
                inside = true;
                if (fragments++ > 0) {
                    text.append(options.delimiter());
                }
            }
            if (word.blanked) {
                text.append(' ');
            } else if (!word.skipped) {
                text.append(word.selected ? options.start() : "")
                        .append(word.text)
                        .append(word.selected ? options.stop() : "");
            }
        }
        return text.toString();
    }
}
