using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Soaking;

/// <summary>The clients: patient ones, some that give up, some that hang up, some that read slowly. They read both stores, and write.</summary>
internal sealed class SoakLoad(Uri address) : IDisposable
{
    private const int Clients = 8;

    private static readonly string[] Reads =
    [
        BareList.Query,
        $$"""{ experiment(name: "{{SampleData.SeriesExperiment}}") { runs(first: 1) { nodes { id series(key: "{{SampleData.ShortKey}}") { steps values } } } } }""",
        $$"""{ experiment(name: "{{SampleData.SeriesExperiment}}") { runs(first: 1) { nodes { series(key: "{{SampleData.LongKey}}", sample: {lttb: {points: 500} }) { steps values } } } } }""",
        "{ runs(first: 20) { totalCount nodes { id metrics { key count last { value } } } } }",
        "{ nothing }",
    ];

    private static readonly string Large = $$"""{ experiment(name: "{{SampleData.SeriesExperiment}}") { runs(first: 1) { nodes { series(key: "{{SampleData.LongKey}}") { steps values } } } } }""";

    private readonly HttpClient _http = new() { BaseAddress = address };
    private readonly ConcurrentDictionary<string, long> _counts = [];
    private long _serverErrors;

    /// <summary>How many answers had a status from 500 on.</summary>
    public long ServerErrors => Interlocked.Read(ref _serverErrors);

    /// <summary>Runs all clients until the token ends them.</summary>
    public async Task RunAsync(CancellationToken end) => await Task.WhenAll(Enumerable.Range(1, Clients).Select(seed => Task.Run(() => RunClientAsync(new Random(seed), end), CancellationToken.None)));

    public void Dispose() => _http.Dispose();

    public override string ToString() => string.Join(", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value}")));

    private async Task RunClientAsync(Random random, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var read = Reads[random.Next(Reads.Length)];
            switch (random.Next(20))
            {
                case 0 or 1 or 2:
                    await GiveUpAsync(random.Next(4) == 0 ? Large : read, random.Next(1, 60));
                    break;
                case 3 or 4:
                    await HangUpAsync(read, random);
                    break;
                case 5 when random.Next(4) == 0:
                    await ReadSlowlyAsync(random);
                    break;
                case 6 or 7:
                    await AskAsync($$"""mutation { createExperiment(input: {name: "soak {{random.Next(50)}}"}) { experiment { id } errors { __typename } } }""", CancellationToken.None);
                    break;
                default:
                    await AskAsync(read, CancellationToken.None);
                    break;
            }
        }
    }

    private async Task AskAsync(string query, CancellationToken cancellation)
    {
        using var response = await _http.PostAsJsonAsync("graphql", new { query }, cancellation);
        await response.Content.ReadAsByteArrayAsync(cancellation);
        Count($"answered {(int)response.StatusCode}");
        if ((int)response.StatusCode >= 500)
        {
            Interlocked.Increment(ref _serverErrors);
        }
    }

    private async Task GiveUpAsync(string query, int milliseconds)
    {
        using var patience = new CancellationTokenSource(milliseconds);
        try
        {
            await AskAsync(query, patience.Token);
        }
        catch (OperationCanceledException)
        {
            Count("given up");
        }
    }

    private async Task HangUpAsync(string query, Random random)
    {
        using var client = await ConnectAsync();
        var request = Request(query);
        await client.GetStream().WriteAsync(request.AsMemory(0, random.Next(2) == 0 ? random.Next(request.Length) : request.Length));
        client.LingerState = new LingerOption(true, 0);
        Count("hung up");
    }

    private async Task ReadSlowlyAsync(Random random)
    {
        using var client = await ConnectAsync();
        client.ReceiveBufferSize = 4096;
        var stream = client.GetStream();
        await stream.WriteAsync(Request(Large));
        var buffer = new byte[4096];
        for (var reads = random.Next(10, 100); reads > 0 && await stream.ReadAsync(buffer) > 0; reads--)
        {
            await Task.Delay(20);
        }

        Count("read slowly");
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        return client;
    }

    private static byte[] Request(string query)
    {
        var body = JsonSerializer.Serialize(new { query });
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
    }

    private void Count(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);
}
