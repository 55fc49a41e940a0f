namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>What a statement has read, returned and written so far; rows and bytes.</summary>
internal readonly record struct QueryFigures
{
    internal long ReadRows { get; init; }

    internal long ReadBytes { get; init; }

    internal long ResultRows { get; init; }

    internal long ResultBytes { get; init; }

    internal long WrittenRows { get; init; }

    internal long WrittenBytes { get; init; }

    public static QueryFigures operator +(QueryFigures a, QueryFigures b) => new()
    {
        ReadRows = a.ReadRows + b.ReadRows,
        ReadBytes = a.ReadBytes + b.ReadBytes,
        ResultRows = a.ResultRows + b.ResultRows,
        ResultBytes = a.ResultBytes + b.ResultBytes,
        WrittenRows = a.WrittenRows + b.WrittenRows,
        WrittenBytes = a.WrittenBytes + b.WrittenBytes,
    };
}
