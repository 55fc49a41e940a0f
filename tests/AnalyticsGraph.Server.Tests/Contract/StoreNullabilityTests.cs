using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Contract;

/// <summary>A non-null field that cannot be answered takes its parent with it; so whatever needs ClickHouse beside a row of PostgreSQL is nullable.</summary>
[Collection("sample")]
public sealed class StoreNullabilityTests(SampleServer sample)
{
    // Mapped fields are found by their tables; these ask ClickHouse in C#.
    private static readonly string[] Resolved =
    [
        "Run.series", "Run.at", "Job.utilization", "Job.workerChanges", "Job.remainingTime", "Dataset.evaluate", "PredictionSet.evaluation", "Query.jobMaxima", "Query.compareRuns",
        "Query.metricAggregates", "Query.metricHistogram", "Query.leaderboard", "Query.correlations", "Query.paretoFront",
    ];

    [Fact]
    public void Fields_Should_BeNullable_When_TheyNeedTheOtherStore()
    {
        var graph = sample.Server.Graph;
        var relations = graph.Model.Tables.Values.Where(table => table.Store == Store.Postgres)
            .SelectMany(table => table.Fields.Values, (table, field) => (Place: $"{table.TypeName}.{field.Name}", Target: field is AggregateField aggregate ? aggregate.Relation.Target : (field as RelationField)?.Target));
        var roots = graph.Model.RootFields.Select(root => (Place: $"Query.{root.Name}", Target: (TableModel?)root.Target));
        var fields = relations.Concat(roots).Where(field => field.Target?.Store == Store.ClickHouse).Select(field => field.Place).Concat(Resolved).ToList();

        Assert.Contains("Run.epochs", fields);
        Assert.Contains("Run.pointsAggregate", fields);
        Assert.Contains("Query.metricPoints", fields);
        Assert.All(fields, field => Assert.IsNotType<NonNullType>(((ObjectType)graph.Mapped.Schema.Schema.Types[field.Split('.')[0]]).Fields[field.Split('.')[1]].Type));
    }
}
