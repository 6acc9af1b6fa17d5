package omendb.sql.parse;

/// Kinds of tokens.
enum TokenKind {
    /// Unquoted name or keyword.
    WORD,
    /// `"name"` or `U&"name"`.
    QUOTED_NAME,
    /// `'text'` in any of its forms but the two below.
    STRING,
    /// `N'text'`.
    NATIONAL_STRING,
    /// `B'101'`.
    BIT_STRING,
    /// `X'1F'`.
    HEX_STRING,
    /// Digits without point or exponent.
    INTEGER,
    /// With point or exponent.
    NUMERIC,
    /// `$1`.
    PARAMETER,
    /// One or more operator characters.
    OPERATOR,
    /// `( ) [ ] , ; : . :: := => ..`
    SYMBOL,
    /// End of the text; always the last token.
    END
}
