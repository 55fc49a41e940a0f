using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>Makes columns of one type: from the wire, or from values. Stateless once built; a block's reader uses prefix and data in turn.</summary>
internal abstract class ColumnCodec(ClickHouseType type)
{
    public ClickHouseType Type { get; } = type;

    /// <summary>Reads what stands before the column's data. All prefixes inside a column come before any of its data.</summary>
    public virtual ValueTask ReadPrefixAsync(NativeReader reader, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Reads the values of that many rows (perhaps none, inside arrays).</summary>
    public abstract ValueTask<ClickHouseColumn> ReadAsync(NativeReader reader, int rows, CancellationToken ct);

    /// <summary>A column from values of any convertible shape; a null stands for a placeholder.</summary>
    /// <exception cref="ClickHouseFormatException">A value does not fit.</exception>
    public abstract ClickHouseColumn FromObjects(IReadOnlyList<object?> values);

    /// <summary>A column straight from an array of the type's own or raw values; null when this array must go through <see cref="FromObjects"/>.</summary>
    public virtual ClickHouseColumn? FromArray<T>(T[] values) => null;

    protected ClickHouseFormatException Unfit(object? value, int row, Exception? inner = null) =>
        new($"Row {row}: {Describe(value)} is no {Type}.", inner);

    private static string Describe(object? value) => value switch
    {
        null => "null",
        string { Length: > 60 } text => $"the text '{text[..60]}...'",
        string text => $"the text '{text}'",
        IFormattable number => $"{number.ToString(null, System.Globalization.CultureInfo.InvariantCulture)} ({value.GetType().Name})",
        _ => "a value of type " + value.GetType().Name,
    };
}
