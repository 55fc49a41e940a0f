using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>How many rows were added, changed and removed, by the source's table.</summary>
internal sealed class TableCounts
{
    private readonly Dictionary<string, (long Added, long Changed, long Removed)> _counts = new(StringComparer.Ordinal);

    /// <summary>The tables that have lost rows, or had them marked as deleted.</summary>
    public IEnumerable<string> Shrunk => _counts.Where(count => count.Value.Removed > 0).Select(count => count.Key);

    /// <summary>All of which anything was written.</summary>
    public IEnumerable<string> Written => _counts.Where(count => count.Value != default).Select(count => count.Key);

    /// <summary>Runs a statement of <see cref="MlflowStatements"/> and counts what it wrote.</summary>
    public async Task RunAsync(NpgsqlConnection connection, string table, string insert, string source, string originalId, long id, CancellationToken ct)
    {
        await using var command = Command(connection, MlflowStatements.Counted(insert), source, originalId, id);
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        Add(table, reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Runs a statement of <see cref="MlflowRemovals"/> and counts the rows it took away.</summary>
    public async Task RemoveAsync(NpgsqlConnection connection, string table, string remove, string source, long id, CancellationToken ct)
    {
        await using var command = Command(connection, remove, source, "", id);
        AddRemoved(table, await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false));
    }

    public void Add(string table, long added, long changed)
    {
        var present = _counts.GetValueOrDefault(table);
        _counts[table] = (present.Added + added, present.Changed + changed, present.Removed);
    }

    public void AddRemoved(string table, long removed)
    {
        var present = _counts.GetValueOrDefault(table);
        _counts[table] = present with { Removed = present.Removed + removed };
    }

    public void Add(TableCounts others)
    {
        foreach (var (table, (added, changed, removed)) in others._counts)
        {
            Add(table, added, changed);
            AddRemoved(table, removed);
        }
    }

    public ImportedTable ToReport(string table, long rows)
    {
        var (added, changed, removed) = _counts.GetValueOrDefault(table);
        return new ImportedTable(table, rows, added, changed, removed);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, string source, string originalId, long id)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = source } } };
        if (sql.Contains("$2", StringComparison.Ordinal) || sql.Contains("$3", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = originalId });
        if (sql.Contains("$3", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = id });
        return command;
    }
}
