using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>What is told of the questions that reads ask of the stores.</summary>
[Collection("sample")]
public sealed class StoreSpanTests(SampleServer sample)
{
    private const string ThreeLevels =
        """
        query Observed {
          experiments {
            nodes {
              name
              runs(first: 20) {
                nodes { uuid params { key value } metrics { key latest { value } } series(key: "train/loss", sample: {lttb: {points: 1000}}) { values } }
              }
            }
          }
        }
        """;

    [Fact]
    public async Task Query_Should_TellEachRoundTripOnce()
    {
        using var spans = new SpanRecorder();

        var (_, counters) = await sample.Server.CountAsync(ThreeLevels);

        var query = spans.Below(spans.Root, "query");
        var execution = spans.Below(query, "graphql.execute");
        Assert.Equal(["graphql.parse", "graphql.validate", "graphql.plan", "graphql.cost", "graphql.execute", "graphql.serialize"], spans.Below(query).Select(span => span.DisplayName));
        var stores = spans.Spans.Where(span => span.Kind == ActivityKind.Client).ToList();
        Assert.All(stores, span => Assert.Equal(execution.SpanId, span.ParentSpanId));
        Assert.Equal(counters.PostgresRoundTrips, stores.Count(span => span.GetTagItem("db.system.name") is "postgresql"));
        Assert.Equal(counters.ClickHouseQueries, stores.Count(span => span.GetTagItem("db.system.name") is "clickhouse"));
        Assert.Equal(counters.PostgresStatements, stores.Where(span => span.GetTagItem("db.system.name") is "postgresql").Sum(span => (int?)span.GetTagItem("db.operation.batch.size") ?? 1));
        Assert.DoesNotContain(spans.Spans, span => span.Source.Name == "Npgsql");
    }

    [Fact]
    public async Task PostgresSpan_Should_TellStatementsRowsAndFields()
    {
        using var spans = new SpanRecorder();

        await sample.Server.CountAsync(ThreeLevels.Replace("Observed", "ObservedPostgres", StringComparison.Ordinal));

        var last = spans.Spans.Last(span => span.DisplayName == "postgresql");
        Assert.Equal("AnalyticsGraph.Mapping", last.Source.Name);
        Assert.Equal(
            ["experiments.nodes.runs.nodes.metrics", "experiments.nodes.runs.nodes.params", "experiments.nodes.runs.nodes.series"],
            ((string[])last.GetTagItem("graphql.field.paths")!).Order(StringComparer.Ordinal));
        Assert.True((long)last.GetTagItem("db.response.returned_rows")! > 0);
        Assert.NotNull(last.GetTagItem("server.address"));
        Assert.NotNull(last.GetTagItem("db.namespace"));
        var text = (string)last.GetTagItem("db.query.text")!;
        Assert.Contains("$1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("train/loss", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClickHouseSpan_Should_TellTheStatementRowsAndFields()
    {
        using var spans = new SpanRecorder();

        await sample.Server.CountAsync(ThreeLevels.Replace("Observed", "ObservedClickHouse", StringComparison.Ordinal));

        var span = Assert.Single(spans.Spans, span => span.Source.Name == "AnalyticsGraph.ClickHouse");
        Assert.Equal(("SELECT", ActivityKind.Client), (span.GetTagItem("db.operation.name"), span.Kind));
        Assert.Equal(["experiments.nodes.runs.nodes.series"], (string[])span.GetTagItem("graphql.field.paths")!);
        Assert.True((long)span.GetTagItem("db.response.returned_rows")! >= 1000, string.Create(CultureInfo.InvariantCulture, $"{span.GetTagItem("db.response.returned_rows")} rows"));
        Assert.DoesNotContain("train/loss", (string)span.GetTagItem("db.query.text")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_Should_BeTheOperationsParent_When_ItComesByHttp()
    {
        using var spans = new SpanRecorder();
        using var request = new HttpRequestMessage(HttpMethod.Post, "graphql")
        {
            Content = new StringContent("""{"query":"{ runs(first: 1) { nodes { name } } }"}""", System.Text.Encoding.UTF8, "application/json"),
        };

        using var response = await sample.Server.Http.SendAsync(request);

        await Poll.UntilAsync(() => spans.Spans.Any(span => span.Source.Name == "Microsoft.AspNetCore"), "the request's span ends");
        var http = spans.Spans.Single(span => span.Source.Name == "Microsoft.AspNetCore");
        Assert.Equal("query", spans.Below(http).Single().DisplayName);
    }
}
