using System.Text;
using AnalyticsGraph.LocalClickHouse.Engine;

namespace AnalyticsGraph.LocalClickHouse.Sql;

/// <summary>Tells the engine to write a statement's result to a file.</summary>
internal static class OutputClause
{
    /// <summary>A SELECT whose result goes to a file that exists.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">The format, unless the statement has a FORMAT clause.</param>
    internal static byte[] Into(ReadOnlySpan<byte> text, string path, string format)
    {
        var scanner = new SqlScanner(text);
        var (end, clause) = (0, -1);
        var (before, previous) = (scanner.Next(), scanner.Next());
        end = before.End;
        for (var last = false; !last && clause < 0;)
        {
            var token = scanner.Next();
            last = previous.Kind == TokenKind.End;
            if (scanner.Is(before, "FORMAT"u8) && previous.Kind == TokenKind.Word && (token.Kind == TokenKind.End || scanner.Is(token, ';') || scanner.Is(token, "SETTINGS"u8)))
            {
                clause = before.Start;
            }
            if (!last && !scanner.Is(previous, ';')) end = previous.End;
            (before, previous) = (previous, token);
        }
        var into = $"\nINTO OUTFILE {SessionSettings.Quote(path, '\'')} APPEND ";
        return clause < 0
            ? [.. text[..end], .. Encoding.UTF8.GetBytes($"{into}FORMAT {format}")]
            : [.. text[..clause], .. Encoding.UTF8.GetBytes(into), .. text[clause..]];
    }
}
