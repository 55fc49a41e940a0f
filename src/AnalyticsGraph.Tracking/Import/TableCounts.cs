using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>How many rows were added and changed, by the source's table.</summary>
internal sealed class TableCounts
{
    private readonly Dictionary<string, (long Added, long Changed)> _counts = new(StringComparer.Ordinal);

    /// <summary>Runs a statement of <see cref="MlflowStatements"/> and counts what it wrote.</summary>
    public async Task RunAsync(NpgsqlConnection connection, string table, string insert, string source, string originalId, long id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MlflowStatements.Counted(insert), connection) { CommandTimeout = 0, Parameters = { new() { Value = source } } };
        if (insert.Contains("$2", StringComparison.Ordinal) || insert.Contains("$3", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = originalId });
        if (insert.Contains("$3", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        Add(table, reader.GetInt64(0), reader.GetInt64(1));
    }

    public void Add(string table, long added, long changed)
    {
        var present = _counts.GetValueOrDefault(table);
        _counts[table] = (present.Added + added, present.Changed + changed);
    }

    public void Add(TableCounts others)
    {
        foreach (var (table, (added, changed)) in others._counts)
            Add(table, added, changed);
    }

    public ImportedTable ToReport(string table, long rows)
    {
        var (added, changed) = _counts.GetValueOrDefault(table);
        return new ImportedTable(table, rows, added, changed);
    }
}
