using System.CommandLine;
using System.Text.Json;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.Benchmarks.Servers;
using Npgsql;
using Spectre.Console;

namespace AnalyticsGraph.Benchmarks.Comparing;

/// <summary>Requests a second and processor time beside PostGraphile 5 and beside the ideal statements, on one PostgreSQL in one run.</summary>
internal static class PostGraphileCommand
{
    private static readonly int[] Connections = [1, 16];
    private static readonly string[] Compared = ["uuid", "key", "value", "name"];

    public static Command Make()
    {
        var quick = new Option<bool>("--quick") { Description = "Few and short rounds: whether all works, not how fast it is." };
        var data = new Option<string?>("--data") { Description = "Where the embedded engines keep the data; a folder for this run alone if left out.", HelpName = "DIR" };
        var only = new Option<string>("--only") { Description = "The questions with this text in their name.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var command = new Command("postgraphile", "The same three questions to this server, to PostGraphile 5 and, by ideal statements, to PostgreSQL.") { quick, data, only };
        command.SetAction(parsed => RunAsync(parsed.GetValue(quick), parsed.GetValue(data), parsed.GetValue(only)!));
        return command;
    }

    private static async Task<int> RunAsync(bool quick, string? named, string only)
    {
        var (rounds, duration) = quick ? (2, TimeSpan.FromSeconds(1)) : (5, TimeSpan.FromSeconds(4));
        var folder = named ?? Directory.CreateTempSubdirectory("analyticsgraph-postgraphile-").FullName;
        try
        {
            await using var ours = await ChildProcess.StartAsync(Console.WriteLine, "comparison", folder);
            var place = await ours.GetAsync(ComparisonServer.PostgresPath);
            await using var theirs = await PostGraphileServer.StartAsync(place);
            await using var postgres = Open(place);
            var (experiment, run) = await FindAsync(postgres);
            var table = new Table().AddColumns("", "connections", "times PostGraphile", "aim", "min", "max", "requests/s", "PostGraphile", "ideal statement", "CPU µs", "PostGraphile's");
            foreach (var query in ComparedQuery.Make(experiment, run).Where(query => query.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
            {
                await RequireSameAnswersAsync(ours, theirs, postgres, query);
                foreach (var connections in Connections)
                {
                    await AddAsync(table, ours, theirs, postgres, query, connections, rounds, duration);
                }
            }

            AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 200);
            AnsiConsole.Write(table);
            AnsiConsole.WriteLine($"{Environment.ProcessorCount} processors; load average {(await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0]}");
            return 0;
        }
        finally
        {
            if (named is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>The three take turns; the first round warms up and is not told.</summary>
    private static async Task AddAsync(
        Table table, ChildProcess ours, ChildProcess theirs, NpgsqlDataSource postgres, ComparedQuery query, int connections, int rounds, TimeSpan duration)
    {
        var ourRequest = RequestOf(ours, query.Ours);
        var theirRequest = RequestOf(theirs, query.Theirs);
        var measured = new List<(Rate Ours, Rate Theirs, Rate Ideal)>();
        for (var round = 0; round <= rounds; round++)
        {
            measured.Add((
                await Rate.OfAsync(ours, ourRequest, connections, duration),
                await Rate.OfAsync(theirs, theirRequest, connections, duration),
                await Rate.OfAsync(postgres, query.Ideal, connections, duration / 4)));
        }

        measured.RemoveAt(0);
        var ratio = Spread.Of(measured.Select(round => round.Ours.PerSecond / round.Theirs.PerSecond));
        table.AddRow(
            query.Name, $"{connections}", $"{ratio.Median:0.00}", $"{query.Aim:0.0}", $"{ratio.Min:0.00}", $"{ratio.Max:0.00}",
            Median(round => round.Ours.PerSecond), Median(round => round.Theirs.PerSecond), Median(round => round.Ideal.PerSecond), Median(round => round.Ours.Microseconds), Median(round => round.Theirs.Microseconds));

        string Median(Func<(Rate Ours, Rate Theirs, Rate Ideal), double> value) => $"{Spread.Of(measured.Select(value)).Median:N0}";
    }

    private static byte[] RequestOf(ChildProcess server, string query) => Connection.Request(server.Address, "/graphql", JsonSerializer.Serialize(new { query }));

    /// <summary>The shapes differ (PostGraphile's lists are connections), the values and their order must not.</summary>
    private static async Task RequireSameAnswersAsync(ChildProcess ours, ChildProcess theirs, NpgsqlDataSource postgres, ComparedQuery query)
    {
        var expected = ValuesOf((await AnswerAsync(ours, query.Ours)).GetProperty("data"));
        var actual = ValuesOf((await AnswerAsync(theirs, query.Theirs)).GetProperty("data"));
        await using var command = postgres.CreateCommand(query.Ideal);
        using var ideal = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!);
        if (expected.Count == 0 || !expected.SequenceEqual(actual) || !expected.SequenceEqual(ValuesOf(ideal.RootElement)))
        {
            throw new InvalidDataException($"{query.Name}: the answers differ ({expected.Count}, {actual.Count} and {ValuesOf(ideal.RootElement).Count} values).");
        }
    }

    private static async Task<JsonElement> AnswerAsync(ChildProcess server, string query)
    {
        using var connection = await Connection.OpenAsync(server.Address);
        using var answer = JsonDocument.Parse(await connection.SendAsync(RequestOf(server, query)));
        return answer.RootElement.TryGetProperty("errors", out var errors) ? throw new InvalidDataException($"{server.Address} answered: {errors}") : answer.RootElement.Clone();
    }

    private static List<string> ValuesOf(JsonElement json)
    {
        var values = new List<string>();
        Collect(json, "");
        return values;

        void Collect(JsonElement element, string name)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                    {
                        Collect(property.Value, property.Name);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        Collect(item, "");
                    }

                    break;
                case var _ when Compared.Contains(name):
                    values.Add($"{name}={element}");
                    break;
            }
        }
    }

    private static NpgsqlDataSource Open(string place)
    {
        var parts = JsonSerializer.Deserialize<Dictionary<string, string>>(place)!;
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder { Host = parts["host"], Username = parts["user"], Database = parts["database"] });
    }

    private static async Task<(long Experiment, long Run)> FindAsync(NpgsqlDataSource postgres)
    {
        await using var command = postgres.CreateCommand("SELECT experiment_id, id FROM run ORDER BY id LIMIT 1 OFFSET 9999");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
