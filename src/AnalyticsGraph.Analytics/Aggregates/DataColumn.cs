using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>What the values of a column are.</summary>
internal enum DataColumnKind
{
    Text,
    Number,
    Integer,
    Time,
    Id,
}

/// <summary>A column for data frames: the one list of its kind has a value for each row, null where there is none.</summary>
/// <param name="name">Its name.</param>
/// <param name="kind">What its values are.</param>
/// <param name="typeName">The type of the objects whose ids they are; null for other kinds.</param>
/// <param name="values">Texts, doubles, longs, moments in Unix milliseconds, or keys; null for none.</param>
internal sealed class DataColumn(string name, DataColumnKind kind, string? typeName, IReadOnlyList<object?> values)
{
    public string Name => name;

    public DataColumnKind Kind => kind;

    public IEnumerable<string?>? Texts => kind == DataColumnKind.Text ? values.Select(value => (string?)value) : null;

    public IEnumerable<double?>? Numbers => kind == DataColumnKind.Number ? values.Select(value => (double?)value) : null;

    public IEnumerable<long?>? Integers => kind == DataColumnKind.Integer ? values.Select(value => (long?)value) : null;

    public IEnumerable<DateTime?>? Times => kind == DataColumnKind.Time ? values.Select(value => value is long time ? DataValue.TimeOf(time) : (DateTime?)null) : null;

    public IEnumerable<string?>? Ids => kind == DataColumnKind.Id ? values.Select(value => value is long key ? GlobalId.Of(typeName!, key) : null) : null;
}

/// <summary>A value with the kind that it has.</summary>
/// <param name="Name">The name of its column.</param>
/// <param name="Kind">What it is.</param>
/// <param name="TypeName">The type of the object whose id it is; null for other kinds.</param>
/// <param name="Value">As in <see cref="DataColumn"/>.</param>
internal sealed record DataValue(string Name, DataColumnKind Kind, string? TypeName, object? Value)
{
    public string? Text => Kind == DataColumnKind.Text ? (string?)Value : null;

    public double? Number => Kind == DataColumnKind.Number ? (double?)Value : null;

    public long? Integer => Kind == DataColumnKind.Integer ? (long?)Value : null;

    public DateTime? Time => Kind == DataColumnKind.Time && Value is long time ? TimeOf(time) : null;

    public string? Id => Kind == DataColumnKind.Id && Value is long key ? GlobalId.Of(TypeName!, key) : null;

    /// <summary>The key of an object of a type; null where it is none.</summary>
    public long? KeyOf(string typeName) => TypeName == typeName ? (long?)Value : null;

    /// <summary>A moment of Unix milliseconds.</summary>
    public static DateTime TimeOf(long milliseconds) => DateTime.UnixEpoch.AddMilliseconds(milliseconds);
}
