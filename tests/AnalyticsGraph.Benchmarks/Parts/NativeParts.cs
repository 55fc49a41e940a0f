using System.Buffers;
using AnalyticsGraph.ClickHouse;
using BenchmarkDotNet.Attributes;

namespace AnalyticsGraph.Benchmarks.Parts;

/// <summary>ClickHouse's Native format.</summary>
public class NativeParts
{
    private const int Rows = 10_000;
    private readonly byte[] _points;
    private readonly byte[] _texts;

    public NativeParts()
    {
        var random = new Random(1);
        long[] steps = [.. Enumerable.Range(0, Rows)];
        _points = Encode(ClickHouseColumn.Create("step", "Int64", steps), ClickHouseColumn.Create("value", "Float64", Array.ConvertAll(steps, _ => random.NextDouble())));
        _texts = Encode(ClickHouseColumn.Create("name", "String", Array.ConvertAll(steps, step => $"bright-swan-{step}")));
    }

    [Benchmark(Description = "Native block: 10,000 rows of a step and a value")]
    public int Points()
    {
        using var block = Block.Decode(_points);
        return block.RowCount;
    }

    [Benchmark(Description = "Native block: 10,000 texts")]
    public int Texts()
    {
        using var block = Block.Decode(_texts);
        return block.RowCount;
    }

    private static byte[] Encode(params ClickHouseColumn[] columns)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var block = new Block(columns);
        block.Encode(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
