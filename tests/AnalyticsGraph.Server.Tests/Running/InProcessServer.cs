using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Server.Cli;
using AnalyticsGraph.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>The server as its command composes it, listening on a port of its own, over stores given by connection strings.</summary>
internal sealed class InProcessServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private readonly WebApplication _application;

    private InProcessServer(WebApplication application)
    {
        _application = application;
        Http = new HttpClient { BaseAddress = new Uri(application.Urls.Single()), Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>Speaks to the server.</summary>
    public HttpClient Http { get; }

    /// <summary>The server's address, with a slash at its end.</summary>
    public Uri Url => Http.BaseAddress!;

    /// <summary>What the server is composed of.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>What answers behind HTTP.</summary>
    public GraphComposition Graph => _application.Services.GetRequiredService<GraphHost>().Graph!;

    /// <summary>Starts and waits until it is ready.</summary>
    public static async Task<InProcessServer> StartAsync(string postgres, string clickHouse, ServerLimits? limits = null, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var server = await ListenAsync(postgres, clickHouse, limits, settings);
        using var limit = new CancellationTokenSource(StartLimit);
        var host = server._application.Services.GetRequiredService<GraphHost>();
        while (host.Graph is null)
        {
            Assert.True(host.Fault is null, host.Fault?.ToString());
            await Task.Delay(20, limit.Token);
        }

        return server;
    }

    /// <summary>Starts; it may not be ready.</summary>
    public static async Task<InProcessServer> ListenAsync(string postgres, string clickHouse, ServerLimits? limits = null, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var options = new ServerOptions("http://127.0.0.1:0", Path.GetTempPath(), Demo: false, postgres, clickHouse) { Limits = limits ?? new ServerLimits() };
        var application = ServeCommand.Build(options, new ConfigurationBuilder().AddInMemoryCollection(settings ?? new Dictionary<string, string?>()).Build());
        await application.StartAsync();
        return new InProcessServer(application);
    }

    /// <summary>Posts an operation.</summary>
    public async Task<Answer> AskAsync(string query, object? variables = null)
    {
        using var response = await Http.PostAsJsonAsync("graphql", new { query, variables });
        await using var body = await response.Content.ReadAsStreamAsync();
        using var document = await JsonDocument.ParseAsync(body);
        return new Answer(response.StatusCode, document.RootElement.Clone());
    }

    /// <summary>Posts an operation that must succeed.</summary>
    public async Task<JsonElement> RunAsync(string query, object? variables = null) => (await AskAsync(query, variables)).Data;

    /// <summary>All rows of a connection, page by page.</summary>
    /// <param name="field">The connection with arguments other than the page's, such as <c>runs(where: {...})</c>.</param>
    /// <param name="selection">What to select of each row.</param>
    /// <param name="page">Rows of a page.</param>
    public async Task<List<JsonElement>> AllAsync(string field, string selection, int page = 1000)
    {
        var rows = new List<JsonElement>();
        var open = field.IndexOf('(', StringComparison.Ordinal);
        var (name, arguments) = open < 0 ? (field, "") : (field[..open], field[(open + 1)..^1]);
        for (string? after = null; ;)
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"query ($after: String) {{ {name}({arguments} first: {page}, after: $after) {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}");
            var connection = (await RunAsync(query, new { after })).GetProperty(name);
            rows.AddRange(connection.GetProperty("nodes").EnumerateArray());
            if (!connection.At("pageInfo.hasNextPage").GetBoolean())
            {
                return rows;
            }

            after = connection.At("pageInfo.endCursor").GetString();
        }
    }

    /// <summary>Runs an operation on the server's own executor, and counts what it asks of the stores.</summary>
    public async Task<(JsonElement Data, SessionCounters Counters)> CountAsync(string query) => await CountAsync(Graph, query);

    /// <summary>Runs an operation, and counts what it asks of the stores.</summary>
    public static async Task<(JsonElement Data, SessionCounters Counters)> CountAsync(GraphComposition graph, string query)
    {
        var counters = new SessionCounters { RecordsStatements = true };
        using var result = await graph.Executor.ExecuteAsync(new GraphQLRequest { Query = System.Text.Encoding.UTF8.GetBytes(query), Configure = request => graph.Configure(request, counters) });
        using var document = JsonDocument.Parse(result.Body.ToArray());
        return (new Answer(System.Net.HttpStatusCode.OK, document.RootElement.Clone()).Data, counters);
    }

    /// <summary>Runs an operation whose response may come in parts.</summary>
    /// <returns>The parts, each with what it asked of the stores until then.</returns>
    public async Task<List<(string Part, int PostgresRoundTrips, int ClickHouseQueries)>> RunInPartsAsync(string query)
    {
        var counters = new SessionCounters();
        using var result = await Graph.Executor.ExecuteAsync(
            new GraphQLRequest { Query = System.Text.Encoding.UTF8.GetBytes(query), AllowParts = true, Configure = request => Graph.Configure(request, counters) });
        List<(string Part, int PostgresRoundTrips, int ClickHouseQueries)> parts = [Told(result)];
        await using var incremental = Assert.IsType<IncrementalResult>(result);
        while (await incremental.NextAsync() is { } next)
        {
            using (next)
            {
                parts.Add(Told(next));
            }
        }

        return parts;

        (string Part, int PostgresRoundTrips, int ClickHouseQueries) Told(ExecutionResult part) =>
            (System.Text.Encoding.UTF8.GetString(part.Body.Span), counters.PostgresRoundTrips, counters.ClickHouseQueries);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
