using System.Diagnostics;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>What is told of a write, from its request to ClickHouse.</summary>
[Collection("empty")]
public sealed class WriteSpanTests(EmptyServer empty)
{
    [Fact]
    public async Task Points_Should_BeTold_FromTheirCommitToTheirFlush()
    {
        var run = await empty.CreateRunAsync();
        using var spans = new SpanRecorder();

        await empty.LogAsync(run, "loss", 1.0, 0.5, 0.25);

        await Poll.UntilAsync(() => spans.Spans.Any(span => span.DisplayName == "mutation"), "the mutation's span ends");
        var mutation = spans.Spans.Single(span => span.DisplayName == "mutation");
        var execution = spans.Below(mutation).Single(span => span.DisplayName == "graphql.execute");
        var commit = spans.All.Single(span => span.DisplayName == "points.commit" && span.Links.Any(link => link.Context.SpanId == execution.SpanId));
        Assert.Equal((3, 1), (commit.GetTagItem("analyticsgraph.points"), commit.GetTagItem("analyticsgraph.batches")));
        Assert.NotEmpty(spans.Below(commit));
        Assert.All(spans.Below(commit), statement => Assert.Equal(("Npgsql", ActivityKind.Client, "postgresql"), (statement.Source.Name, statement.Kind, statement.GetTagItem("db.system.name"))));

        await Poll.UntilAsync(() => spans.All.Any(IsFlush), "the points are flushed");
        var flush = spans.All.First(IsFlush);
        Assert.Contains(spans.Below(flush), span => span.DisplayName == "INSERT metric_point" && span.Source.Name == "AnalyticsGraph.ClickHouse");

        bool IsFlush(Activity span) => span.DisplayName == "points.flush" && span.StartTimeUtc >= commit.StartTimeUtc && span.GetTagItem("analyticsgraph.points") is >= 3;
    }

    [Fact]
    public async Task Entity_Should_BeTold_ByItsStatements()
    {
        using var spans = new SpanRecorder();

        await empty.CreateExperimentAsync();

        await Poll.UntilAsync(() => spans.Spans.Any(span => span.DisplayName == "mutation"), "the mutation's span ends");
        var execution = spans.Below(spans.Spans.Single(span => span.DisplayName == "mutation"), "graphql.execute");
        var statements = spans.Spans.Where(span => span.Source.Name == "Npgsql").ToList();
        Assert.NotEmpty(statements);
        Assert.All(statements, statement => Assert.Equal(execution.SpanId, statement.ParentSpanId));
    }
}
