using System.Text;
using System.Text.RegularExpressions;
using AnalyticsGraph.Tracking.Import;

namespace AnalyticsGraph.Tracking.Export;

/// <summary>Writes tables as a dump in the SQL of the original's database. The same rows give the same bytes.</summary>
internal abstract class DumpWriter(Stream target)
{
    private protected Task WriteAsync(string text, CancellationToken ct) => target.WriteAsync(Encoding.UTF8.GetBytes(text), ct).AsTask();

    private protected Stream Target => target;

    /// <summary>What stands before all tables.</summary>
    /// <param name="zone">The zone of the source's times.</param>
    /// <param name="ct">Ends the writing.</param>
    public abstract Task BeginAsync(string zone, CancellationToken ct);

    /// <summary>Writes a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">Its rows in the text format of COPY.</param>
    /// <param name="ct">Ends the writing.</param>
    /// <returns>How many rows there were.</returns>
    public abstract Task<long> WriteTableAsync(ExportedTable table, StreamReader rows, CancellationToken ct);
}

/// <summary>As pg_dump writes it: COPY blocks.</summary>
internal sealed class PostgresDumpWriter(Stream target) : DumpWriter(target)
{
    public override Task BeginAsync(string zone, CancellationToken ct) => WriteAsync("SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n", ct);

    public override async Task<long> WriteTableAsync(ExportedTable table, StreamReader rows, CancellationToken ct)
    {
        var columns = table.Columns.Select(column => $"    {Sql.Quote(column.Name)} {column.Type}").Concat(table.Key.Count > 0 ? [$"    PRIMARY KEY ({string.Join(", ", table.Key.Select(Sql.Quote))})"] : []);
        await WriteAsync($"\nCREATE TABLE {Sql.Quote(table.Name)} (\n{string.Join(",\n", columns)}\n);\n\n", ct).ConfigureAwait(false);
        await WriteAsync($"COPY {Sql.Quote(table.Name)} ({string.Join(", ", table.Columns.Select(column => Sql.Quote(column.Name)))}) FROM stdin;\n", ct).ConfigureAwait(false);
        var count = 0L;
        while (await rows.ReadLineAsync(ct).ConfigureAwait(false) is { } row)
        {
            count++;
            await WriteAsync(row + "\n", ct).ConfigureAwait(false);
        }

        await WriteAsync("\\.\n", ct).ConfigureAwait(false);
        return count;
    }
}

/// <summary>As mysqldump writes it: INSERT statements of many rows.</summary>
internal sealed partial class MySqlDumpWriter(Stream target) : DumpWriter(target)
{
    // Servers take 64 MB at once, older ones 4; a row may be long.
    private const int LongestStatement = 1024 * 1024;

    // Other zones than UTC have a name only in servers that were given tables of them.
    public override Task BeginAsync(string zone, CancellationToken ct) =>
        WriteAsync($"SET NAMES utf8mb4;\nSET FOREIGN_KEY_CHECKS = 0;\n{(zone == "UTC" ? "SET TIME_ZONE = '+00:00';\n" : "")}", ct);

    public override async Task<long> WriteTableAsync(ExportedTable table, StreamReader rows, CancellationToken ct)
    {
        var columns = table.Columns.Select(column => $"    {Quote(column.Name)} {column.Type}").Concat(table.Key.Count > 0 ? [$"    PRIMARY KEY ({string.Join(", ", table.Key.Select(Quote))})"] : []);
        await WriteAsync($"\nCREATE TABLE {Quote(table.Name)} (\n{string.Join(",\n", columns)}\n);\n", ct).ConfigureAwait(false);
        var insert = $"INSERT INTO {Quote(table.Name)} ({string.Join(", ", table.Columns.Select(column => Quote(column.Name)))}) VALUES\n";
        var statement = new StringBuilder();
        var count = 0L;
        while (await rows.ReadLineAsync(ct).ConfigureAwait(false) is { } row)
        {
            count++;
            statement.Append(statement.Length == 0 ? insert : ",\n").Append('(');
            var values = row.Split('\t');
            for (var i = 0; i < values.Length; i++)
            {
                if (i > 0)
                    statement.Append(',');
                Append(statement, values[i], table.Columns[i].Type);
            }

            statement.Append(')');
            if (statement.Length > LongestStatement)
                await EndAsync(statement, ct).ConfigureAwait(false);
        }

        await EndAsync(statement, ct).ConfigureAwait(false);
        return count;
    }

    [GeneratedRegex("^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    private static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>Turns a value of COPY's text into a literal.</summary>
    private static void Append(StringBuilder statement, string value, string type)
    {
        if (value == "\\N")
        {
            statement.Append("NULL");
            return;
        }

        if ((type.StartsWith("INT", StringComparison.Ordinal) || type.StartsWith("FLOAT", StringComparison.Ordinal)) && Number().IsMatch(value))
        {
            statement.Append(value);
            return;
        }

        statement.Append('\'');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '\\')
            {
                statement.Append(value[++i] switch
                {
                    'b' => "\\b",
                    'f' => "\f",
                    'n' => "\\n",
                    'r' => "\\r",
                    't' => "\\t",
                    'v' => "\v",
                    '\\' => "\\\\",
                    var other => other.ToString(),
                });
            }
            else
            {
                _ = c switch
                {
                    '\'' => statement.Append("\\'"),
                    '"' => statement.Append("\\\""),
                    '\u001A' => statement.Append("\\Z"),
                    _ => statement.Append(c),
                };
            }
        }

        statement.Append('\'');
    }

    private async Task EndAsync(StringBuilder statement, CancellationToken ct)
    {
        if (statement.Length == 0)
            return;
        await WriteAsync(statement.Append(";\n").ToString(), ct).ConfigureAwait(false);
        statement.Clear();
    }
}
