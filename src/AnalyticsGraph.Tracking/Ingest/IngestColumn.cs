using System.Text;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>What a column of a body holds.</summary>
internal enum ColumnKind
{
    /// <summary>Texts.</summary>
    Text,

    /// <summary>Whole numbers of 64 bits.</summary>
    Whole,

    /// <summary>Numbers, NaN and the infinities included.</summary>
    Number,

    /// <summary>Moments, kept in microseconds since 1970.</summary>
    Time,

    /// <summary>Names with a number each.</summary>
    Numbers,

    /// <summary>Names with a text each.</summary>
    Texts,

    /// <summary>JSON objects, kept as their text.</summary>
    Json,
}

/// <summary>A column that bodies of a stream can have.</summary>
/// <param name="Name">Its name: that of the graph's input.</param>
/// <param name="Kind">What it holds.</param>
internal sealed record IngestColumn(string Name, ColumnKind Kind)
{
    /// <summary>The name as bodies have it.</summary>
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>Whether it holds names with a value each.</summary>
    public bool IsMap => Kind is ColumnKind.Numbers or ColumnKind.Texts;

    /// <summary>Whether ClickHouse makes <see cref="Type"/> of every value of another type without loss, or with an error.</summary>
    /// <param name="type">The other type.</param>
    public bool IsReadWhole(string type) => Kind switch
    {
        ColumnKind.Whole => type is "Int64" or "Int32" or "Int16" or "Int8" or "UInt32" or "UInt16" or "UInt8" or "Bool",
        ColumnKind.Number => type is not "String" && !type.StartsWith("FixedString", StringComparison.Ordinal),

        // Of 32 bits are seconds, as ClickHouse writes its DateTime in Arrow; milliseconds have no room there.
        ColumnKind.Time => type is "Int32" or "UInt32" || type.StartsWith("Date", StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>Its type where ClickHouse reads the body; what is missing is NULL, also within a map, or an empty map.</summary>
    public string Type => Kind switch
    {
        ColumnKind.Whole => "Nullable(Int64)",
        ColumnKind.Number => "Nullable(Float64)",
        ColumnKind.Time => "Nullable(DateTime64(6, 'UTC'))",
        ColumnKind.Numbers => "Map(String, Nullable(Float64))",
        ColumnKind.Texts => "Map(String, Nullable(String))",
        _ => "Nullable(String)",
    };
}
