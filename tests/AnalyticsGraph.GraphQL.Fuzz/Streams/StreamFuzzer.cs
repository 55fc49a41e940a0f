using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AnalyticsGraph.GraphQL.Fuzz.Documents;
using AnalyticsGraph.GraphQL.Fuzz.Http;
using AnalyticsGraph.GraphQL.Fuzz.Running;

namespace AnalyticsGraph.GraphQL.Fuzz.Streams;

/// <summary>
/// Responses in parts and event streams, of one operation each or of several by a token, whose clients go on, go away in the middle or ask out of order: each request is answered or refused, never with a 5xx, and
/// nothing is logged as an error.
/// </summary>
internal sealed partial class StreamFuzzer : IFuzzer, IDisposable
{
    private static readonly string[] Accepts = ["multipart/mixed", "text/event-stream", "multipart/mixed;deferSpec=20220824, application/json", "text/event-stream, application/json;q=0.5", "multipart/mixed;boundary=\"-\";incrementalSpec=v0.2"];
    private static readonly string[] Streams = ["{ dogs(filter: {}) { id ... @defer(label: \"a\") { name siblings @stream { id } } } }", "subscription { painted { id name } }", "{ dogs(filter: {}) @stream(initialCount: 1) { id ... @defer { owner { name } } } }"];

    private readonly FuzzServer _server = new();
    private readonly DocumentSource _documents;
    private readonly Statuses _statuses = new();
    private readonly int _seed;

    public StreamFuzzer(int seed) => (_documents, _seed) = (new DocumentSource(_server.Graph.Schema, seed), seed);

    public string Name => "streams";

    public string Remarks => _statuses.ToString();

    /// <summary>The document; what is done with it follows from the number, too.</summary>
    public byte[] Make(long number) => number % 2 == 0 ? _documents.Make(number) : Encoding.UTF8.GetBytes(Streams[number / 2 % Streams.Length]);

    public string? Try(long number, byte[] input)
    {
        var random = new Random(unchecked((int)(number * 2_654_435_761L) ^ _seed));
        var place = _server.PlaceOf(number);
        var document = Encoding.UTF8.GetString(input);
        return (random.Next(3) == 0 ? TryToken(place, document, random) : TryOne(place, document, random)) ?? _server.TakeFault();
    }

    public void Dispose() => _server.Dispose();

    /// <summary>One operation, read to its end or not.</summary>
    private string? TryOne(IPEndPoint place, string document, Random random)
    {
        var request = Request("POST", "", JsonSerializer.Serialize(new { query = document }), $"Accept: {Accepts[random.Next(Accepts.Length)]}");
        return Exchange(place, request, random.Next(2) == 0 ? null : random.Next(2_000), out _);
    }

    /// <summary>A stream of several operations, by its token.</summary>
    private string? TryToken(IPEndPoint place, string document, Random random)
    {
        if (Exchange(place, Request("PUT", "", "", "Accept: text/plain"), null, out var reserved) is { } failed)
        {
            return failed;
        }

        var token = Token().Match(Encoding.ASCII.GetString(reserved)).Value + (random.Next(20) == 0 ? "0" : "");
        var stream = Task.Run(() => Exchange(place, Request("GET", $"?token={token}", null, "Accept: text/event-stream"), random.Next(2) == 0 ? 1 : 4_000, out _));
        string? why = null;
        for (var i = random.Next(1, 5); i > 0 && why is null; i--)
        {
            var id = random.Next(4) == 0 ? "\"1\"" : random.Next(10) == 0 ? "7" : $"\"{i}\"";
            why = random.Next(5) switch
            {
                0 => Exchange(place, Request("DELETE", $"?operationId={i}", null, $"X-GraphQL-Event-Stream-Token: {token}"), null, out _),
                1 => Exchange(place, Request("GET", $"?token={token}", null, "Accept: text/event-stream"), 1, out _),
                _ => Exchange(place, Request("POST", "", $"{{\"query\":{JsonSerializer.Serialize(document)},\"extensions\":{{\"operationId\":{id}}}}}", $"X-GraphQL-Event-Stream-Token: {token}"), null, out _),
            };
        }

        return why ?? stream.GetAwaiter().GetResult();
    }

    [GeneratedRegex("(?<=\n)[0-9a-f]{32}")]
    private static partial Regex Token();

    private string? Exchange(IPEndPoint place, byte[] request, int? mostBytes, out byte[] answer)
    {
        var given = RawConnection.Exchange(place, request, mostBytes);
        answer = given ?? [];
        return given is null ? "Neither answered nor closed." : _statuses.Failed(given);
    }

    private static byte[] Request(string method, string query, string? body, string header)
    {
        var length = body is null ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        return Encoding.UTF8.GetBytes($"{method} {FuzzServer.Path}{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n{length}\r\n{body}");
    }
}
