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

    /// <summary>Its type where ClickHouse reads the body; what is missing is NULL, or an empty map.</summary>
    public string Type => Kind switch
    {
        ColumnKind.Whole => "Nullable(Int64)",
        ColumnKind.Number => "Nullable(Float64)",
        ColumnKind.Time => "Nullable(DateTime64(6, 'UTC'))",
        ColumnKind.Numbers => "Map(String, Float64)",
        ColumnKind.Texts => "Map(String, String)",
        _ => "Nullable(String)",
    };
}
