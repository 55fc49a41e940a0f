using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>How long a series takes through GraphQL, and how long ClickHouse takes for it alone: one connection to each, requests in turn, answers read to their end.</summary>
internal sealed class SeriesBenchmark : IDisposable
{
    private const int WarmUps = 200;
    private readonly HttpClient _graphQL;
    private readonly HttpClient _clickHouse;
    private readonly SeriesPlace _place;
    private readonly int _rounds;

    /// <summary>Prepares both clients.</summary>
    /// <param name="child">The server.</param>
    /// <param name="place">Where its series are.</param>
    /// <param name="rounds">How many rounds are measured.</param>
    public SeriesBenchmark(ChildProcess child, SeriesPlace place, int rounds)
    {
        (_place, _rounds) = (place, rounds);
        _graphQL = new HttpClient { BaseAddress = child.Address };
        _clickHouse = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(place.Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://localhost") };
    }

    /// <summary>A series as it is.</summary>
    /// <param name="requests">How many requests of each kind a round has.</param>
    public Task<Finding> WholeAsync(int requests) => RunAsync(
        "series of 1,000 points", requests, SampleData.ShortKey, "", "step, value", " ORDER BY epoch, step, time");

    /// <summary>A long series, thinned.</summary>
    /// <param name="requests">How many requests of each kind a round has.</param>
    public Task<Finding> ThinnedAsync(int requests) => RunAsync(
        "LTTB to 1,000 of 1,000,000 points", requests, SampleData.LongKey, ", sample: {lttb: {points: 1000}}", "largestTriangleThreeBuckets(1000)(step, value)", "");

    public void Dispose()
    {
        _graphQL.Dispose();
        _clickHouse.Dispose();
    }

    private async Task<Finding> RunAsync(string name, int requests, string key, string arguments, string columns, string order)
    {
        var id = Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Run:{_place.RunId}")));
        var query = JsonSerializer.SerializeToUtf8Bytes(new { query = $"{{ run(id: \"{id}\") {{ series(key: \"{key}\"{arguments}) {{ steps values }} }} }}" });
        var sql = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {columns} FROM metric_point WHERE experiment_id = {_place.ExperimentId} AND key = '{key}' AND label = '' AND run_id = {_place.RunId} AND scope = 'RUN' AND rank = 0{order} FORMAT Native"));
        await RequirePointsAsync(query);
        for (var i = 0; i < Math.Min(WarmUps, requests * 2); i++)
        {
            await GraphQLAsync(query);
            await ClickHouseAsync(sql);
        }

        var rounds = new List<(double GraphQL, double Raw)>();
        var (fastest, fastestRaw) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < _rounds; round++)
        {
            var (graphQL, raw) = (new double[requests], new double[requests]);
            for (var i = 0; i < requests; i++)
            {
                graphQL[i] = await GraphQLAsync(query);
                raw[i] = await ClickHouseAsync(sql);
            }

            (fastest, fastestRaw) = (Math.Min(fastest, graphQL.Min()), Math.Min(fastestRaw, raw.Min()));
            rounds.Add((Spread.Of(graphQL).Median, Spread.Of(raw).Median));
        }

        return new Finding(name, "latency", Spread.Of(rounds.Select(round => round.GraphQL / round.Raw)),
            $"{Spread.Of(rounds.Select(round => round.GraphQL)).Median:0.00} ms", $"{Spread.Of(rounds.Select(round => round.Raw)).Median:0.00} ms", $"at 1 connection; fastest {fastest:0.00} : {fastestRaw:0.00} ms");
    }

    private async Task RequirePointsAsync(byte[] query)
    {
        using var content = Json(query);
        using var response = await _graphQL.PostAsync("/graphql", content);
        var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;
        if (answer.TryGetProperty("errors", out _) || answer.GetProperty("data").GetProperty("run").GetProperty("series").GetProperty("steps").GetArrayLength() < SampleData.ShortPoints - 2)
        {
            throw new InvalidDataException($"The series is not what was asked for: {answer}");
        }
    }

    private async Task<double> GraphQLAsync(byte[] query)
    {
        using var content = Json(query);
        return await TimeAsync(_graphQL, "/graphql", content);
    }

    private async Task<double> ClickHouseAsync(byte[] sql)
    {
        using var content = new ByteArrayContent(sql);
        return await TimeAsync(_clickHouse, "/", content);
    }

    private static async Task<double> TimeAsync(HttpClient client, string path, HttpContent content)
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await client.PostAsync(path, content);
        await response.Content.ReadAsByteArrayAsync();
        response.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}
