using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Soaking;

/// <summary>
/// The clients: patient ones, some that give up, some that hang up, some that read slowly or not to the end. They read both stores, whole and in parts; others log points, and others subscribe to
/// what these log.
/// </summary>
internal sealed class SoakLoad : IDisposable
{
    private readonly Uri _address;
    private const int Readers = 8;
    private const int Writers = 3;
    private const int Subscribers = 6;

    private static readonly string[] Reads =
    [
        BareList.Query,
        $$"""{ experiment(name: "{{SampleData.SeriesExperiment}}") { runs(first: 1) { nodes { id series(key: "{{SampleData.ShortKey}}") { steps values } } } } }""",
        $$"""{ experiment(name: "{{SampleData.SeriesExperiment}}") { runs(first: 1) { nodes { series(key: "{{SampleData.LongKey}}", sample: {lttb: {points: 500} }) { steps values } } } } }""",
        "{ runs(first: 20) { totalCount nodes { id metrics { key count latest { value } } } } }",
        "{ nothing }",
    ];

    private static readonly string Large = $$"""{ experiment(name: "{{SampleData.SeriesExperiment}}") { runs(first: 1) { nodes { series(key: "{{SampleData.LongKey}}") { steps values } } } } }""";

    private static readonly string InParts =
        $$"""{ experiment(name: "{{SampleData.SeriesExperiment}}") { runs(first: 1) { nodes { id ... @defer { series(key: "{{SampleData.LongKey}}") { steps @stream(initialCount: 10) values @stream } } } } } }""";

    private readonly HttpClient _http;
    private readonly SoakWriter[] _writers;
    private readonly SoakSubscriber[] _subscribers;

    public SoakLoad(Uri address)
    {
        _address = address;
        _http = new HttpClient { BaseAddress = address };
        var run = Guid.NewGuid().ToString("N");
        _writers = [.. Enumerable.Range(1, Writers).Select(seed => new SoakWriter(_http, Counts, new Random(seed), $"soak {run} {seed}"))];
        _subscribers = [.. Enumerable.Range(1, Subscribers).Select(seed => new SoakSubscriber(address, Counts, new Random(seed), () => [.. _writers.Select(writer => writer.RunId).OfType<string>()]))];
    }

    /// <summary>What happened.</summary>
    public SoakCounts Counts { get; } = new();

    /// <summary>Runs all clients until the token ends them.</summary>
    public async Task RunAsync(CancellationToken end) => await Task.WhenAll(
    [
        .. Enumerable.Range(1, Readers).Select(seed => Task.Run(() => RunReaderAsync(new Random(seed), end), CancellationToken.None)),
        .. _writers.Select(writer => Task.Run(() => writer.RunAsync(end), CancellationToken.None)),
        .. _subscribers.Select(subscriber => Task.Run(() => subscriber.RunAsync(end), CancellationToken.None)),
    ]);

    /// <summary>Checks that all that was acknowledged is there, once.</summary>
    public async Task CheckAsync()
    {
        foreach (var writer in _writers)
        {
            await writer.CheckAsync();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task RunReaderAsync(Random random, CancellationToken end)
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
                case 8:
                    await ReadPartsAsync(random);
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
        Counts.Answered((int)response.StatusCode);
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
            Counts.Add("given up");
        }
    }

    private async Task HangUpAsync(string query, Random random)
    {
        using var client = await ConnectAsync();
        var request = Request(query);
        await client.GetStream().WriteAsync(request.AsMemory(0, random.Next(2) == 0 ? random.Next(request.Length) : request.Length));
        client.LingerState = new LingerOption(true, 0);
        Counts.Add("hung up");
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

        Counts.Add("read slowly");
    }

    /// <summary>Reads some of a response in parts, or all of it.</summary>
    private async Task ReadPartsAsync(Random random)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = JsonContent.Create(new { query = InParts }) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("multipart/mixed"));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Counts.Answered((int)response.StatusCode);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        var left = random.Next(4) == 0 ? long.MaxValue : random.Next(20_000_000);
        var read = 1;
        for (; left > 0 && read > 0; left -= read)
        {
            read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)));
        }

        Counts.Add(read == 0 ? "parts read to the end" : "parts left");
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(_address.Host, _address.Port);
        return client;
    }

    private static byte[] Request(string query)
    {
        var body = JsonSerializer.Serialize(new { query });
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
    }
}
