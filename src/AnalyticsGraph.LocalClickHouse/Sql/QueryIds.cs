using System.Text;
using AnalyticsGraph.LocalClickHouse.Engine;

namespace AnalyticsGraph.LocalClickHouse.Sql;

/// <summary>
/// Lets clients see and kill their queries by their own ids. The engine gives every statement an id of its own; this rewrites
/// <c>query_id</c> in KILL QUERY, and <c>system.processes</c> elsewhere, so that the ids of running requests stand there instead.
/// </summary>
internal static class QueryIds
{
    /// <summary>The statement with ids mapped, or the same statement where it asks for none.</summary>
    internal static ReadOnlySpan<byte> Map(ReadOnlySpan<byte> sql, IEnumerable<(string Slot, string QueryId)> running)
    {
        var scanner = new SqlScanner(sql);
        var kill = scanner.Is(scanner.Next(), "KILL"u8) && scanner.Is(scanner.Next(), "QUERY"u8);
        if (!kill && sql.IndexOf("processes"u8) < 0) return sql;

        var mapped = new MemoryStream();
        var copied = 0;
        scanner = new SqlScanner(sql);
        string? ids = null;
        for (var (before, token) = (default(Token), scanner.Next()); token.Kind != TokenKind.End; before = token, token = scanner.Next())
        {
            if (kill && Named(scanner, token, "query_id"u8))
            {
                Replace(sql, mapped, ref copied, token.Start, token.End, ids ??= Ids(running));
            }
            else if (!kill && Named(scanner, token, "system"u8) && !scanner.Is(before, '.'))
            {
                var start = token.Start;
                if (!scanner.Is(token = scanner.Next(), '.') || !Named(scanner, token = scanner.Next(), "processes"u8)) continue;
                Replace(sql, mapped, ref copied, start, token.End,
                    $"(SELECT * REPLACE({ids ??= Ids(running)} AS query_id, {ids} AS initial_query_id) FROM system.processes)");
            }
        }
        if (copied == 0) return sql;
        mapped.Write(sql[copied..]);
        return mapped.ToArray();
    }

    private static bool Named(SqlScanner scanner, Token token, ReadOnlySpan<byte> name) =>
        token.Kind == TokenKind.Word && scanner.Text(token).SequenceEqual(name)
        || token.Kind == TokenKind.QuotedIdentifier && scanner.Text(token) is [_, .. var inner, _] && inner.SequenceEqual(name);

    private static void Replace(ReadOnlySpan<byte> sql, MemoryStream mapped, ref int copied, int start, int end, string text)
    {
        mapped.Write(sql[copied..start]);
        mapped.Write(Encoding.UTF8.GetBytes(text));
        copied = end;
    }

    // The leading empty pair keeps the arrays typed when nothing runs.
    private static string Ids(IEnumerable<(string Slot, string QueryId)> running)
    {
        var now = running.Prepend((Slot: "", QueryId: "")).ToList();
        var slots = string.Join(',', now.Select(q => SessionSettings.Quote(q.Slot, '\'')));
        var ids = string.Join(',', now.Select(q => SessionSettings.Quote(q.QueryId, '\'')));
        return $"if(Settings['{Cancellation.SlotSetting}'] = '', query_id, transform(Settings['{Cancellation.SlotSetting}'], [{slots}], [{ids}], query_id))";
    }
}
