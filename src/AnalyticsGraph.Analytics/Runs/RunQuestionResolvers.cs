using AnalyticsGraph.Analytics.Aggregates;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>Questions of runs by their params and the summaries of their metrics.</summary>
internal static class RunQuestionResolvers
{
    /// <summary>Binds the fields.</summary>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped, AggregateLimits limits)
    {
        var runs = new RunQuestions(mapped, limits);
        var bestSteps = new BestStepReader(mapped);
        bindings
            .BindType<Correlation>("Correlation")
            .BindType<ParetoFront>("ParetoFront")
            .BindType<ParetoPoint>("ParetoPoint")
            .BindType<Leaderboard>("Leaderboard")
            .BindType<LeaderboardRow>("LeaderboardRow")
            .BindType<MetricAtStep>("MetricAtStep")
            .Bind("ParetoPoint", "run", mapped.ByKey<ParetoPoint>("Run", point => point.RunId))
            .Bind("LeaderboardRow", "run", mapped.ByKey<LeaderboardRow>("Run", row => row.RunId))
            .Bind("Run", "at", FieldResolver.FromBatch(new RunAtResolver(bestSteps).ResolveAsync))
            .Bind("Query", "correlations", FieldResolver.FromRequest(new CorrelationReader(runs).ReadAsync))
            .Bind("Query", "paretoFront", FieldResolver.FromRequest(new ParetoReader(runs, limits).ReadAsync))
            .Bind("Query", "leaderboard", FieldResolver.FromRequest(new LeaderboardReader(runs, bestSteps).ReadAsync));
    }
}
