using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>A collector that takes OTLP over HTTP and keeps what it is sent.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> _received = [];

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _application = builder.Build();
        _application.MapPost("/v1/{signal}", async (HttpContext http, string signal) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            _received.Enqueue((signal, body.ToArray()));
            http.Response.ContentType = "application/x-protobuf";
        });

        // gRPC: a message has a flag and its length before it, and the status comes behind the (here empty) answer.
        _application.MapPost("/opentelemetry.proto.collector.{signal}.v1.{service}/Export", async (HttpContext http, string signal) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            _received.Enqueue((signal is "trace" ? "traces" : signal, body.ToArray()[5..]));
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(new byte[5]);
            http.Response.AppendTrailer("grpc-status", "0");
        });
    }

    /// <summary>Where <c>http/protobuf</c> goes.</summary>
    public string Url => _application.Urls.First();

    /// <summary>Where <c>grpc</c> goes.</summary>
    public string GrpcUrl => _application.Urls.Last();

    /// <summary>All spans; opentelemetry/proto/trace/v1/trace.proto has the numbers.</summary>
    public IReadOnlyList<OtlpSpan> Spans => [.. Records("traces", 1, 2, 2).Select(OtlpSpan.Read)];

    /// <summary>The names of all metrics.</summary>
    public IReadOnlyList<string> Metrics => [.. Records("metrics", 1, 2, 2).Select(metric => ProtobufField.Read(metric).First(part => part.Number == 1).Text).Distinct()];

    /// <summary>Log records: the trace's id and the text.</summary>
    public IReadOnlyList<(string TraceId, string Text)> Logs =>
    [
        .. Records("logs", 1, 2, 2).Select(record => ProtobufField.Read(record).ToList()).Select(fields => (
            fields.Where(part => part.Number == 9).Select(part => Convert.ToHexStringLower(part.Bytes.Span)).FirstOrDefault(""),
            fields.Where(part => part.Number == 5).Select(part => ProtobufField.Read(part.Bytes).Single().Text).FirstOrDefault(""))),
    ];

    /// <summary>The attributes of all resources that sent spans.</summary>
    public IReadOnlyList<string> Resources => [.. Records("traces", 1, 1, 1).Select(ProtobufField.ReadAttribute).Select(attribute => $"{attribute.Name}={attribute.Value}").Distinct()];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._application.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private IEnumerable<ReadOnlyMemory<byte>> Records(string signal, params int[] path) => _received.Where(received => received.Signal == signal)
        .SelectMany(received => path.Aggregate<int, IEnumerable<ReadOnlyMemory<byte>>>(
            [received.Body], (messages, number) => messages.SelectMany(message => ProtobufField.Read(message).Where(field => field.Number == number).Select(field => field.Bytes))));
}
