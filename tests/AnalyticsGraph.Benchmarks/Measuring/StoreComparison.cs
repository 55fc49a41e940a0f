using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>How long questions take through the server, and how long ClickHouse takes for them alone: one connection to each, requests in turn, answers read to their end.</summary>
internal sealed class StoreComparison : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly HttpClient _server;
    private readonly HttpClient _clickHouse;

    /// <summary>Prepares both clients.</summary>
    /// <param name="server">The server's address.</param>
    /// <param name="socket">ClickHouse's Unix socket.</param>
    public StoreComparison(Uri server, string socket)
    {
        _server = new HttpClient { BaseAddress = server, Timeout = Patience };
        _clickHouse = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://localhost"), Timeout = Patience };
    }

    /// <summary>Asks in turn, after both are warm.</summary>
    /// <param name="query">To the graph.</param>
    /// <param name="sql">To ClickHouse; null for nothing to compare with.</param>
    /// <param name="requests">How many of each kind a round has.</param>
    /// <param name="warmUps">How many before.</param>
    /// <param name="rounds">How many rounds.</param>
    public async Task<Latencies> RunAsync(string query, string? sql, int requests, int warmUps, int rounds)
    {
        var body = Body(query);
        var raw = sql is null ? null : Encoding.UTF8.GetBytes(sql + " FORMAT Native");
        for (var i = 0; i < warmUps; i++)
        {
            await ServerAsync(body);
            await RawAsync(raw);
        }

        var measured = new List<(double Server, double Raw)>();
        var (fastest, fastestRaw) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < rounds; round++)
        {
            var (server, store) = (new double[requests], new double[requests]);
            for (var i = 0; i < requests; i++)
            {
                server[i] = await ServerAsync(body);
                store[i] = await RawAsync(raw);
            }

            (fastest, fastestRaw) = (Math.Min(fastest, server.Min()), Math.Min(fastestRaw, store.Min()));
            measured.Add((Spread.Of(server).Median, Spread.Of(store).Median));
        }

        return new Latencies(
            Spread.Of(measured.Select(round => round.Server / round.Raw)), Spread.Of(measured.Select(round => round.Server)), Spread.Of(measured.Select(round => round.Raw)), fastest, fastestRaw);
    }

    /// <summary>The data of an answer.</summary>
    /// <param name="query">To the graph.</param>
    /// <exception cref="InvalidDataException">It has errors.</exception>
    public async Task<JsonElement> AnswerAsync(string query)
    {
        using var content = Json(Body(query));
        using var response = await _server.PostAsync("/graphql", content);
        var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;
        return answer.TryGetProperty("errors", out var errors) ? throw new InvalidDataException($"The server answered: {errors}") : answer.GetProperty("data");
    }

    /// <summary>Takes a file from the server, and forgets it.</summary>
    /// <param name="path">Where it is.</param>
    public async Task DownloadAsync(string path)
    {
        using var response = await _server.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await (await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null);
    }

    public void Dispose()
    {
        _server.Dispose();
        _clickHouse.Dispose();
    }

    private static byte[] Body(string query) => JsonSerializer.SerializeToUtf8Bytes(new { query });

    private async Task<double> ServerAsync(byte[] body)
    {
        using var content = Json(body);
        return await TimeAsync(_server, "/graphql", content);
    }

    private async Task<double> RawAsync(byte[]? sql)
    {
        if (sql is null)
        {
            return double.NaN;
        }

        using var content = new ByteArrayContent(sql);
        return await TimeAsync(_clickHouse, "/", content);
    }

    private static async Task<double> TimeAsync(HttpClient client, string path, HttpContent content)
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await client.PostAsync(path, content);
        var answer = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode
            ? Stopwatch.GetElapsedTime(start).TotalMilliseconds
            : throw new InvalidDataException($"{client.BaseAddress} answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}
