using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Hostile;

/// <summary>Whatever is sent to the whole server: a 4xx or a GraphQL error with its code; never a fault of the server's, and nothing changes.</summary>
[Collection("sample")]
public sealed class MalformedRequestTests(SampleServer sample)
{
    private const string Sql = "'; DROP TABLE run; --";

    /// <summary>A name, the body, and its media type.</summary>
    private static readonly (string Name, byte[] Body, string? Type)[] Requests =
    [
        // The body.
        Raw("empty body", ""), Raw("blank body", "  \n"), Raw("half an object", "{"), Raw("an array", "[]"), Raw("a batch of arrays", """[[{"query":"{ __typename }"}]]"""), Raw("a batch of nothing", "[{}, null]"), Raw("null", "null"), Raw("a number", "1"),
        Raw("no query", "{}"), Raw("query is null", """{"query":null}"""), Raw("query is a number", """{"query":1}"""), Raw("NaN as a variable", """{"query":"query($a:Int){runs(first:$a){totalCount}}","variables":{"a":NaN}}"""),
        Raw("variables are a list", """{"query":"{ __typename }","variables":[1]}"""), Raw("a lone surrogate", """{"query":"{ run(uuid: \"\ud800\") { id } }"}"""), Raw("text after the end", """{"query":"{ __typename }"} x"""),
        ("bytes that are no UTF-8", [0x7B, 0xFF, 0xFE, 0x7D], "application/json"), ("UTF-8 cut short in the query", [.. "{\"query\":\"{ a # "u8, 0xC3, .. "\"}"u8], "application/json"), ("UTF-16", Encoding.Unicode.GetBytes("""{"query":"{ __typename }"}"""), "application/json"),
        ("a form", "query=%7B__typename%7D"u8.ToArray(), "application/x-www-form-urlencoded"), ("text", "{ __typename }"u8.ToArray(), "text/plain"), ("no media type", """{"query":"{ __typename }"}"""u8.ToArray(), null),
        ("application/graphql", "{ __typename }"u8.ToArray(), "application/graphql"), ("JSON in another charset", """{"query":"{ __typename }"}"""u8.ToArray(), "application/json; charset=utf-16"),
        // The document.
        Query("empty document", ""), Query("an open brace", "{"), Query("a stray bracket", "{ runs ] }"), Query("a control character", "{ \u0000 }"), Query("an open string", "{ run(uuid: \"abc) { id } }"),
        Query("1 MB of open braces", new string('{', 1_000_000)), Query("nested without end", string.Concat(Enumerable.Repeat("{ experiments { nodes { runs { nodes { experiment ", 2_000))), Query("deep list", $"{{ nodes(ids: {new string('[', 100_000)} }}"),
        Query("deep filter", $"{{ runs(where: {string.Concat(Enumerable.Repeat("{and: [", 60))}{{}}{string.Concat(Enumerable.Repeat("]}", 60))}) {{ totalCount }} }}"),
        Query("a cycle of fragments", "{ runs { nodes { ...a } } } fragment a on Run { ...b } fragment b on Run { parent { ...a } }"), Query("an unknown fragment", "{ ...nobody }"), Query("an unused fragment", "{ __typename } fragment a on Run { id }"),
        Query("an unknown field", "{ runz { totalCount } }"), Query("an unknown argument", "{ runs(frist: 5) { totalCount } }"), Query("an unknown operator", "{ runs(where: {uuid: {like: \"%\"}}) { totalCount } }"), Query("no selection", "{ runs }"),
        Query("selection of a leaf", "{ runs { totalCount { x } } }"), Query("an unknown directive", "{ __typename @nope }"), Query("fields that cannot merge", "{ runs(first: 1) { totalCount } runs(first: 2) { totalCount } }"),
        Query("a subscription", "subscription { x }"), Query("a type definition", "type Query { a: Int }"), Query("two operations, none named", "query a { __typename } query b { __typename }"),
        Query("a mutation without its input", "mutation { createExperiment { errors { __typename } } }"), Query("a mutation of an unknown kind", "mutation { dropEverything }"),
        // Values.
        Query("text for a number", "{ runs(first: \"ten\") { totalCount } }"), Query("a page too large", "{ runs(first: 1001) { nodes { id } } }"), Query("a page below zero", "{ runs(first: -1) { nodes { id } } }"), Query("first and last", "{ runs(first: 1, last: 1) { nodes { id } } }"),
        Query("a cursor of nobody", $"{{ runs(after: \"{Sql}\") {{ nodes {{ id }} }} }}"), Query("an id of nobody", $"{{ node(id: \"{Sql}\") {{ id }} runs(first: 5000) {{ totalCount nodes {{ id }} }} }}"), Query("an enum of nobody", "{ runs(where: {status: {eq: SLEEPING}}) { totalCount } }"),
        Query("a date of nobody", "{ runs(where: {startTime: {gt: \"2026-02-30T00:00:00Z\"}}) { totalCount } }"), Query("a number too large", "{ runs(where: {params: {some: {number: {gt: 1e999}}}}) { totalCount } }"), Query("a Long too large", "{ runMetrics(where: {count: {gt: 9223372036854775808}}) { totalCount } }"),
        Query("a look-up without a key", "{ run { id } }"), Query("a look-up by null", "{ run(uuid: null) { id } }"), Query("2,000 conditions", $"{{ runs(where: {{or: [{string.Concat(Enumerable.Repeat("{uuid: {eq: \"a\"}}", 2_000))}]}}) {{ totalCount }} }}"),
        Query("2,000 ids", $"{{ nodes(ids: [{string.Concat(Enumerable.Repeat("\"UnVuOjE=\" ", 2_000))}]) {{ id }} }}"), Query("100,000 fields", $"{{ {string.Concat(Enumerable.Repeat("__typename ", 100_000))} }}"),
        Variable("a variable of the wrong type", "query($f: Int!) { runs(first: $f) { totalCount } }", """{"f": "ten"}"""), Variable("a variable that is missing", "query($f: Int!) { runs(first: $f) { totalCount } }", "{}"),
        Variable("a filter of the wrong form", "query($w: RunFilterInput) { runs(where: $w) { totalCount } }", """{"w": {"uuid": {"eq": 5}}}"""), Variable("an input with too much", "mutation($i: CreateExperimentInput!) { createExperiment(input: $i) { errors { __typename } } }", """{"i": {"name": "x", "admin": true}}"""),
        Variable("NaN where there is none", "mutation($i: LogBatchInput!) { logBatch(input: $i) { newPoints } }", """{"i": {"runId": "UnVuOjE=", "metrics": [{"key": "k", "value": "not a number"}]}}"""), Variable("a metric of null", "mutation($i: LogBatchInput!) { logBatch(input: $i) { newPoints } }", """{"i": {"runId": "UnVuOjE=", "metrics": [{"key": "k", "value": null}]}}"""),
    ];

    public static TheoryData<string> Names => [.. Requests.Select(request => request.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Post_Should_AnswerWithACode_When_RequestIsMalformed(string name)
    {
        var (_, body, type) = Requests.Single(request => request.Name == name);
        foreach (var accept in (string[])["application/json", "application/graphql-response+json"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            request.Headers.Accept.ParseAdd(accept);

            using var response = await sample.Server.Http.SendAsync(request);

            Assert.True(response.StatusCode == HttpStatusCode.OK || (int)response.StatusCode is >= 400 and < 500, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

            // A list of requests is answered by a list.
            var errors = (json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.EnumerateArray().ToArray() : [json.RootElement]).Select(answer => answer.GetProperty("errors"));
            Assert.All(errors, list => Assert.NotEqual(0, list.GetArrayLength()));
            Assert.All(errors.SelectMany(list => list.EnumerateArray()), error =>
            {
                Assert.NotEmpty(error.GetProperty("message").GetString()!);
                Assert.DoesNotContain(error.At("extensions.code").GetString(), (string?[])[null, "", "INTERNAL_SERVER_ERROR", "STORE_UNAVAILABLE", "NON_NULL_VIOLATION"]);
            });
        }
    }

    [Fact]
    public async Task Posts_Should_ChangeNothing_When_RequestsAreMalformed()
    {
        Assert.InRange(Requests.Length, 50, int.MaxValue);
        var before = await RowCounts.ReadAsync(sample.Postgres, sample.ClickHouse);
        foreach (var (name, _, _) in Requests)
        {
            await Post_Should_AnswerWithACode_When_RequestIsMalformed(name);
        }

        Assert.Equal(before, await RowCounts.ReadAsync(sample.Postgres, sample.ClickHouse));
    }

    [Fact]
    public async Task Get_Should_RefuseMutations_When_TheyComeByLink()
    {
        using var response = await sample.Server.Http.GetAsync("graphql?query=" + Uri.EscapeDataString("mutation { createExperiment(input: {name: \"by link\"}) { errors { __typename } } }"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Contains("OPERATION_NOT_ALLOWED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static (string, byte[], string?) Raw(string name, string body) => (name, Encoding.UTF8.GetBytes(body), "application/json");

    private static (string, byte[], string?) Query(string name, string query) => (name, JsonSerializer.SerializeToUtf8Bytes(new { query }), "application/json");

    private static (string, byte[], string?) Variable(string name, string query, string variables) =>
        (name, JsonSerializer.SerializeToUtf8Bytes(new { query, variables = JsonSerializer.Deserialize<JsonElement>(variables) }), "application/json");
}
