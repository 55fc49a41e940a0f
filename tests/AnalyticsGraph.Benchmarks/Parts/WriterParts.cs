using AnalyticsGraph.GraphQL.Execution;
using BenchmarkDotNet.Attributes;

namespace AnalyticsGraph.Benchmarks.Parts;

/// <summary>Values to JSON, a thousand at a time.</summary>
public class WriterParts
{
    private const int Count = 1_000;
    private readonly double[] _doubles = new double[Count];
    private readonly long[] _numbers = new long[Count];
    private readonly string[] _texts = new string[Count];
    private readonly DateTime[] _times = new DateTime[Count];

    public WriterParts()
    {
        var random = new Random(1);
        for (var i = 0; i < Count; i++)
        {
            _doubles[i] = random.NextDouble();
            _numbers[i] = random.NextInt64(1_000_000);
            _texts[i] = $"bright-swan-{i}";
            _times[i] = DateTime.UnixEpoch.AddTicks(random.NextInt64(1L << 59));
        }
    }

    [Benchmark(Description = "write: 1,000 doubles")]
    public int Doubles()
    {
        using var writer = new ResponseWriter();
        foreach (var value in _doubles)
        {
            writer.WriteDouble(value);
        }

        return writer.Length;
    }

    [Benchmark(Description = "write: 1,000 whole numbers")]
    public int Numbers()
    {
        using var writer = new ResponseWriter();
        foreach (var value in _numbers)
        {
            writer.WriteInt64(value);
        }

        return writer.Length;
    }

    [Benchmark(Description = "write: 1,000 texts")]
    public int Texts()
    {
        using var writer = new ResponseWriter();
        foreach (var value in _texts)
        {
            writer.WriteString(value);
        }

        return writer.Length;
    }

    [Benchmark(Description = "write: 1,000 times")]
    public int Times()
    {
        using var writer = new ResponseWriter();
        foreach (var value in _times)
        {
            writer.WriteDateTime(value);
        }

        return writer.Length;
    }
}
