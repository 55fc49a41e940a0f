using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.Tests;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Connections and lists whose rows are sent while PostgreSQL still reads them.</summary>
[Collection("empty")]
public sealed class StreamedRowsTests(EmptyServer empty)
{
    private const int Count = 1_000;
    private const string Streamed =
        "query ($e: ID!) { runs(where: {experiment: {id: {eq: $e}}}, first: 1000) { totalCount nodes @stream(initialCount: 10) { name artifactUri params { key value } } } }";

    [Fact]
    public async Task FirstPart_Should_Leave_When_PostgresHasNotSentTheRest()
    {
        var experiment = await CreateRunsAsync();
        await using var wire = await PostgresWire.ListenAsync(empty.Postgres);
        await using var server = await InProcessServer.StartAsync(wire.ConnectionString, empty.ClickHouse);
        wire.HeldAfter = 200_000;
        await using var parts = new Rows(server, Streamed, experiment);

        // The answer with the rows stands still; what has come is told, with what lies below it.
        var first = (await parts.NextAsync())!.Value.At("data.runs");
        Assert.Equal((Count, 10), (first.GetProperty("totalCount").GetInt32(), first.GetProperty("nodes").GetArrayLength()));
        Assert.Equal("0", first.At("nodes")[0].At("params")[0].GetProperty("value").GetString());
        await parts.NextAsync();
        Assert.InRange(parts.Names.Count, 11, 200);

        wire.Release();
        await parts.ReadToEndAsync();
        Assert.Equal(Enumerable.Range(0, Count).Select(n => $"run {n}"), parts.Names);
    }

    [Fact]
    public async Task PageInfo_Should_ComeLater_When_ItIsDeferred()
    {
        var experiment = await CreateRunsAsync();
        await using var wire = await PostgresWire.ListenAsync(empty.Postgres);
        await using var server = await InProcessServer.StartAsync(wire.ConnectionString, empty.ClickHouse);
        wire.HeldAfter = 200_000;
        const string Query = "query ($e: ID!) { runs(where: {experiment: {id: {eq: $e}}}, first: 900) { nodes @stream(initialCount: 2) { name artifactUri } ... @defer { pageInfo { hasNextPage } } } }";
        await using var parts = new Rows(server, Query, experiment);

        var first = (await parts.NextAsync())!.Value;
        wire.Release();
        var rest = await parts.ReadToEndAsync();

        Assert.Equal(2, first.At("data.runs.nodes").GetArrayLength());
        Assert.True(DeliveredParts.Of([first, .. rest]).Data!["runs"]!["pageInfo"]!["hasNextPage"]!.GetValue<bool>());
        Assert.Equal(900, parts.Names.Count);
    }

    [Fact]
    public async Task Children_Should_ShareRoundTrips_When_RowsComeOneByOne()
    {
        var experiment = await CreateRunsAsync();
        await using var parts = new Rows(empty.Server, Streamed, experiment);

        var all = await parts.ReadToEndAsync();

        Assert.Equal(Count, parts.Names.Count);
        Assert.InRange(all.Count, 10, 40);
        Assert.InRange(parts.Counters.PostgresRoundTrips, 10, 40);
    }

    [Fact]
    public async Task Rows_Should_Come_When_ThePoolIsSmallerThanTheNumberOfRequests()
    {
        var experiment = await CreateRunsAsync();
        await using var server = await InProcessServer.StartAsync(new NpgsqlConnectionStringBuilder(empty.Postgres) { MaxPoolSize = 3 }.ConnectionString, empty.ClickHouse);

        // More at once than there are connections, and each needs a second one for what lies below its rows.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var parts = new Rows(server, Streamed, experiment);
            await parts.ReadToEndAsync();
            Assert.Equal(Count, parts.Names.Count);
        }));
    }

    [Fact]
    public async Task Statement_Should_EndInTheStore_When_TheClientLeaves()
    {
        var experiment = await CreateRunsAsync();
        await using var wire = await PostgresWire.ListenAsync(empty.Postgres);
        var application = $"streamed-{Guid.NewGuid():n}";
        await using var server = await InProcessServer.StartAsync(new NpgsqlConnectionStringBuilder(wire.ConnectionString) { ApplicationName = application }.ConnectionString, empty.ClickHouse);
        wire.HeldAfter = 200_000;
        await using (var parts = new Rows(server, Streamed, experiment))
        {
            await parts.NextAsync();
            Assert.Equal(1L, await ActiveAsync(application));
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await ActiveAsync(application) != 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    [Fact]
    public async Task List_Should_EndWithAnError_When_TheStoreIsLostInTheMiddle()
    {
        var experiment = await CreateRunsAsync();
        await using var wire = await PostgresWire.ListenAsync(empty.Postgres);
        await using var server = await InProcessServer.StartAsync(wire.ConnectionString, empty.ClickHouse);
        wire.HeldAfter = 200_000;
        await using var parts = new Rows(server, Streamed, experiment);
        await parts.NextAsync();
        wire.BrokenAfter = 300_000;
        wire.Release();

        var last = (await parts.ReadToEndAsync())[^1];

        Assert.InRange(parts.Names.Count, 10, Count - 1);
        Assert.Equal(parts.Names.Order(StringComparer.Ordinal).Distinct().Count(), parts.Names.Count);
        var end = Assert.Single(last.GetProperty("completed").EnumerateArray());
        Assert.Equal("STORE_UNAVAILABLE", end.GetProperty("errors")[0].At("extensions.code").GetString());
        Assert.Equal("""["runs","nodes"]""", end.GetProperty("errors")[0].GetProperty("path").GetRawText());
    }

    [Theory]
    [InlineData("runs(where: {experiment: {id: {eq: $e}}}, first: 1000) { nodes @stream { name } edges @stream(initialCount: 3) { cursor node { name params { key } } } }")]
    [InlineData("runs(where: {experiment: {id: {eq: $e}}}, first: 300, order: [{name: DESC}]) { edges @stream(initialCount: 3) { cursor node { uuid experiment { name } } } }")]
    [InlineData("runs(where: {experiment: {id: {eq: $e}}}, last: 300) { nodes @stream { name } }")]
    [InlineData("runs(where: {experiment: {id: {eq: $e}}}, first: 300) { nodes @stream { name } pageInfo { hasNextPage endCursor } }")]
    [InlineData("runs(where: {experiment: {id: {eq: $e}}}, first: 300) { nodes @stream { name } ... @defer { pageInfo { hasNextPage endCursor } edges { cursor } } }")]
    [InlineData("runs(where: {experiment: {id: {eq: $e}}}, first: 300) { edges @stream(initialCount: 3) { cursor node { name } } ... @defer { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }")]
    [InlineData("runs(where: {experiment: {id: {eq: $e}}}, first: 1000) { nodes @stream { name params { key } } ... @defer { pageInfo { hasNextPage startCursor endCursor } totalCount } }")]
    [InlineData("runs(where: {experiment: {id: {eq: $e}}}, first: 300) { ... @defer { nodes @stream(initialCount: 1) { name ... @defer { params { key } } } } }")]
    [InlineData("experiment(id: $e) { runs(first: 500) { totalCount nodes @stream(initialCount: 5) { name params { key } } } }")]
    [InlineData("experiment(id: $e) { runs(first: 20, where: {name: {eq: \"none\"}}) { nodes @stream { name } } }")]
    public async Task Parts_Should_MakeTheWholeResponse(string selection)
    {
        var experiment = await CreateRunsAsync();
        var query = $"query ($e: ID!) {{ {selection} }}";
        using var body = new StringContent(JsonSerializer.Serialize(new { query, variables = new { e = experiment } }), Encoding.UTF8, "application/json");
        using var response = await empty.Server.Http.PostAsync("graphql", body);
        using var whole = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        await using var parts = new Rows(empty.Server, query, experiment);

        var all = await parts.ReadToEndAsync();

        Assert.InRange(all.Count, 2, 100);
        Assert.Equal(DeliveredParts.Of([whole.RootElement]).DataText(), DeliveredParts.Of(all).DataText());
    }

    [Fact]
    public async Task Rows_Should_BeReadWhole_When_AllPlacesAreTaken()
    {
        var experiment = await CreateRunsAsync();
        await using var server = await InProcessServer.StartAsync(empty.Postgres, empty.ClickHouse, new ServerLimits { Mapping = new MappingLimits { MaxStreams = 0 } });
        await using var parts = new Rows(server, Streamed, experiment);

        await parts.NextAsync();

        // The rows and their number share a round trip then; the params of the first ten follow.
        Assert.Equal(2, parts.Counters.PostgresRoundTrips);
        await parts.ReadToEndAsync();
        Assert.Equal(Count, parts.Names.Count);
    }

    /// <summary>An experiment with a thousand runs of 10 kB each; <c>run n</c> has the param <c>n</c>.</summary>
    private async Task<string> CreateRunsAsync()
    {
        var experiment = await empty.CreateExperimentAsync();
        await empty.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            WITH made AS (
                INSERT INTO run (source, experiment_id, uuid, name, artifact_uri)
                SELECT e.source, e.id, md5(e.id || '-' || n), 'run ' || n, repeat(md5(n::text), 320) FROM experiment e, generate_series(0, {Count - 1}) AS n WHERE e.id = {EmptyServer.KeyOf(experiment)}
                RETURNING id, name
            )
            INSERT INTO run_param (run_id, key, value) SELECT id, 'n', substr(name, 5) FROM made
            """));
        return experiment;
    }

    /// <summary>How many statements over runs' rows PostgreSQL works on. The server asks for other things beside them, at its own times.</summary>
    private async Task<long> ActiveAsync(string application)
    {
        await using var source = NpgsqlDataSource.Create(empty.Postgres);
        await using var command = source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state = 'active' AND query LIKE '%artifact_uri%'");
        command.Parameters.AddWithValue(application);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What the parts bring of the list `nodes`.</summary>
    private sealed class Rows(InProcessServer server, string query, string experiment) : PartReader(server, query, new { e = experiment })
    {
        public List<string> Names { get; } = [];

        protected override void Take(string list, JsonElement items)
        {
            if (list == "nodes")
            {
                Names.AddRange(items.EnumerateArray().Select(item => item.GetProperty("name").GetString()!));
            }
        }
    }
}
