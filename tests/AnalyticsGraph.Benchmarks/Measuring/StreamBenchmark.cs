using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>How soon the first part of a streamed list is there, and how long the whole list takes in one answer: one connection, requests in turn, all read to their end.</summary>
internal sealed class StreamBenchmark(ChildProcess child, SeriesPlace place, int rounds) : IDisposable
{
    private static readonly MediaTypeWithQualityHeaderValue Whole = new("application/json");
    private static readonly MediaTypeWithQualityHeaderValue Parts = new("multipart/mixed");
    private readonly HttpClient _client = new() { BaseAddress = child.Address };

    /// <summary>A long series, unthinned.</summary>
    public Task<Finding> SeriesAsync(int requests)
    {
        var id = Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Run:{place.RunId}")));
        return RunAsync("first part of 1,000,000 points : all", requests, $"{{ run(id: \"{id}\") {{ series(key: \"{SampleData.LongKey}\") {{ steps @stream(initialCount: 100) values @stream(initialCount: 100) }} }} }}", 20_000_000);
    }

    /// <summary>A long page with what lies below its rows.</summary>
    public Task<Finding> RowsAsync(int requests) => RunAsync(
        "first part of 1,000 rows : all", requests, $"{{ experiment(name: \"{SampleData.LongListExperiment}\") {{ runs(first: 1000) {{ nodes @stream(initialCount: 20) {{ id uuid name status startTime params {{ key value }} }} }} }} }}", 300_000);

    public void Dispose() => _client.Dispose();

    private async Task<Finding> RunAsync(string name, int requests, string query, int leastBytes)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { query });
        for (var i = 0; i < requests; i++)
        {
            await AskAsync(body, Whole, leastBytes);
            await AskAsync(body, Parts, leastBytes);
        }

        var measured = new List<(double First, double Last, double Whole)>();
        for (var round = 0; round < rounds; round++)
        {
            var (first, last, whole) = (new double[requests], new double[requests], new double[requests]);
            for (var i = 0; i < requests; i++)
            {
                (first[i], last[i]) = await AskAsync(body, Parts, leastBytes);
                (_, whole[i]) = await AskAsync(body, Whole, leastBytes);
            }

            measured.Add((Spread.Of(first).Median, Spread.Of(last).Median, Spread.Of(whole).Median));
        }

        return new Finding(
            name,
            "latency",
            Spread.Of(measured.Select(round => round.First / round.Whole)),
            $"{Spread.Of(measured.Select(round => round.First)).Median:0.0} ms",
            $"{Spread.Of(measured.Select(round => round.Whole)).Median:0.0} ms",
            $"at 1 connection; the last part after {Spread.Of(measured.Select(round => round.Last)).Median:0.0} ms");
    }

    /// <returns>When the first part was there, and when all was; in milliseconds.</returns>
    private async Task<(double First, double Last)> AskAsync(byte[] body, MediaTypeWithQualityHeaderValue accepted, int leastBytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.Add(accepted);
        var start = Stopwatch.GetTimestamp();
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync();

        // A part ends with the boundary of the next one.
        var buffer = new byte[256 * 1024];
        var (bytes, first) = (0, TimeSpan.Zero);
        for (int length; (length = await stream.ReadAsync(buffer.AsMemory(bytes < buffer.Length / 2 ? bytes : 0))) > 0; bytes += length)
        {
            if (first == TimeSpan.Zero && buffer.AsSpan(0, Math.Min(buffer.Length, bytes + length)).IndexOf("}\r\n---"u8) >= 0)
            {
                first = Stopwatch.GetElapsedTime(start);
            }
        }

        return bytes >= leastBytes
            ? (first.TotalMilliseconds, Stopwatch.GetElapsedTime(start).TotalMilliseconds)
            : throw new InvalidDataException($"The answer has {bytes} bytes alone: {Encoding.UTF8.GetString(buffer, 0, Math.Min(bytes, 2000))}");
    }
}
