using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>Answers <c>paretoFront</c>: the summaries of runs from PostgreSQL, compared here.</summary>
internal sealed class ParetoReader(RunQuestions runs, AggregateLimits limits)
{
    private const int MostObjectives = 8;

    /// <summary>Reads the front.</summary>
    public async ValueTask<ParetoFront> ReadAsync(StepContext context)
    {
        var first = RunQuestions.First(context, limits.MaxGroups);
        var objectives = runs.Read(context, "objectives", (entry, path) => (Value: RunMetricValue.Read(((ArgumentValues)entry).Get<ArgumentValues>("metric")!, $"{path}.metric"), IsMax: ((ArgumentValues)entry).Get<string>("goal") == "MAX"));
        if (objectives.Count is 0 or > MostObjectives)
        {
            throw ArgumentErrors.BadInput("objectives", $"Give from 1 to {MostObjectives} objectives.");
        }

        var rows = await runs.SelectAsync(context, context.Arguments.Get<ArgumentValues>("where"), [.. objectives.Select(objective => objective.Value.Column)]).ConfigureAwait(false);
        var values = objectives.Select((_, i) => rows.Numbers(i)).ToArray();
        var considered = Enumerable.Range(0, rows.Count).Where(row => Array.TrueForAll(values, column => column[row] is { } value && !double.IsNaN(value)))
            .Select(row => (rows.Keys[row], Array.ConvertAll(values, column => column[row]!.Value))).ToList();
        return new ParetoFront([.. objectives.Select(objective => objective.Value.Name)], ParetoFront.Of(considered, [.. objectives.Select(objective => objective.IsMax)], context.CancellationToken), considered.Count, first);
    }
}
