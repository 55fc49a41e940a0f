using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Fuzz.Documents;

namespace AnalyticsGraph.GraphQL.Fuzz.Http;

/// <summary>Bodies of requests that are more than a document: lists of requests, lists of variables, documents by their hash or name.</summary>
internal sealed class BodySource(DocumentSource documents)
{
    private const int MostRequests = 12;

    private static readonly string[] Ids = ["Dogs", "Count", "sha256:00", "", "dogs", "Dogs/..", "\0", "Nobody", new('x', 300)];
    private static readonly object?[] Values = [null, 1, -0.5, 1e300, "text", true, Array.Empty<object>(), new[] { 1 }, new { name = "n" }, new { id = 1, name = "n" }, new string('v', 2_000)];

    /// <summary>The body of a number.</summary>
    public byte[] Make(long number, Random random) => JsonSerializer.SerializeToUtf8Bytes(random.Next(3) switch
    {
        0 => Enumerable.Range(0, random.Next(MostRequests)).Select(offset => Request(number + offset, random)).ToArray(),
        1 => new { query = Text(number), variables = Enumerable.Range(0, random.Next(MostRequests)).Select(_ => random.Next(10) == 0 ? Value(random) : Variables(random)).ToArray() },
        _ => Request(number, random),
    });

    private object? Request(long number, Random random) => random.Next(8) switch
    {
        0 => new { documentId = Pick(Ids, random), variables = Variables(random) },
        1 => new { documentId = HashOf(FuzzGraph.Trusted), operationName = Pick(["Dogs", "Count", "A"], random) },
        2 => new { query = Text(number), extensions = Persisted(HashOf(Text(number)), random) },
        3 => new { extensions = Persisted(HashOf(Text(number)), random) },
        4 => new { query = Text(number), extensions = Persisted(HashOf(Text(number + 1)), random) },
        5 => Value(random),
        _ => new { query = Text(number), variables = Variables(random), operationName = random.Next(4) == 0 ? "A" : null },
    };

    private static object Persisted(string hash, Random random) => new
    {
        persistedQuery = random.Next(8) switch { 0 => (object)new { version = 2, sha256Hash = hash }, 1 => new { version = 1 }, 2 => new { version = "1", sha256Hash = 7 }, 3 => hash, _ => new { version = 1, sha256Hash = hash } },
    };

    private static Dictionary<string, object?> Variables(Random random) => Enumerable.Range(0, random.Next(4)).ToDictionary(i => $"v{i}", _ => Value(random));

    private static object? Value(Random random) => Values[random.Next(Values.Length)];

    private string Text(long number) => Encoding.UTF8.GetString(documents.Make(number));

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Pick(string[] from, Random random) => from[random.Next(from.Length)];
}
