package omendb.sql.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The automaton of [TextParser]: that of PostgreSQL's default parser (src/backend/tsearch/wparser_def.c), in a
/// notation of
/// our own.
///
/// A line is a state and its rules; the first rule whose class holds for the character at hand is taken. A rule is a
/// class (`'x'` = that character), an action, the next state (none = the same), `:token` and `%special`:
///
///     .  go on to the next character         ^  try: remember this rule, so that a failure comes back behind it
///     <  give up: back to the last try       !  go on, the last try is settled
///     @  go on with the same character       &  end of a try, keeping how far it came
///     =  a token ends here; =! settles the last try, =* all of them
final class ParserRules {
    /// What a character or the place before it has to be.
    enum Test {
        ANY,
        EOF,
        CHAR,
        IGNORED,
        LETTER,
        ALPHA,
        DIGIT,
        ALNUM,
        NOTALNUM,
        XDIGIT,
        SPACE,
        SPECIAL,
        URLCHAR,
        STOPHOST,
        HOST,
        URLPATH
    }

    enum Action {
        NEXT,
        PUSH,
        POP,
        CLEAR,
        RERUN,
        MERGE,
        EMIT,
        EMIT_CLEAR,
        EMIT_CLEAR_ALL
    }

    enum Special {
        NONE,
        TAGS,
        URL,
        HYPHEN,
        VERSION
    }

    /// @param target number of the next state, -1 = the same
    record Rule(
            Test test,
            int character,
            Action action,
            int target,
            @Nullable TokenType token,
            Special special) {
        boolean emits() {
            return token != null;
        }
    }

    private static final String AUTOMATON = """
        Base eof. '<'^TagFirst ignored.Space letter.AsciiWord alpha.Word digit.UnsignedInt '-'^SignedIntFirst \
        '+'^SignedIntFirst '&'^EntityFirst '~'^FileTwiddle '/'^FileFirst '.'^PathFirstFirst any.Space
        NumWord eof=Base:numword alnum.NumWord special.NumWord '@'^Email '/'^FileFirst '.'^FileNext \
        '-'^HyphenNumWordFirst any=Base:numword
        AsciiWord eof=Base:asciiword letter. '.'^HostFirstDomain '.'^FileNext '-'^HostFirstAN '-'^HyphenAsciiWordFirst \
        '_'^HostFirstAN '@'^Email ':'^ProtocolFirst '/'^FileFirst digit^Host digit.NumWord alpha.Word special.Word \
        any=Base:asciiword
        Word eof=Base:word alpha. special. digit.NumWord '-'^HyphenWordFirst any=Base:word
        UnsignedInt eof=Base:uint digit. '.'^HostFirstDomain '.'^UDecimalFirst 'e'^MantissaFirst 'E'^MantissaFirst \
        '-'^HostFirstAN '_'^HostFirstAN '@'^Email letter^Host alpha.NumWord special.NumWord '/'^FileFirst any=Base:uint
        SignedIntFirst eof< digit!SignedInt any<
        SignedInt eof=Base:int digit. '.'^DecimalFirst 'e'^MantissaFirst 'E'^MantissaFirst any=Base:int
        Space eof=Base:blank '<'=Base:blank ignored. '-'=Base:blank '+'=Base:blank '&'=Base:blank '/'=Base:blank \
        notalnum.Space any=Base:blank
        UDecimalFirst eof< digit!UDecimal any<
        UDecimal eof=Base:float digit.UDecimal '.'^VersionFirst 'e'^MantissaFirst 'E'^MantissaFirst any=Base:float
        DecimalFirst eof< digit!Decimal any<
        Decimal eof=Base:float digit.Decimal '.'^VerVersion 'e'^MantissaFirst 'E'^MantissaFirst any=Base:float
        VerVersion eof< digit@SVerVersion%version any<
        SVerVersion eof< digit=*UnsignedInt:blank any.
        VersionFirst eof< digit!Version any<
        Version eof=Base:version digit.Version '.'^VersionFirst any=Base:version
        MantissaFirst eof< digit!Mantissa '+'.MantissaSign '-'.MantissaSign any<
        MantissaSign eof< digit!Mantissa any<
        Mantissa eof=Base:sfloat digit.Mantissa any=Base:sfloat
        EntityFirst eof< '#'.EntityNumFirst letter.Entity ':'.Entity '_'.Entity any<
        Entity eof< alnum.Entity ':'.Entity '_'.Entity '.'.Entity '-'.Entity ';'.EntityEnd any<
        EntityNumFirst eof< 'x'.EntityHexFirst 'X'.EntityHexFirst digit.EntityNum any<
        EntityHexFirst eof< xdigit.EntityHex any<
        EntityNum eof< digit.EntityNum ';'.EntityEnd any<
        EntityHex eof< xdigit.EntityHex ';'.EntityEnd any<
        EntityEnd any=!Base:entity
        TagFirst eof< '/'^TagCloseFirst '!'^CommentFirst '?'^XmlBegin letter^TagName ':'^TagName '_'^TagName any<
        XmlBegin eof< 'x'.Tag any<
        TagCloseFirst eof< letter.TagName any<
        TagName eof< '/'.TagBeginEnd '>'.TagEnd%tags space.Tag%tags alnum. ':'. '_'. '.'. '-'. any<
        TagBeginEnd eof< '>'.TagEnd any<
        Tag eof< '>'.TagEnd%tags '''.TagQuoted '"'.TagDoubleQuoted letter. digit. '='. '-'. '_'. '#'. '/'. ':'. '.'. '&'. \
        '?'. '%'. '~'. space.%tags any<
        TagQuoted eof< '\\'^TagEscaped '''.Tag any.TagQuoted
        TagDoubleQuoted eof< '\\'^TagEscaped '"'.Tag any.TagDoubleQuoted
        TagEscaped eof< any&
        TagEnd any=*Base:tag
        CommentFirst eof< '-'.CommentLast 'D'.Tag 'd'.Tag any<
        CommentLast eof< '-'.Comment any<
        Comment eof< '-'.CloseCommentFirst any.
        CloseCommentFirst eof< '-'.CloseCommentLast any.Comment
        CloseCommentLast eof< '-'. '>'.CommentEnd any.Comment
        CommentEnd any=*Base:tag
        HostFirstDomain eof< letter.HostDomainSecond digit.Host any<
        HostDomainSecond eof< letter.HostDomain digit^Host '-'^HostFirstAN '_'^HostFirstAN '.'^HostFirstDomain '@'^Email any<
        HostDomain eof=*Base:host letter.HostDomain digit^Host ':'^PortFirst '-'^HostFirstAN '_'^HostFirstAN \
        '.'^HostFirstDomain '@'^Email digit< stophost=*UrlPathStart:host '/'^Url any=*Base:host
        PortFirst eof< digit.Port any<
        Port eof=*Base:host digit.Port stophost=*UrlPathStart:host '/'^Url any=*Base:host
        HostFirstAN eof< digit.Host letter.Host any<
        Host eof< digit.Host letter.Host '@'^Email '.'^HostFirstDomain '-'^HostFirstAN '_'^HostFirstAN any<
        Email stophost< host=*Base:email any<
        FileFirst eof< letter.File digit.File '.'.PathFirst '_'.File '~'^FileTwiddle any<
        FileTwiddle eof< letter.File digit.File '_'.File '/'.FileFirst any<
        PathFirst eof< letter.File digit.File '_'.File '.'.PathSecond '/'.FileFirst any<
        PathFirstFirst eof< '.'.PathSecond '/'.FileFirst any<
        PathSecond eof=!Base:file '/'^FileFirst '/'=!Base:file space=!Base:file any<
        File eof=Base:file letter.File digit.File '.'^FileNext '_'.File '-'.File '/'^FileFirst any=Base:file
        FileNext eof< letter!File digit!File '_'!File any<
        UrlPathFirst eof< urlchar.UrlPath any<
        UrlPathStart any.UrlPath
        UrlPath eof=Base:url_path urlchar.UrlPath any=Base:url_path
        Url eof< urlpath=*Base:url%url any<
        ProtocolFirst eof< '/'.ProtocolSecond any<
        ProtocolSecond eof< '/'.ProtocolEnd any<
        ProtocolEnd any=*Base:protocol
        HyphenAsciiWordFirst eof< letter.HyphenAsciiWord alpha.HyphenWord digit.HyphenDigits any<
        HyphenAsciiWord eof=*ParseHyphen:asciihword%hyphen letter.HyphenAsciiWord alpha.HyphenWord special.HyphenWord \
        digit.HyphenNumWord '-'^HyphenAsciiWordFirst any=*ParseHyphen:asciihword%hyphen
        HyphenWordFirst eof< alpha.HyphenWord digit.HyphenDigits any<
        HyphenWord eof=*ParseHyphen:hword%hyphen alpha.HyphenWord special.HyphenWord digit.HyphenNumWord \
        '-'^HyphenWordFirst any=*ParseHyphen:hword%hyphen
        HyphenNumWordFirst eof< alpha.HyphenNumWord digit.HyphenDigits any<
        HyphenNumWord eof=*ParseHyphen:numhword%hyphen alnum.HyphenNumWord special.HyphenNumWord '-'^HyphenNumWordFirst \
        any=*ParseHyphen:numhword%hyphen
        HyphenDigits eof< digit.HyphenDigits alpha.HyphenNumWord special.HyphenNumWord any<
        ParseHyphen eof@Base letter.HyphenAsciiPart alpha.HyphenPart digit^HyphenUnsigned '-'^ParseHyphenHyphen any@Base
        ParseHyphenHyphen eof< alnum=!ParseHyphen:blank special=!ParseHyphen:blank any<
        HyphenPart eof=Base:hword_part alpha.HyphenPart special.HyphenPart digit.HyphenNumPart any=ParseHyphen:hword_part
        HyphenAsciiPart eof=Base:hword_asciipart letter.HyphenAsciiPart alpha.HyphenPart special.HyphenPart \
        digit.HyphenNumPart any=ParseHyphen:hword_asciipart
        HyphenNumPart eof=Base:hword_numpart alnum.HyphenNumPart special.HyphenNumPart any=ParseHyphen:hword_numpart
        HyphenUnsigned eof< digit. alpha!HyphenNumPart special!HyphenNumPart any<
        """;

    private static final Pattern RULE =
            Pattern.compile("('.'|[a-z]+)([.^<!@&]|=[!*]?)([A-Za-z]*)(?::([a-z_]+))?(?:%([a-z]+))?");

    private static final Map<String, Integer> STATES = new HashMap<>();
    private static final List<List<Rule>> RULES = new ArrayList<>();

    static {
        List<String> lines = AUTOMATON.lines().toList();
        for (String line : lines) {
            STATES.put(line.substring(0, line.indexOf(' ')), STATES.size());
        }
        for (String line : lines) {
            List<Rule> rules = new ArrayList<>();
            for (String rule : line.substring(line.indexOf(' ') + 1).split(" +", -1)) {
                rules.add(rule(rule));
            }
            RULES.add(List.copyOf(rules));
        }
    }

    private ParserRules() {}

    private static Rule rule(String text) {
        Matcher parts = RULE.matcher(text);
        if (!parts.matches()) {
            throw new IllegalStateException("not a rule: " + text);
        }
        String test = parts.group(1);
        boolean literal = test.startsWith("'");
        Action action = switch (parts.group(2)) {
            case "." -> Action.NEXT;
            case "^" -> Action.PUSH;
            case "<" -> Action.POP;
            case "!" -> Action.CLEAR;
            case "@" -> Action.RERUN;
            case "&" -> Action.MERGE;
            case "=" -> Action.EMIT;
            case "=!" -> Action.EMIT_CLEAR;
            default -> Action.EMIT_CLEAR_ALL;
        };
        String token = parts.group(4);
        String special = parts.group(5);
        return new Rule(
                literal ? Test.CHAR : Test.valueOf(test.toUpperCase(Locale.ROOT)),
                literal ? test.charAt(1) : 0,
                action,
                parts.group(3).isEmpty() ? -1 : state(parts.group(3)),
                token == null ? null : TokenType.valueOf(token.toUpperCase(Locale.ROOT)),
                special == null ? Special.NONE : Special.valueOf(special.toUpperCase(Locale.ROOT)));
    }

    static int state(String name) {
        Integer number = STATES.get(name);
        if (number == null) {
            throw new IllegalStateException("no state " + name);
        }
        return number;
    }

    static List<Rule> of(int state) {
        return RULES.get(state);
    }
}
