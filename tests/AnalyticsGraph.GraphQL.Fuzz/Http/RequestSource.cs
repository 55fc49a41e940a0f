using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Fuzz.Documents;
using AnalyticsGraph.GraphQL.Fuzz.Running;

namespace AnalyticsGraph.GraphQL.Fuzz.Http;

/// <summary>HTTP requests as bytes: lines, headers, framing and bodies, each sound or not.</summary>
internal sealed class RequestSource(DocumentSource documents, int seed)
{
    private readonly BodySource _bodies = new(documents);

    private static readonly string[] Methods = ["POST", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "post", "P\0ST", "BREW", ""];
    private static readonly string[] Paths =
    [
        "/graphql", "/graphql/", "/graphql?query=%7B__typename%7D", "/graphql?sdl", "/graphql?%", "/graphql?query", "/graphql?query=%ff%c3&query=", "/graphql?variables={", "/%00", "/graphql/../graphql", "*", "http://localhost/graphql", "/graphql#x", "/é",
        "/graphql/operations/Dogs", "/graphql/operations/Dogs?name=x&filter={}", "/graphql/operations/Dogs?filter={\"size\":1", "/graphql/operations/Count?of=RED&of=RED", "/graphql/operations/Count?above=1e999&nope=1", "/graphql/operations/",
        "/graphql/operations/Nobody", "/graphql/operations/%00", "/graphql/operations/Dogs/more", "/graphql?documentId=Dogs&variables={}", "/graphql?documentId=Count&operationName=Dogs", "/graphql?extensions={\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"00\"}}",
        "/graphql?token=x", "/graphql?token=&operationId=1",
    ];
    private static readonly string[] Versions = ["HTTP/1.1", "HTTP/1.0", "HTTP/1.", "http/1.1", ""];
    private static readonly string[] BodyTypes = ["application/json; charset=utf-8", "application/json;charset=\"utf-16\"", "application/graphql-response+json", "application/graphql", "text/plain", "multipart/form-data; boundary=x", ";", "application/json; =;", "a/b/c", "\u00ff/é"];
    private static readonly string[] Accepts = ["*/*", "application/json", "application/graphql-response+json", "multipart/mixed", "multipart/mixed;deferSpec=20220824, application/json", "text/event-stream", "application/json;q=0", "text/html", "q=1", ",,,", "application/json;q=1e9", "*/json", "application/*;q=0.0001", "\"", "multipart/mixed;boundary=\"\\"];
    private static readonly string[] Oddities = ["X: y", "X:", ": y", "X y", " folded: value", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999", "Host: other", "Host:", "Expect: 100-continue", "Connection: upgrade\r\nUpgrade: websocket", "Cookie: \u0001", "Content-Encoding: gzip", "Content-Encoding: identity, br", "If-None-Match: \"x\", W/\"y", "If-None-Match: *", "Origin: null", "GraphQL-Cost: report", "GraphQL-Profile: report", "traceparent: 00-zz", "X-GraphQL-Event-Stream-Token: x", "GraphQL-Profile: 1", "Range: bytes=0-1", "X-\0: 1"];

    private static readonly string[] Bodies =
    [
        "{\"query\":\"{ __typename }\"}", "{\"query\":\"query A($v0: ID!) { node(id: $v0) { id } }\",\"variables\":{\"v0\":1},\"operationName\":\"A\"}", "{\"query\":\"{ dogs(filter: {}) { id ... @defer { name } } }\"}",
        "[{\"query\":\"{ __typename }\"},{\"query\":\"{ __typename }\"}]", "[]", "{}", "null", "1", "\"\"", "{\"query\":null}", "{\"query\":1}", "{\"query\":\"{a}\",\"query\":\"{b}\"}", "{\"query\":\"\\ud800\"}", "{\"query\":\"{dog{id}}\",\"variables\":[]}",
        "{\"query\":\"{dog{id}}\",\"variables\":{\"a\":1e999}}", "{\"query\":\"{dog{id}}\",\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"00\"}}}", "{\"extensions\":{\"persistedQuery\":1}}", "{\"query\":\"subscription{removed}\"}", "\uFEFF{\"query\":\"{dog{id}}\"}",
    ];

    private static readonly byte[][] Pieces = [.. new[]
    {
        "\r\n", "\n", "\r", "\r\n\r\n", "\0", ":", " ", "\t", "0\r\n\r\n", "ffffffffffffffff\r\n", "-1\r\n", "5;ext=\"\r\n", "{", "[", "\"", "\\u", "\\ud800", "\\u0000", "1e9999", "null", ",", "é", "😀", "%", "%00", "%ff", "&", "=", "HTTP/1.1",
        "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "{\"query\":", "[{", "X: y\r\n", "GET / HTTP/1.1\r\n\r\n",
    }.Select(Encoding.UTF8.GetBytes), [0xFF], [0x80], [0x1F, 0x8B]];

    private static readonly byte[] Last = "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    /// <summary>One or two requests for a connection, and a sound one that closes it, which is answered if those before were framed well.</summary>
    public byte[] Make(long number)
    {
        var random = new Random(unchecked((int)(number * 2_654_435_761L) ^ seed));
        var bytes = Request(number, random);
        if (random.Next(4) == 0)
        {
            bytes = ByteDamage.Apply(bytes, Pieces, random);
        }

        return random.Next(20) == 0 ? bytes[..random.Next(bytes.Length + 1)] : [.. bytes, .. Last];
    }

    private byte[] Request(long number, Random random)
    {
        var method = random.Next(10) switch { < 6 => "POST", < 8 => "GET", _ => Pick(Methods, random) };
        var body = Body(number, random);
        var path = method == "GET" && random.Next(2) == 0 ? $"/graphql?query={Uri.EscapeDataString(Encoding.UTF8.GetString(documents.Make(number)))}" : random.Next(4) == 0 ? Pick(Paths, random) : "/graphql";
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{method} {path} {(random.Next(12) == 0 ? Pick(Versions, random) : "HTTP/1.1")}\r\n");
        head.Append(random.Next(30) == 0 ? "" : "Host: localhost\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Type: {(random.Next(4) == 0 ? Pick(BodyTypes, random) : "application/json")}\r\n");
        head.Append(random.Next(3) == 0 ? "" : $"Accept: {Pick(Accepts, random)}\r\n");
        for (var odd = random.Next(8); odd > 5; odd--)
        {
            head.Append(CultureInfo.InvariantCulture, $"{Pick(Oddities, random)}\r\n");
        }

        head.Append(random.Next(200) switch { 0 => $"X: {new string('x', 40_000)}\r\n", 1 => string.Concat(Enumerable.Range(0, 200).Select(i => $"X{i}: y\r\n")), _ => "" });
        if (random.Next(15) == 0)
        {
            head.Append("Content-Encoding: gzip\r\n");
            body = Compressed(body, random);
        }

        if (method is "GET" or "HEAD" && random.Next(10) != 0)
        {
            return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
        }

        if (random.Next(3) == 0)
        {
            head.Append("Transfer-Encoding: chunked\r\n\r\n");
            return [.. Encoding.UTF8.GetBytes(head.ToString()), .. Chunked(body, random)];
        }

        var length = body.Length + (random.Next(12) switch { 0 => 1, 1 => -1, 2 => 100, _ => 0 });
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. body];
    }

    private byte[] Body(long number, Random random)
    {
        if (random.Next(2) == 0)
        {
            return JsonSerializer.SerializeToUtf8Bytes(new { query = Encoding.UTF8.GetString(documents.Make(number)), operationName = random.Next(4) == 0 ? "A" : null });
        }

        var body = random.Next(2) == 0 ? Encoding.UTF8.GetBytes(Pick(Bodies, random)) : _bodies.Make(number, random);
        return random.Next(2) == 0 ? ByteDamage.Apply(body, Pieces, random) : body;
    }

    private static byte[] Chunked(byte[] body, Random random)
    {
        using var all = new MemoryStream();
        for (var at = 0; at < body.Length;)
        {
            var size = Math.Min(random.Next(1, body.Length + 1), body.Length - at);
            all.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{size + (random.Next(40) == 0 ? 1 : 0):x}{(random.Next(10) == 0 ? ";a=b" : "")}\r\n")));
            all.Write(body, at, size);
            all.Write("\r\n"u8);
            at += size;
        }

        all.Write(random.Next(10) switch { 0 => ""u8, 1 => "0\r\nTrailer: x\r\n\r\n"u8, _ => "0\r\n\r\n"u8 });
        return all.ToArray();
    }

    private static byte[] Compressed(byte[] body, Random random)
    {
        using var all = new MemoryStream();
        using (var gzip = new GZipStream(all, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return random.Next(3) == 0 ? ByteDamage.Apply(all.ToArray(), Pieces, random) : all.ToArray();
    }

    private static string Pick(string[] from, Random random) => from[random.Next(from.Length)];
}
