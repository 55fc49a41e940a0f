using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>Which series of runs are meant.</summary>
/// <param name="Keys">The metrics' keys; null for all.</param>
/// <param name="Label">The label within a metric, empty for the total; null for all.</param>
/// <param name="Scope">What the points describe; null for all.</param>
/// <param name="Rank">The worker that reported them; null for all.</param>
internal sealed record MetricSelection(string[]? Keys, string? Label, string? Scope, long? Rank)
{
    /// <summary>Reads the arguments <c>keys</c>, <c>label</c>, <c>scope</c>, <c>rank</c>; their defaults stand in the schema.</summary>
    public static MetricSelection Read(ArgumentValues arguments) => new(
        arguments.Get<object?[]>("keys") is { } keys ? [.. keys.Select((key, i) => ArgumentErrors.Storable($"keys.{i}", (string)key!)).Distinct(StringComparer.Ordinal)] : null,
        arguments.Get<string>("label") is { } label ? ArgumentErrors.Storable("label", label) : null,
        arguments.Get<string>("scope"),
        arguments.TryGet("rank", out var rank) && rank is int number ? number : null);

    /// <summary>The series of another metric of the same worker and scope: the first ones, where all are meant.</summary>
    public MetricSelection Beside(BestStep best) => new([best.Key], best.Label, Scope ?? "RUN", Rank ?? 0);

    /// <summary>Appends <c> AND ...</c> on points.</summary>
    /// <param name="sql">A statement of ClickHouse, with the points as <c>p</c>.</param>
    public void AppendAnd(SqlBuilder sql)
    {
        // One value is compared, which costs less than looking it up in a set of one.
        if (Keys is [var key])
        {
            sql.Append(" AND p.key = ").AppendParameter(key, SqlType.Text);
        }
        else if (Keys is not null)
        {
            sql.Append(" AND p.key IN ").AppendParameter(Keys, SqlType.Text, isArray: true);
        }

        if (Label is not null)
        {
            sql.Append(" AND p.label = ").AppendParameter(Label, SqlType.Text);
        }

        if (Scope is not null)
        {
            sql.Append(" AND p.scope = ").AppendParameter(Scope, SqlType.Text);
        }

        if (Rank is { } rank)
        {
            sql.Append(" AND p.rank = ").AppendParameter(rank, SqlType.Int64);
        }
    }
}
