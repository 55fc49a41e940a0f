using System.Globalization;
using System.Text;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Long lists of numbers, which are written when the response is sent.</summary>
public sealed class LongListTests
{
    private const string Sdl = """
        scalar Long
        scalar Double
        type Query { longs: [Long!]! doubles: [Double]! box: Box after: Int! }
        type Box { longs: [Long!]! fails: Int! }
        """;

    private static readonly long[] Longs = [.. Enumerable.Range(0, 30_000).Select(i => i % 3 == 0 ? long.MinValue : i)];
    private static readonly double?[] Doubles = [.. Enumerable.Range(0, 25_000).Select(i => i % 1000 == 1 ? (double?)null : i % 1000 == 2 ? double.NaN : -i / 7.0)];

    private static readonly string LongText = string.Join(',', Longs.Select(value => value.ToString(CultureInfo.InvariantCulture)));
    private static readonly string DoubleText =
        string.Join(',', Doubles.Select(value => value is null ? "null" : double.IsNaN(value.Value) ? "\"NaN\"" : value.Value.ToString("R", CultureInfo.InvariantCulture)));

    [Fact]
    public async Task Pieces_Should_BeTheBody_When_ListsAreLong()
    {
        using var inPieces = await ExecuteAsync("{ longs doubles after }");
        using var whole = await ExecuteAsync("{ longs doubles after }");

        Assert.True(inPieces.IsLong);
        var pieces = inPieces.Pieces.Select(piece => Encoding.UTF8.GetString(piece.Span)).ToArray();
        Assert.True(pieces.Max(piece => piece.Length) < 200_000);
        var expected = $$$"""{"data":{"longs":[{{{LongText}}}],"doubles":[{{{DoubleText}}}],"after":7}}""";
        Assert.Equal(expected, string.Concat(pieces));
        Assert.Equal(expected, Encoding.UTF8.GetString(whole.Body.Span));
        Assert.False(whole.IsLong);
    }

    [Fact]
    public async Task Pieces_Should_LeaveOutAList_When_ItsObjectTurnsOutNull()
    {
        using var result = await ExecuteAsync("{ box { longs fails } longs }");

        Assert.False(result.IsLong);
        var body = Encoding.UTF8.GetString(result.Body.Span);
        Assert.StartsWith("{\"errors\":[", body, StringComparison.Ordinal);
        Assert.EndsWith($$$""","data":{"box":null,"longs":[{{{LongText}}}]}}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Should_WriteAtOnce_When_TheLimitCouldBeExceeded()
    {
        var fits = new GraphQLExecutorOptions { MaxResponseBytes = LongText.Length + 100 };
        var tooSmall = new GraphQLExecutorOptions { MaxResponseBytes = 100_000 };

        using var answered = await ExecuteAsync("{ longs }", fits);
        using var refused = await ExecuteAsync("{ longs }", tooSmall);

        Assert.False(answered.IsLong);
        Assert.Equal($$$"""{"data":{"longs":[{{{LongText}}}]}}""", Encoding.UTF8.GetString(answered.Body.Span));
        Assert.Contains("LIMIT_EXCEEDED", Encoding.UTF8.GetString(refused.Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_Should_BeFreed_When_TheirResponseIsDisposed()
    {
        WeakReference? sent = null;
        var server = new TestServer("scalar Long type Query { longs: [Long!]! }", bindings => bindings.Bind("Query", "longs", FieldResolver.FromBatch((_, _) =>
        {
            var column = new Int64Column([.. Longs]);
            sent = new WeakReference(column);
            return ValueTask.FromResult<Column>(new ListColumn([0, Longs.Length], column));
        })));
        var result = await server.ExecuteAsync("{ longs }");
        Assert.True(result.IsLong);

        result.Dispose();
        GC.Collect();

        Assert.False(sent!.IsAlive);
        GC.KeepAlive(result);
        GC.KeepAlive(server);
    }

    private static async Task<ExecutionResult> ExecuteAsync(string query, GraphQLExecutorOptions? options = null)
    {
        var server = new TestServer(
            Sdl,
            bindings => bindings
                .BindType<Box>("Box")
                .Bind("Query", "longs", FieldResolver.FromRequest(_ => ValueTask.FromResult(Longs)))
                .Bind("Query", "doubles", FieldResolver.FromRequest(_ => ValueTask.FromResult(Doubles)))
                .Bind("Query", "box", FieldResolver.FromRequest(_ => ValueTask.FromResult(new Box(Longs, null))))
                .Bind("Query", "after", FieldResolver.FromRequest(_ => ValueTask.FromResult(7))),
            options);
        return await server.ExecuteAsync(query);
    }

    private sealed record Box(long[] Longs, int? Fails);
}
