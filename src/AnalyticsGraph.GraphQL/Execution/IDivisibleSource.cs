namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>A source of objects whose rows can be resolved in parts. Lists of objects stream (<c>@stream</c>) if their source is one, or an array.</summary>
public interface IDivisibleSource
{
    /// <summary>Some of the rows as a source of their own.</summary>
    /// <param name="rows">Which rows, in the new order.</param>
    object Take(int[] rows);
}
