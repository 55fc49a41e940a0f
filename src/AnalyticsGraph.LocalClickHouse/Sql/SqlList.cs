using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Sql;

/// <summary>Splits a list of types: a comma within brackets or a literal separates nothing.</summary>
internal static class SqlList
{
    internal static List<string> Split(string list)
    {
        var text = Encoding.UTF8.GetBytes(list);
        var scanner = new SqlScanner(text);
        var parts = new List<string>();
        var (start, depth) = (0, 0);
        for (var token = scanner.Next(); token.Kind != TokenKind.End; token = scanner.Next())
        {
            if (scanner.Is(token, '(')) depth++;
            else if (scanner.Is(token, ')')) depth--;
            else if (depth == 0 && scanner.Is(token, ','))
            {
                parts.Add(Encoding.UTF8.GetString(text, start, token.Start - start).Trim());
                start = token.End;
            }
        }
        parts.Add(Encoding.UTF8.GetString(text, start, text.Length - start).Trim());
        return parts;
    }
}
