using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using AnalyticsGraph.Server.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>The export by OTLP, from the settings to a collector.</summary>
[Collection("sample")]
public sealed class ExportTests(SampleServer sample)
{
    private const string Body = """{"query":"query Exported { experiments(where: {name: {eq: \"wine-sgd\"}}) { nodes { name runs(first: 5) { nodes { name series(key: \"train/loss\", sample: {lttb: {points: 10}}) { values } } } } } }"}""";

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Collector_Should_GetSpansMetricsAndLogs_When_ItIsNamed(string protocol)
    {
        await using var collector = await OtlpReceiver.StartAsync();
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        await using (var server = await StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", protocol == "grpc" ? collector.GrpcUrl : collector.Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol), ("OTEL_SERVICE_NAME", "graph-under-test")))
        {
            using (await AskAsync(server, $"00-{trace}-{ActivitySpanId.CreateRandom()}-01"))
            {
                Log(server, trace);
            }
        }

        var spans = collector.Spans.Where(span => span.TraceId == trace).ToList();
        var http = Assert.Single(spans, span => span.Name == "POST /graphql");
        Assert.Equal(("200", "/graphql"), (http.Attributes["http.response.status_code"], http.Attributes["http.route"]));
        var query = Assert.Single(spans, span => span.ParentId == http.SpanId);
        Assert.Equal(("query", "Exported"), (query.Name, query.Attributes["graphql.operation.name"]));
        var execution = Assert.Single(spans, span => span.ParentId == query.SpanId && span.Name == "graphql.execute");
        Assert.Equal(
            ["clickhouse", "postgresql", "postgresql", "postgresql"],
            spans.Where(span => span.ParentId == execution.SpanId).Select(span => span.Attributes["db.system.name"]).Order(StringComparer.Ordinal));
        Assert.Contains("service.name=graph-under-test", collector.Resources);
        Assert.Superset(
            new HashSet<string>(["graphql.server.request.duration", "graphql.server.document_cache.documents", "db.client.operation.duration", "analyticsgraph.points.pending", "analyticsgraph.points.lag", "http.server.request.duration"]),
            collector.Metrics.ToHashSet(StringComparer.Ordinal));
        Assert.Contains((trace, "Something to look up."), collector.Logs);
    }

    [Fact]
    public async Task Collector_Should_GetNothing_When_TheSamplerIsOff()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        await using (var server = await StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_TRACES_SAMPLER", "always_off"), ("OTEL_METRICS_EXPORTER", "none"), ("OTEL_LOGS_EXPORTER", "none")))
        {
            (await AskAsync(server, $"00-{trace}-{ActivitySpanId.CreateRandom()}-01")).Dispose();
        }

        Assert.Empty(collector.Spans);
        Assert.Empty(collector.Metrics);
        Assert.Empty(collector.Logs);
    }

    [Fact]
    public void Page_Should_ListEveryMetric()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "observability.md"));
        var names = new List<string>();
        using (var meters = new MeterListener { InstrumentPublished = (instrument, _) => names.Add($"{instrument.Meter.Name} {instrument.Name}") })
        {
            meters.Start();
        }

        var own = names.Where(name => name.StartsWith("AnalyticsGraph.", StringComparison.Ordinal)).Select(name => name.Split(' ')[1]).Distinct().ToList();
        Assert.True(own.Count >= 15, string.Join(' ', own));
        Assert.DoesNotContain(own, name => !page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    private Task<InProcessServer> StartAsync(params (string Name, string Value)[] settings) =>
        InProcessServer.StartAsync(sample.Postgres, sample.ClickHouse, settings: settings.ToDictionary(setting => setting.Name, string? (setting) => setting.Value));

    private static async Task<HttpResponseMessage> AskAsync(InProcessServer server, string traceParent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = new StringContent(Body, Encoding.UTF8, "application/json"), Headers = { { "traceparent", traceParent } } };
        return await server.Http.SendAsync(request);
    }

    private static void Log(InProcessServer server, string trace)
    {
        using var activity = new Activity("test").SetParentId(ActivityTraceId.CreateFromString(trace), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start();
        server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("AnalyticsGraph.Test").LogWarning("Something to look up.");
    }
}
