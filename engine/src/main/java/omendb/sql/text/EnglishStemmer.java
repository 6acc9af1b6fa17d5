package omendb.sql.text;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Stems of English words: M. F. Porter's English stemmer ("Porter2", snowballstem.org/algorithms/english), in the
/// version
/// that PostgreSQL 15 has.
///
/// Works on lower-case words; what is not an English letter counts as a consonant. Threading: stateless, a stemmer per
/// word.
final class EnglishStemmer {
    private static final Map<String, String> EXCEPTIONS = Map.ofEntries(
            Map.entry("skis", "ski"),
            Map.entry("skies", "sky"),
            Map.entry("dying", "die"),
            Map.entry("lying", "lie"),
            Map.entry("tying", "tie"),
            Map.entry("idly", "idl"),
            Map.entry("gently", "gentl"),
            Map.entry("ugly", "ugli"),
            Map.entry("early", "earli"),
            Map.entry("only", "onli"),
            Map.entry("singly", "singl"));
    private static final Set<String> INVARIANT = Set.of("sky", "news", "howe", "atlas", "cosmos", "bias", "andes");
    private static final Set<String> INVARIANT_WITHOUT_S =
            Set.of("inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed");
    private static final List<String> REGION_PREFIXES = List.of("gener", "commun", "arsen");
    private static final Set<String> DOUBLES = Set.of("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt");
    private static final String LI_ENDINGS = "cdeghkmnrt";

    /// Suffixes of steps 2 and 3 with what they become, the longest first.
    private static final String[][] STEP_2 = longestFirst(new String[][] {
        {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"abli", "able"}, {"entli", "ent"}, {"izer", "ize"},
        {"ization", "ize"}, {"ational", "ate"}, {"ation", "ate"}, {"ator", "ate"}, {"alism", "al"}, {"aliti", "al"},
        {"alli", "al"}, {"fulness", "ful"}, {"ousli", "ous"}, {"ousness", "ous"}, {"iveness", "ive"}, {"iviti", "ive"},
        {"biliti", "ble"}, {"bli", "ble"}, {"ogi", "og"}, {"fulli", "ful"}, {"lessli", "less"}, {"li", ""}
    });
    private static final String[][] STEP_3 = longestFirst(new String[][] {
        {"tional", "tion"},
        {"ational", "ate"},
        {"alize", "al"},
        {"icate", "ic"},
        {"iciti", "ic"},
        {"ical", "ic"},
        {"ful", ""},
        {"ness", ""},
        {"ative", ""}
    });
    private static final String[][] STEP_4 = longestFirst(new String[][] {
        {"al"}, {"ance"}, {"ence"}, {"er"}, {"ic"}, {"able"}, {"ible"}, {"ant"}, {"ement"}, {"ment"}, {"ent"}, {"ism"},
        {"ate"}, {"iti"}, {"ous"}, {"ive"}, {"ize"}, {"ion"}
    });

    private final StringBuilder word;
    private int region1;
    private int region2;

    private EnglishStemmer(String word) {
        this.word = new StringBuilder(word);
    }

    private static String[][] longestFirst(String[][] suffixes) {
        Arrays.sort(suffixes, (a, b) -> b[0].length() - a[0].length());
        return suffixes;
    }

    /// The stem of a lower-case word.
    static String stem(String word) {
        String known = EXCEPTIONS.get(word);
        if (known != null) {
            return known;
        }
        if (word.length() <= 2 || INVARIANT.contains(word)) {
            return word;
        }
        return new EnglishStemmer(word).stem();
    }

    private String stem() {
        if (word.charAt(0) == '\'') {
            word.deleteCharAt(0);
        }
        markConsonantYs();
        region1 = firstRegion();
        region2 = regionAfter(region1);
        step0();
        step1a();
        if (INVARIANT_WITHOUT_S.contains(word.toString())) {
            return word.toString();
        }
        step1b();
        step1c();
        step2();
        step3();
        step4();
        step5();
        return word.toString().replace('Y', 'y');
    }

    // ---- letters and regions ----

    private boolean isVowel(int at) {
        return "aeiouy".indexOf(word.charAt(at)) >= 0;
    }

    /// A y that is a consonant, at the beginning or behind a vowel, becomes Y.
    private void markConsonantYs() {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == 'y' && (i == 0 || isVowel(i - 1))) {
                word.setCharAt(i, 'Y');
            }
        }
    }

    private int firstRegion() {
        for (String prefix : REGION_PREFIXES) {
            if (word.indexOf(prefix) == 0) {
                return prefix.length();
            }
        }
        return regionAfter(0);
    }

    /// Behind the first consonant that follows a vowel, from `from` on.
    private int regionAfter(int from) {
        int at = from;
        while (at < word.length() && !isVowel(at)) {
            at++;
        }
        while (at < word.length() && isVowel(at)) {
            at++;
        }
        return Math.min(at + 1, word.length());
    }

    private boolean endsWith(String suffix) {
        int from = word.length() - suffix.length();
        return from >= 0 && word.indexOf(suffix, from) == from;
    }

    private void cut(int letters) {
        word.setLength(word.length() - letters);
    }

    private void replace(String suffix, String by) {
        cut(suffix.length());
        word.append(by);
    }

    private boolean hasVowelBefore(int end) {
        for (int i = 0; i < end; i++) {
            if (isVowel(i)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the word up to `end` ends in a short syllable.
    private boolean endsShort(int end) {
        if (end == 2) {
            return isVowel(0) && !isVowel(1);
        }
        return end > 2
                && !isVowel(end - 3)
                && isVowel(end - 2)
                && !isVowel(end - 1)
                && "wxY".indexOf(word.charAt(end - 1)) < 0;
    }

    // ---- steps ----

    private void step0() {
        for (String suffix : new String[] {"'s'", "'s", "'"}) {
            if (endsWith(suffix)) {
                cut(suffix.length());
                return;
            }
        }
    }

    private void step1a() {
        if (endsWith("sses")) {
            cut(2);
        } else if (endsWith("ied") || endsWith("ies")) {
            cut(word.length() > 4 ? 2 : 1);
        } else if (endsWith("s") && !endsWith("us") && !endsWith("ss") && hasVowelBefore(word.length() - 2)) {
            cut(1);
        }
    }

    private void step1b() {
        for (String suffix : new String[] {"eedly", "eed"}) {
            if (endsWith(suffix)) {
                if (word.length() - suffix.length() >= region1) {
                    replace(suffix, "ee");
                }
                return;
            }
        }
        for (String suffix : new String[] {"ingly", "edly", "ing", "ed"}) {
            if (endsWith(suffix)) {
                if (hasVowelBefore(word.length() - suffix.length())) {
                    cut(suffix.length());
                    completeAfterCut();
                }
                return;
            }
        }
    }

    private void completeAfterCut() {
        int length = word.length();
        if (endsWith("at") || endsWith("bl") || endsWith("iz")) {
            word.append('e');
        } else if (length >= 2 && DOUBLES.contains(word.substring(length - 2))) {
            cut(1);
        } else if (region1 >= length && endsShort(length)) {
            word.append('e');
        }
    }

    private void step1c() {
        int last = word.length() - 1;
        if (last >= 2 && (word.charAt(last) == 'y' || word.charAt(last) == 'Y') && !isVowel(last - 1)) {
            word.setCharAt(last, 'i');
        }
    }

    private void step2() {
        for (String[] rule : STEP_2) {
            if (endsWith(rule[0])) {
                int start = word.length() - rule[0].length();
                char before = start > 0 ? word.charAt(start - 1) : 0;
                boolean allowed = switch (rule[0]) {
                    case "li" -> before != 0 && LI_ENDINGS.indexOf(before) >= 0;
                    case "ogi" -> before == 'l';
                    default -> true;
                };
                if (start >= region1 && allowed) {
                    replace(rule[0], rule[1]);
                }
                return;
            }
        }
    }

    private void step3() {
        for (String[] rule : STEP_3) {
            if (endsWith(rule[0])) {
                int start = word.length() - rule[0].length();
                if (start >= (rule[0].equals("ative") ? region2 : region1)) {
                    replace(rule[0], rule[1]);
                }
                return;
            }
        }
    }

    private void step4() {
        for (String[] rule : STEP_4) {
            if (endsWith(rule[0])) {
                int start = word.length() - rule[0].length();
                boolean allowed = !rule[0].equals("ion")
                        || (start > 0 && (word.charAt(start - 1) == 's' || word.charAt(start - 1) == 't'));
                if (start >= region2 && allowed) {
                    cut(rule[0].length());
                }
                return;
            }
        }
    }

    private void step5() {
        int last = word.length() - 1;
        if (last < 0) {
            return;
        }
        if (word.charAt(last) == 'e') {
            if (last >= region2 || (last >= region1 && !endsShort(last))) {
                cut(1);
            }
        } else if (word.charAt(last) == 'l' && last >= region2 && last > 0 && word.charAt(last - 1) == 'l') {
            cut(1);
        }
    }
}
