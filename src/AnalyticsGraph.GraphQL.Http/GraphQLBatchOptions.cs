namespace AnalyticsGraph.GraphQL.Http;

/// <summary>How much one HTTP request may ask for by a list of requests, lists of variables, or both.</summary>
public sealed record GraphQLBatchOptions
{
    /// <summary>How many executions, at least 1; more are answered 400 and nothing is executed.</summary>
    public int MaxSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 50;

    /// <summary>How many of them run at the same time, at least 1.</summary>
    public int MaxConcurrency
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 8;
}
