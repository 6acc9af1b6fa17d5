package omendb.sql.text;

import java.util.Locale;

/// Kinds of token that the default parser finds; number and names are PostgreSQL's.
public enum TokenType {
    ASCIIWORD(1, "Word, all ASCII"),
    WORD(2, "Word, all letters"),
    NUMWORD(3, "Word, letters and digits"),
    EMAIL(4, "Email address"),
    URL(5, "URL"),
    HOST(6, "Host"),
    SFLOAT(7, "Scientific notation"),
    VERSION(8, "Version number"),
    HWORD_NUMPART(9, "Hyphenated word part, letters and digits"),
    HWORD_PART(10, "Hyphenated word part, all letters"),
    HWORD_ASCIIPART(11, "Hyphenated word part, all ASCII"),
    BLANK(12, "Space symbols"),
    TAG(13, "XML tag"),
    PROTOCOL(14, "Protocol head"),
    NUMHWORD(15, "Hyphenated word, letters and digits"),
    ASCIIHWORD(16, "Hyphenated word, all ASCII"),
    HWORD(17, "Hyphenated word, all letters"),
    URL_PATH(18, "URL path"),
    FILE(19, "File or path name"),
    FLOAT(20, "Decimal notation"),
    INT(21, "Signed integer"),
    UINT(22, "Unsigned integer"),
    ENTITY(23, "XML entity");

    private final int id;
    private final String description;

    TokenType(int id, String description) {
        this.id = id;
        this.description = description;
    }

    /// The number of ts_parse, from 1.
    public int id() {
        return id;
    }

    public String alias() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String description() {
        return description;
    }
}
