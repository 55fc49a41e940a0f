using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AnalyticsGraph.GraphQL.Http.Tests;

/// <summary>Whatever is sent: a 4xx, or a GraphQL error with its code; never a 500, and nothing changes.</summary>
public sealed class MalformedRequestTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly string Deep = new('[', 100_000);

    /// <summary>Bodies posted as JSON, the status expected, and a part of the message.</summary>
    public static TheoryData<string, int, string> Bodies => new()
    {
        { "", 400, "body is empty" },
        { " ", 400, "not valid JSON" },
        { "{", 400, "not valid JSON, at line 1, byte 2" },
        { "null", 400, "must be a JSON object" },
        { "\"{ hello }\"", 400, "must be a JSON object" },
        { "[]", 400, "batch is empty" },
        { "[{\"query\":\"{ hello }\"}", 400, "not valid JSON" },
        { "[{\"query\":\"{ hello }\"}]]", 400, "not valid JSON" },
        { "{\"query\":\"{ hello }\",\"variables\":[[]]}", 400, "\"variables\" must be a JSON object" },
        { "{\"query\":\"{ hello }\",\"variables\":[{},1]}", 400, "\"variables\" must be a JSON object" },
        { "{\"documentId\":1}", 400, "\"documentId\" must be a string" },
        { "{\"documentId\":\"\"}", 400, "\"query\" is missing" },
        { "{\"extensions\":{}}", 400, "\"query\" is missing" },
        { "{\"documentId\":\"sha256:00\"}", 200, "No trusted document" },
        { "{\"extensions\":{\"persistedQuery\":1}}", 200, "must be an object" },
        { "{\"extensions\":{\"persistedQuery\":{\"version\":2}}}", 200, "version" },
        { "{\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"zz\"}}}", 200, "64 hexadecimal digits" },
        { "{}", 400, "\"query\" is missing" },
        { "{\"query\":null}", 400, "\"query\" is missing" },
        { "{\"Query\":\"{ hello }\"}", 400, "\"query\" is missing" },
        { "{\"query\":1}", 400, "\"query\" must be a string" },
        { "{\"query\":[\"{ hello }\"]}", 400, "\"query\" must be a string" },
        { "{\"query\":{}}", 400, "\"query\" must be a string" },
        { "{\"query\":\"{ hello }\",}", 400, "not valid JSON" },
        { "{\"query\":\"{ hello }\"} x", 400, "not valid JSON" },
        { "{\"query\":\"{ hello }\"}{}", 400, "not valid JSON" },
        { "{'query':'{ hello }'}", 400, "not valid JSON" },
        { "{\"query\":\"{ hello }\" /* c */}", 400, "not valid JSON" },
        { "{\"query\":\"{ hello \n}\"}", 400, "not valid JSON" },
        { "{\"query\":\"\\ud800\"}", 400, "surrogate" },
        { "{\"qu\\ud800ery\":1,\"query\":\"{ hello }\"}", 400, "surrogate" },
        { "{\"query\":\"{ hello }\",\"operationName\":1}", 400, "\"operationName\" must be a string" },
        { "{\"query\":\"{ hello }\",\"operationName\":\"\\udc00\"}", 400, "surrogate" },
        { "{\"query\":\"{ hello }\",\"operationName\":\"Nobody\"}", 200, "Nobody" },
        { "{\"query\":\"{ hello }\",\"variables\":[]}", 400, "\"variables\" must be a JSON object" },
        { "{\"query\":\"{ hello }\",\"variables\":\"{}\"}", 400, "\"variables\" must be a JSON object" },
        { "{\"query\":\"query($n: String) { hello(name: $n) }\",\"variables\":{\"n\":\"\\ud800\"}}", 400, "surrogate" },
        { "{\"query\":\"query($n: String) { hello(name: $n) }\",\"variables\":{\"n\":NaN}}", 400, "not valid JSON" },
        { "{\"query\":\"query($n: String) { hello(name: $n) }\",\"variables\":{\"n\":5}}", 200, "String cannot represent" },
        { "{\"query\":\"query($n: [Int!]!) { sum(numbers: $n) }\"}", 200, "$n" },
        { "{\"query\":\"query($n: [Int!]!) { sum(numbers: $n) }\",\"variables\":{\"n\":[1,99999999999]}}", 200, "32-bit" },
        { "{\"query\":\"{ hello }\",\"extensions\":1}", 400, "\"extensions\" must be a JSON object" },
        { "{\"query\":\"query($j: JSON) { echo(json: $j) }\",\"variables\":{\"j\":" + Deep, 400, "not valid JSON" },
        { "{\"query\":\"\"}", 200, "<EOF>" },
        { "{\"query\":\"{ hello\"}", 200, "<EOF>" },
        { "{\"query\":\"\\u0000\"}", 200, "U+0000" },
        { "{\"query\":\"{ hellp }\"}", 200, "Did you mean" },
        { "{\"query\":\"{ hello(nam: 1) }\"}", 200, "Unknown argument" },
        { "{\"query\":\"{ a: hello ...A } fragment A on Query { ...B } fragment B on Query { ...A }\"}", 200, "itself" },
        { "{\"query\":\"type A { a: Int }\"}", 200, "not executable" },
        { "{\"query\":\"" + new string('{', 500_000) + "\"}", 200, "Expected Name" },
        { "{\"query\":\"" + string.Concat(Enumerable.Repeat("{a", 250_000)) + "\"}", 200, "nests deeper" },
        { "{\"query\":\"{ echo(json: " + new string('[', 500_000) + "\"}", 200, "nests deeper" },
        { "{\"query\":\"{ hello(name: \\\"'; DROP TABLE run; --\\\") nothing }\"}", 200, "nothing" },
        { "{\"query\":\"{" + string.Concat(Enumerable.Repeat(" hello", 60_000)) + " }\"}", 200, "tokens" },
        { "{\"query\":\"" + new string(' ', 1_100_000) + "\"}", 200, "bytes" },
        { "{\"query\":\"" + new string(' ', 9_000_000) + "\"}", 413, "larger" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Post_Should_AnswerWithACode_When_BodyIsMalformed(string body, int status, string message)
    {
        var server = shared.Server;

        using var asJson = await server.PostAsync(body, "application/json");
        using var asGraphQL = await server.PostAsync(body, "application/graphql-response+json");

        await AssertErrorAsync(asJson, status, message);
        await AssertErrorAsync(asGraphQL, status == 200 ? 400 : status, message);
        Assert.Equal(0, server.Bumps);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x7B })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', (byte)'q', 0xC3, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public async Task Post_Should_Refuse_When_BodyIsNotUtf8(byte[] body)
    {
        var server = shared.Server;

        using var response = await server.PostAsync(body);

        await AssertErrorAsync(response, 400, "not valid UTF-8");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/graphql")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonp")]
    [InlineData(";;;")]
    public async Task Post_Should_Refuse_When_MediaTypeIsNotJson(string? contentType)
    {
        var server = shared.Server;

        using var response = await server.PostAsync("""{"query":"mutation { bump }"}""", contentType: contentType);

        await AssertErrorAsync(response, 415, "application/json");
        Assert.Equal(0, server.Bumps);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/xml, text/*;q=0.5")]
    [InlineData("application/json;q=0")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task Post_Should_Refuse_When_NothingIsAcceptable(string accept)
    {
        await using var server = await GraphQLServer.StartAsync();

        const string Body = """{"query":"mutation { bump }"}""";
        var answer = await server.SendRawAsync(
            $"POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nAccept: {accept}\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

        // An empty header says nothing, and so accepts anything.
        Assert.StartsWith(accept.Length == 0 ? "HTTP/1.1 200" : "HTTP/1.1 406", answer, StringComparison.Ordinal);
        Assert.Equal(accept.Length == 0 ? 1 : 0, server.Bumps);
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("BREW")]
    public async Task Send_Should_NameTheMethods_When_MethodIsNotAllowed(string method)
    {
        var server = shared.Server;
        using var request = new HttpRequestMessage(new HttpMethod(method), server.Url);

        using var response = await server.SendAsync(request);

        await AssertErrorAsync(response, 405, "send GET or POST");
        Assert.Equal(["GET", "POST", "PUT", "DELETE"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("", 400, "\"query\" is missing")]
    [InlineData("?query={hello}&query={hello}", 400, "given once")]
    [InlineData("?query={hello}&variables=[]", 400, "\"variables\" must be")]
    [InlineData("?query={hello}&variables={", 400, "\"variables\" is not valid JSON")]
    [InlineData("?query={hello}&variables={}{}", 400, "\"variables\" is not valid JSON")]
    [InlineData("?query={hello}&extensions=1", 400, "\"extensions\" must be")]
    [InlineData("?query=%FF%FE", 200, "Syntax Error")]
    [InlineData("?query=%", 200, "Syntax Error")]
    [InlineData("?query=", 200, "<EOF>")]
    public async Task Get_Should_AnswerWithACode_When_UrlIsMalformed(string query, int status, string message)
    {
        var server = shared.Server;

        using var response = await server.GetAsync(query);

        await AssertErrorAsync(response, status, message);
    }

    [Fact]
    public async Task Post_Should_Refuse_When_BodyIsCompressed()
    {
        var server = shared.Server;
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Content.Headers.ContentEncoding.Add("br");

        using var response = await server.SendAsync(request);

        await AssertErrorAsync(response, 415, "encoded as br");
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("Content-Length: nonsense\r\n\r\n{}")]
    [InlineData("Content-Length: -1\r\n\r\n{}")]
    public async Task Post_Should_AnswerWith400_When_HttpIsBroken(string rest)
    {
        var server = shared.Server;

        var answer = await server.SendRawAsync($"POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{rest}");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Should_StopReading_When_AChunkedBodyGrowsTooLarge()
    {
        await using var server = await GraphQLServer.StartAsync(new GraphQLHttpOptions { MaxRequestBytes = 1000 });
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent(new string(' ', 5000), Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;

        using var response = await server.SendAsync(request);

        await AssertErrorAsync(response, 413, "1000 bytes");
    }

    [Theory]
    [InlineData("2\r\n{}\r\n0\r\nX: a\0b\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\n{}\r\n0\r\n\r\n")]
    public async Task Post_Should_Refuse_When_ChunksAreMalformed(string chunks)
    {
        await using var server = await GraphQLServer.StartAsync();

        var answer = await server.SendRawAsync(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", chunks);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("malformed", answer, StringComparison.Ordinal);
        Assert.Empty(server.Log);
    }

    [Fact]
    public async Task Post_Should_NeverFail_When_BodiesAreDamaged()
    {
        var server = shared.Server;
        var random = new Random(1);
        var sound = Encoding.UTF8.GetBytes("""{"query":"query A($n: [Int!]!, $j: JSON) { sum(numbers: $n) echo(json: $j) }","operationName":"A","variables":{"n":[1,2,3],"j":{"a":"\u00e9"}}}""");
        for (var i = 0; i < 500; i++)
        {
            var body = sound.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            using var response = await server.PostAsync(body[..random.Next(body.Length / 2, body.Length + 1)], "application/graphql-response+json");

            Assert.True((int)response.StatusCode is 200 or 400, $"{(int)response.StatusCode} for {Convert.ToHexString(body)}");
        }
    }

    private static async Task AssertErrorAsync(HttpResponseMessage response, int status, string message)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, string.Create(CultureInfo.InvariantCulture, $"Expected {status}, got {(int)response.StatusCode}: {body}"));
        using var json = JsonDocument.Parse(body);
        Assert.False(json.RootElement.TryGetProperty("data", out _));
        var errors = json.RootElement.GetProperty("errors").EnumerateArray().ToArray();
        Assert.All(errors, error => Assert.False(string.IsNullOrEmpty(error.GetProperty("extensions").GetProperty("code").GetString())));
        Assert.Contains(errors, error => error.GetProperty("message").GetString()!.Contains(message, StringComparison.Ordinal));
    }
}
