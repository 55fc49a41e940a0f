using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>An operation under way on a socket.</summary>
/// <param name="id">The client's id for it.</param>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing; its operation's end and the client's leaving may come at once.")]
internal sealed class SocketOperation(string id)
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly string _idJson = $"\"{JsonEncodedText.Encode(id)}\"";

    public string Id { get; } = id;

    /// <summary>Cancelled when its client has left it, or the connection ends.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>What stands before the payload of a message of a type.</summary>
    public byte[] Head(string type) => Encoding.UTF8.GetBytes($"{{\"id\":{_idJson},\"type\":\"{type}\",\"payload\":");

    /// <summary>The whole message that says that it is complete.</summary>
    public byte[] Complete() => Encoding.UTF8.GetBytes($"{{\"id\":{_idJson},\"type\":\"complete\"}}");

    public Task CancelAsync() => _cancellation.CancelAsync();
}
