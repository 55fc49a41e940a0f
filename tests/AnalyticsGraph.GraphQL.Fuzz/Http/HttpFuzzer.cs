using AnalyticsGraph.GraphQL.Fuzz.Documents;
using AnalyticsGraph.GraphQL.Fuzz.Running;

namespace AnalyticsGraph.GraphQL.Fuzz.Http;

/// <summary>Requests over loopback sockets: each is answered or refused, never with a 5xx, and nothing is logged as an error.</summary>
internal sealed class HttpFuzzer : IFuzzer, IDisposable
{
    private readonly FuzzServer _server = new();
    private readonly RequestSource _source;
    private readonly Statuses _statuses = new();

    public HttpFuzzer(int seed) => _source = new RequestSource(new DocumentSource(_server.Graph.Schema, seed), seed);

    public string Name => "connections with damaged requests";

    public string Remarks => _statuses.ToString();

    public byte[] Make(long number) => _source.Make(number);

    public string? Try(long number, byte[] input) => RawConnection.Exchange(_server.PlaceOf(number), input) is { } answer
        ? _statuses.Failed(answer) ?? _server.TakeFault()
        : "Neither answered nor closed.";

    public void Dispose() => _server.Dispose();
}
