using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>A column of tuples: one column for each element.</summary>
public sealed class ClickHouseTupleColumn : ClickHouseColumn<object?[]>
{
    /// <summary>An empty tuple still takes a byte a row on the wire, this one.</summary>
    internal const byte EmptyRow = (byte)'0';

    private object?[][]? _values;

    internal ClickHouseTupleColumn(ClickHouseType type, int count, IReadOnlyList<ClickHouseColumn> elements)
        : base(type, count)
    {
        Elements = elements;
        for (var i = 0; type.Unwrapped.ElementNames is { } names && i < elements.Count; i++)
            elements[i].Name = names[i];
    }

    /// <summary>The elements' columns, named where the tuple names them.</summary>
    public IReadOnlyList<ClickHouseColumn> Elements { get; }

    /// <summary>A row's elements; null where an element is NULL.</summary>
    public override object?[] this[int row]
    {
        get
        {
            Checked(row);
            var values = new object?[Elements.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = Elements[i].GetValue(row);
            return values;
        }
    }

    /// <inheritdoc />
    public override ReadOnlySpan<object?[]> Values
    {
        get
        {
            if (_values is null)
            {
                var values = new object?[Count][];
                for (var i = 0; i < values.Length; i++)
                    values[i] = this[i];
                _values = values;
            }
            return _values;
        }
    }

    internal override void WritePrefix(IBufferWriter<byte> writer)
    {
        foreach (var element in Elements)
            element.WritePrefix(writer);
    }

    internal override void WriteValues(IBufferWriter<byte> writer)
    {
        if (Elements.Count == 0)
            writer.WriteZeros(Count, EmptyRow);
        foreach (var element in Elements)
            element.WriteData(writer);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _values = null;
        foreach (var element in Elements)
            element.Dispose();
    }
}
