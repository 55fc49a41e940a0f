namespace AnalyticsGraph.Mapping.Model;

/// <summary>How values of a real column are read, compared and bound; both stores' types fall into these.</summary>
public enum ColumnKind
{
    /// <summary>Nothing that the graph can show; a mapped column of this kind is a start-up error.</summary>
    Unknown,

    /// <summary>A Boolean.</summary>
    Boolean,

    /// <summary>An integer of up to 64 bits.</summary>
    Integer,

    /// <summary>A double.</summary>
    Double,

    /// <summary>A single: compared and ordered as a double.</summary>
    Single,

    /// <summary>A decimal number: read, compared and ordered as a double.</summary>
    Decimal,

    /// <summary>Text of any length.</summary>
    Text,

    /// <summary>An enum of the store: read and compared as its text.</summary>
    EnumText,

    /// <summary>A UUID.</summary>
    Uuid,

    /// <summary>A moment with a time zone, or one that is UTC by the store's definition.</summary>
    Timestamp,

    /// <summary>A moment without a zone: taken for UTC.</summary>
    LocalTimestamp,

    /// <summary>A date: its midnight in UTC.</summary>
    Date,

    /// <summary>A length of time.</summary>
    Interval,

    /// <summary>JSON kept as text.</summary>
    Json,

    /// <summary>JSON in binary form.</summary>
    JsonBinary,

    /// <summary>A map of ClickHouse from text to numbers or texts: read as a JSON object.</summary>
    Map,
}

/// <summary>A real column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it is read; of the items, if <paramref name="IsArray"/>.</param>
/// <param name="IsArray">Whether it is an array.</param>
/// <param name="IsNullable">Whether it can be null.</param>
/// <param name="StoreType">The store's own name of the type, for messages and ClickHouse parameters.</param>
public sealed record ColumnModel(string Name, ColumnKind Kind, bool IsArray, bool IsNullable, string StoreType)
{
    /// <summary>Whether values are ordered as doubles, so that NaN is a class of its own.</summary>
    internal bool MayBeNaN => Kind is ColumnKind.Double or ColumnKind.Single or ColumnKind.Decimal;
}
