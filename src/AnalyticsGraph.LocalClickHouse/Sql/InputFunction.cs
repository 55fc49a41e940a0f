using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Sql;

/// <summary>
/// The table function <c>input('a UInt8, ...')</c> in an INSERT ... SELECT: the rows of the request's body. The library takes such
/// a statement, reads nothing, and says nothing; so the rows go to a temporary table that takes the function's place.
/// </summary>
/// <param name="Start">Its first byte in the statement.</param>
/// <param name="End">The byte after its closing bracket.</param>
/// <param name="Structure">The columns, as SQL; null: not given as a literal.</param>
internal sealed record InputFunction(int Start, int End, string? Structure)
{
    /// <summary>Reads the function from its name on. Without a bracket the word was a name, and there is no function.</summary>
    /// <returns>The function and the token after its structure, or none and the token after the word.</returns>
    internal static (InputFunction? Function, Token Next) Read(ref SqlScanner scanner, Token name)
    {
        var open = scanner.Next();
        if (!scanner.Is(open, '(')) return (null, open);
        string? structure = null;
        var token = scanner.Next();
        if (token.Kind == TokenKind.String && scanner.Text(token) is [(byte)'\'', .. var inner, _]) structure = Unescape(Encoding.UTF8.GetString(inner));
        for (var depth = 1; token.Kind != TokenKind.End; token = scanner.Next())
        {
            if (scanner.Is(token, '(')) depth++;
            else if (scanner.Is(token, ')') && --depth == 0) break;
        }
        return (new(name.Start, token.End, structure), scanner.Next());
    }

    /// <summary>The statement with a table in the function's place.</summary>
    internal byte[] Replace(ReadOnlySpan<byte> statement, string table) =>
        [.. statement[..Start], .. Encoding.UTF8.GetBytes(table), .. statement[End..]];

    private static string Unescape(string literal) =>
        literal.Replace("\\'", "'", StringComparison.Ordinal).Replace("''", "'", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
}
