using System.Buffers;
using System.Globalization;
using System.Text;
using AnalyticsGraph.ClickHouse;

namespace AnalyticsGraph.Benchmarks.Ingesting;

/// <summary>Bodies of points of one run, each later than the one before: made once, and numbered anew for each request.</summary>
internal sealed class PointBodies
{
    private const long FirstStep = 100_000_000;
    private const long FirstTime = 1_767_225_600_000;
    private const int StepDigits = 9;
    private const int TimeDigits = 13;

    private readonly byte[] _request;
    private readonly int[] _steps;
    private readonly int[] _times;
    private readonly int _keys;
    private readonly Random _random;
    private readonly bool _isIso;
    private long _next;

    /// <summary>A request whose body has points, with a place for each one's step and time.</summary>
    private PointBodies(Uri address, string path, string media, string body, int keys, int seed, bool isIso)
    {
        (_keys, _random, _isIso) = (keys, new Random(seed), isIso);
        _request = Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: {media}\r\nContent-Length: {Encoding.ASCII.GetByteCount(body)}\r\n\r\n{body}");
        _steps = Find(_request, FirstStep.ToString(CultureInfo.InvariantCulture));
        _times = Find(_request, isIso ? "2026-01-01T00:00:00.000Z" : FirstTime.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A mutation <c>logBatch</c>.</summary>
    public static PointBodies LogBatch(Uri address, string run, int points, int keys, int seed)
    {
        var values = Values(points, seed);
        var metrics = string.Join(',', values.Select((value, i) => $$"""{"key":"{{Key(i, keys)}}","value":{{value}},"step":{{FirstStep}},"time":"2026-01-01T00:00:00.000Z"}"""));
        return new PointBodies(
            address, "/graphql", "application/json",
            $$$$"""{"query":"mutation ($input: LogBatchInput!) { logBatch(input: $input) { newPoints errors { __typename } } }","variables":{"input":{"runId":"{{{{run}}}}","metrics":[{{{{metrics}}}}]}}}""", keys, seed, isIso: true);
    }

    /// <summary>A request to <c>/ingest/metrics</c>.</summary>
    public static PointBodies Ndjson(Uri address, string run, int points, int keys, int seed) => new(
        address, $"/ingest/metrics?runId={Uri.EscapeDataString(run)}", "application/x-ndjson",
        string.Concat(Values(points, seed).Select((value, i) => $$"""{"key":"{{Key(i, keys)}}","value":{{value}},"step":{{FirstStep}},"time":{{FirstTime}}}""" + "\n")), keys, seed, isIso: false);

    /// <summary>The next request. Valid until the call after.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        for (var i = 0; i < _steps.Length; i++)
        {
            // Points of one series advance by one step; times by about a second, with jitter.
            var step = _next + (i / _keys);
            (FirstStep + step).TryFormat(_request.AsSpan(_steps[i], StepDigits), out _, default, CultureInfo.InvariantCulture);
            var time = (step * 1000) + _random.Next(900);
            if (_isIso)
                DateTimeOffset.FromUnixTimeMilliseconds(FirstTime + time).UtcDateTime.TryFormat(Chars(_request, _times[i]), out _, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            else
                (FirstTime + time).TryFormat(_request.AsSpan(_times[i], TimeDigits), out _, default, CultureInfo.InvariantCulture);
        }

        _next += (_steps.Length + _keys - 1) / _keys;
        return _request;
    }

    /// <summary>A block as <c>/ingest/metrics</c> takes it.</summary>
    public static byte[] Native(int points, int keys, long firstStep, int seed)
    {
        var random = new Random(seed);
        return Encode([
            ClickHouseColumn.Create("key", "LowCardinality(String)", Enumerable.Range(0, points).Select(i => Key(i, keys)).ToArray()),
            ClickHouseColumn.Create("step", "Int64", Enumerable.Range(0, points).Select(i => firstStep + (i / keys)).ToArray()),
            ClickHouseColumn.Create("time", "DateTime64(3, 'UTC')", Enumerable.Range(0, points).Select(i => FirstTime + ((firstStep + (i / keys)) * 1000) + random.Next(900)).ToArray()),
            ClickHouseColumn.Create("value", "Float64", Enumerable.Range(0, points).Select(_ => (double)random.NextSingle()).ToArray()),
        ]);
    }

    /// <summary>The same points as the table has them.</summary>
    public static byte[] Rows(int points, int keys, long run, int seed)
    {
        var random = new Random(seed);
        var zeros = new long[points];
        return Encode([
            ClickHouseColumn.Create("experiment_id", "Int64", Enumerable.Repeat(run, points).ToArray()),
            ClickHouseColumn.Create("key", "LowCardinality(String)", Enumerable.Range(0, points).Select(i => Key(i, keys)).ToArray()),
            ClickHouseColumn.Create("label", "LowCardinality(String)", Enumerable.Repeat("", points).ToArray()),
            ClickHouseColumn.Create("run_id", "Int64", Enumerable.Repeat(run, points).ToArray()),
            ClickHouseColumn.Create("scope", "Enum8('RUN' = 0, 'RESULT' = 1, 'EPOCH' = 2, 'BATCH' = 3)", new sbyte[points]),
            ClickHouseColumn.Create("rank", "Int32", new int[points]),
            ClickHouseColumn.Create("epoch", "Int64", zeros),
            ClickHouseColumn.Create("step", "Int64", Enumerable.Range(0, points).Select(i => (long)(i / keys)).ToArray()),
            ClickHouseColumn.Create("time", "DateTime64(3, 'UTC')", Enumerable.Range(0, points).Select(i => FirstTime + (i / keys * 1000) + random.Next(900)).ToArray()),
            ClickHouseColumn.Create("value", "Float64", Enumerable.Range(0, points).Select(_ => (double)random.NextSingle()).ToArray()),
            ClickHouseColumn.Create("model_id", "Int64", zeros),
            ClickHouseColumn.Create("dataset_id", "Int64", zeros),
            ClickHouseColumn.Create("seq", "Int64", Enumerable.Range(0, points).Select(i => (long)i).ToArray()),
            ClickHouseColumn.Create("group_id", "UInt64", new ulong[points]),
        ]);
    }

    private static byte[] Encode(ClickHouseColumn[] columns)
    {
        using var block = new Block(columns);
        var native = new ArrayBufferWriter<byte>();
        block.Encode(native);
        return native.WrittenSpan.ToArray();
    }

    // The digits are ASCII, which is UTF-8.
    private static Span<byte> Chars(byte[] request, int at) => request.AsSpan(at, 24);

    private static string Key(int i, int keys) => $"metric_{i % keys}";

    /// <summary>Numbers that are random in 32 bits.</summary>
    private static IEnumerable<string> Values(int count, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => random.NextSingle().ToString("R", CultureInfo.InvariantCulture)).ToArray();
    }

    private static int[] Find(byte[] request, string text)
    {
        var (sought, found) = (Encoding.ASCII.GetBytes(text), new List<int>());
        for (var at = 0; request.AsSpan(at).IndexOf(sought) is >= 0 and var next; at += next + sought.Length)
            found.Add(at + next);
        return [.. found];
    }
}
