namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>What a statement does, judged by its first word. Only one that reads is repeated, and ended when the client goes away.</summary>
internal static class StatementKind
{
    private static readonly string[] Reads = ["SELECT", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN"];

    /// <summary>Whether it only reads.</summary>
    public static bool OnlyReads(string sql)
    {
        var word = FirstWord(sql);
        // WITH ... INSERT exists; a WITH that mentions INSERT anywhere is not worth telling apart.
        return Reads.Contains(word, StringComparer.OrdinalIgnoreCase)
            || (word.Equals("WITH", StringComparison.OrdinalIgnoreCase) && !sql.Contains("INSERT", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The word that a statement begins with.</summary>
    public static string FirstWord(string sql)
    {
        var at = 0;
        while (at < sql.Length)
        {
            var rest = sql.AsSpan(at);
            if (char.IsWhiteSpace(rest[0]) || rest[0] == '(')
                at++;
            else if (rest.StartsWith("--") || rest[0] == '#')
                at += Until(rest, "\n");
            else if (rest.StartsWith("/*"))
                at += Until(rest, "*/");
            else
                break;
        }
        var end = at;
        while (end < sql.Length && char.IsAsciiLetter(sql[end]))
            end++;
        return sql[at..end];
    }

    private static int Until(ReadOnlySpan<char> text, string end)
    {
        var found = text.IndexOf(end, StringComparison.Ordinal);
        return found < 0 ? text.Length : found + end.Length;
    }
}
