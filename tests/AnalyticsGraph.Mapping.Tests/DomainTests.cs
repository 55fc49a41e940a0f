using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Catalog;
using AnalyticsGraph.Mapping.Generation;
using AnalyticsGraph.Mapping.Model;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>The project's own SDL over its own migrations.</summary>
[Collection("library")]
public sealed class DomainTests(LibraryFixture library)
{
    [Fact]
    public async Task Schema_Should_FitTheMigrations_When_BothAreRead()
    {
        var (model, problems) = await CheckAsync();

        Assert.Equal([], problems.Where(problem => !problem.IsWarning).Select(problem => problem.ToString()));
        Assert.True(model.Tables.Count > 20);
    }

    private async Task<(MappingModel Model, List<MappingProblem> Problems)> CheckAsync()
    {
        var root = Root();
        await using var source = NpgsqlDataSource.Create(await library.Engines.CreateDatabaseAsync());
        foreach (var file in Directory.GetFiles(Path.Combine(root, "migrations", "postgres"), "*.sql").Order(StringComparer.Ordinal))
        {
            await using var command = source.CreateCommand(await File.ReadAllTextAsync(file));
            await command.ExecuteNonQueryAsync();
        }

        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(await library.Engines.CreateClickHouseDatabaseAsync()));
        foreach (var file in Directory.GetFiles(Path.Combine(root, "migrations", "clickhouse"), "*.sql").Order(StringComparer.Ordinal))
        {
            var text = string.Join('\n', (await File.ReadAllLinesAsync(file)).Where(line => !line.StartsWith("--", StringComparison.Ordinal)));
            foreach (var statement in text.Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                await client.ExecuteAsync(new ClickHouseQuery(statement.TrimEnd(';')));
            }
        }

        var files = Directory.GetFiles(Path.Combine(root, "schema"), "*.graphql").Select(file => (Path.GetFileName(file), File.ReadAllText(file)));
        var sdl = MappedSdl.Read(files, new MappingLimits(), null);
        var problems = new List<MappingProblem>();
        StartupChecks.Run(
            sdl.Model,
            new Dictionary<Store, StoreCatalog> { [Store.Postgres] = await PostgresCatalog.ReadAsync(source, default), [Store.ClickHouse] = await ClickHouseCatalog.ReadAsync(client, default) },
            problems);
        return (sdl.Model, problems);
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
