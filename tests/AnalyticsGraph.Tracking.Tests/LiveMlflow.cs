using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The sample as a database again: its tables as the dump creates them, and its rows.</summary>
internal static partial class LiveMlflow
{
    public static Task RestoreAsync(NpgsqlDataSource target) => RestoreAsync(target, SampleDump.Text);

    /// <summary>A dump's tables and rows.</summary>
    public static async Task RestoreAsync(NpgsqlDataSource target, string dump)
    {
        await using var connection = await target.OpenConnectionAsync();
        var create = new StringBuilder();
        foreach (Match table in CreateTable().Matches(dump))
            create.Append(table.Value);
        await using (var command = new NpgsqlCommand(create.ToString(), connection))
            await command.ExecuteNonQueryAsync();
        foreach (Match copy in CopyBlock().Matches(dump))
        {
            await using var rows = await connection.BeginTextImportAsync(copy.Groups["head"].Value.Replace("FROM stdin;", "FROM STDIN", StringComparison.Ordinal));
            await rows.WriteAsync(copy.Groups["rows"].Value);
        }
    }

    [GeneratedRegex("""^CREATE TABLE .*?^\);\n""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CreateTable();

    [GeneratedRegex("""^(?<head>COPY [^\n]* FROM stdin;)\n(?<rows>.*?)^\\\.\n""", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex CopyBlock();
}
