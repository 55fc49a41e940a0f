using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Observability;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>A statement that waits for its level's round trip, and how its rows are read.</summary>
internal sealed class StoreQuestion(SqlStatement statement, ImmutableArray<ValueShape> shapes)
{
    private readonly TaskCompletionSource<RowResult> _answer = new();

    public SqlStatement Statement { get; } = statement;

    /// <summary>How the selected columns are read; what follows them is the slot.</summary>
    public ImmutableArray<ValueShape> Shapes { get; } = shapes;

    /// <summary>How many rows are likely, to begin with arrays of that size.</summary>
    public int Expected { get; init; } = 16;

    /// <summary>
    /// The keys whose slots the rows belong to; null for a statement without parents. PostgreSQL's rows carry their ordinal (from 1) in the column after the shapes,
    /// ClickHouse's carry the key itself there.
    /// </summary>
    public KeySet? Parents { get; init; }

    /// <summary>The most rows of a slot; the statement asks for one more, which is not kept but tells that there are more. -1 for no limit.</summary>
    public int Limit { get; init; } = -1;

    /// <summary>The most rows of all slots together.</summary>
    public int MaxRows { get; init; } = int.MaxValue;

    /// <summary>The steps that ask it, if their request is traced.</summary>
    public IReadOnlyList<StepTrace> Steps { get; set; } = [];

    public Task<RowResult> Answer => _answer.Task;

    /// <summary>How many rows have come from PostgreSQL, kept or not.</summary>
    public long RowsRead { get; set; }

    public RowResult? Result { get; set; }

    public Exception? Error { get; set; }

    /// <summary>Gives the asking step what was set. Steps go on at once and one after another, when the store's connection is free again.</summary>
    public void Complete()
    {
        if (Error is not null)
        {
            _answer.TrySetException(Error);
        }
        else
        {
            _answer.TrySetResult(Result!);
        }
    }
}
