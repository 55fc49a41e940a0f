namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Section 2.1.6: the lexical tokens. Punctuators stand before <see cref="Name"/>.</summary>
internal enum TokenKind : byte
{
    EndOfFile,
    Bang,
    Dollar,
    Ampersand,
    ParenthesisLeft,
    ParenthesisRight,
    Spread,
    Colon,
    Equal,
    At,
    BracketLeft,
    BracketRight,
    BraceLeft,
    Pipe,
    BraceRight,
    Name,
    Int,
    Float,
    String,
    BlockString,
}

internal static class TokenKindNames
{
    private static readonly string[] Names =
    [
        "<EOF>", "\"!\"", "\"$\"", "\"&\"", "\"(\"", "\")\"", "\"...\"", "\":\"", "\"=\"", "\"@\"", "\"[\"", "\"]\"", "\"{\"", "\"|\"", "\"}\"",
        "Name", "Int", "Float", "String", "BlockString",
    ];

    /// <summary>The kind as messages name it.</summary>
    public static string Describe(this TokenKind kind) => Names[(int)kind];
}
