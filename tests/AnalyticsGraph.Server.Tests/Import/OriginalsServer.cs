using System.Globalization;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.TestEngines;

namespace AnalyticsGraph.Server.Tests.Import;

/// <summary>A server whose records came by the import commands from a folder of CSV files for each system, made here: three rows of each table, nulls and hard texts among them.</summary>
public sealed class OriginalsServer : IAsyncLifetime
{
    private readonly EngineFixture _engines = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("originals-").FullName;
    private InProcessServer? _server;

    internal InProcessServer Server => _server ?? throw new InvalidOperationException("The fixture is not initialized.");

    /// <summary>The rows by system and table.</summary>
    internal Dictionary<(string System, string Table), List<Dictionary<string, string?>>> Rows { get; } = [];

    public async Task InitializeAsync()
    {
        await _engines.InitializeAsync();
        _server = await InProcessServer.StartAsync(_engines.PostgresConnectionString, _engines.ClickHouseConnectionString);
        foreach (var tables in OriginalColumns.Tables.GroupBy(table => table.System))
        {
            var folder = Path.Combine(_folder, tables.Key);
            Directory.CreateDirectory(folder);
            foreach (var table in tables)
            {
                List<Dictionary<string, string?>> rows = [.. Enumerable.Range(1, 3).Select(row => table.Columns.ToDictionary(column => column.Name, column => Value(column, row)))];
                Rows.Add((table.System, table.Name), rows);
                await File.WriteAllLinesAsync(
                    Path.Combine(folder, table.Name + ".csv"),
                    [string.Join(',', table.Columns.Select(column => column.Name)), .. rows.Select(row => string.Join(',', row.Values.Select(value => value is null ? "" : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")))]);
            }

            var (code, output, errors) = await ServerProcess.RunAsync(
                "import", tables.Key, folder, "--ConnectionStrings:Postgres", _engines.PostgresConnectionString, "--ConnectionStrings:ClickHouse", _engines.ClickHouseConnectionString);
            Assert.True(code == 0, output + errors);
            Assert.DoesNotContain("kept aside", output, StringComparison.Ordinal);
        }
    }

    /// <summary>Exports a system's records.</summary>
    /// <returns>The folder, and what the command said.</returns>
    internal async Task<(string Folder, string Output)> ExportAsync(string system)
    {
        var folder = Path.Combine(_folder, "out-" + system);
        var (code, output, errors) = await ServerProcess.RunAsync(
            "export", system, "--to", folder, "--ConnectionStrings:Postgres", _engines.PostgresConnectionString, "--ConnectionStrings:ClickHouse", _engines.ClickHouseConnectionString);
        Assert.True(code == 0, output + errors);
        return (folder, output);
    }

    public async Task DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _engines.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string? Value((string Name, string Path, string Kind) column, int row) => (column.Kind, column.Name) switch
    {
        ("time", _) => row == 2 ? null : $"2024-02-2{row} 1{row}:59:0{row}",
        ("number", _) => row == 2 ? null : (row / 7.0).ToString("R", CultureInfo.InvariantCulture),
        ("other", _) => row == 2 ? null : $"[{{\"global_step\":{row},\"time_stamp\":1700000000,\"speed\":0.5,\"worker_cpu\":{{\"0\":{row}}}}}]",

        // All of them name rows of 1 to 3; places within the sets begin at 0 in the originals, which is nothing to these.
        (_, var name) when name == "id" || name == "uid" || name == "idx" || name.EndsWith("_id", StringComparison.Ordinal) || name.EndsWith("_idx", StringComparison.Ordinal)
            || name.EndsWith("_uid", StringComparison.Ordinal) || name.EndsWith("_index", StringComparison.Ordinal) || name == "class" => row.ToString(CultureInfo.InvariantCulture),
        (_, "total_val") => row == 2 ? null : $"{row}.50",
        (_, "per_label_val") => row == 2 ? null : $"{{\"it's \\\"{row}\\\"\": 0.25}}",
        (_, "title" or "name") => $"näme, \"{row}\" it's\nnext \\ line",
        _ => row == 2 ? null : $"{{ \"{column.Name}\":  \"日本 '{row}' \\\\ \" }}",
    };
}
