using AnalyticsGraph.GraphQL.Fuzz.Documents;
using AnalyticsGraph.GraphQL.Fuzz.Http;
using AnalyticsGraph.GraphQL.Fuzz.Running;

namespace AnalyticsGraph.GraphQL.Fuzz.Sockets;

/// <summary>WebSockets: whatever frames and messages come, the server answers in messages of its protocol or closes, never for a fault of its own, and nothing is logged as an error.</summary>
internal sealed class SocketFuzzer : IFuzzer, IDisposable
{
    private readonly FuzzServer _server = new();
    private readonly SocketSource _source;
    private readonly Statuses _statuses = new();

    public SocketFuzzer(int seed) => _source = new SocketSource(new DocumentSource(_server.Graph.Schema, seed), seed);

    public string Name => "sockets";

    public string Remarks => _statuses.ToString();

    public byte[] Make(long number) => _source.Make(number);

    public string? Try(long number, byte[] input)
    {
        if (RawConnection.Exchange(_server.PlaceOf(number), input) is not { } answer)
        {
            return "Neither answered nor closed.";
        }

        var head = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        var end = head < 0 ? answer.Length : head + 4;
        return _statuses.Failed(answer[..end]) ?? (answer.AsSpan().StartsWith("HTTP/1.1 101"u8) ? SocketAnswer.Check(answer.AsSpan(end), _statuses) : null) ?? _server.TakeFault();
    }

    public void Dispose() => _server.Dispose();
}
