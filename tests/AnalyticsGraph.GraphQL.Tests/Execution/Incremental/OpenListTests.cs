using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Streamed lists whose items a store still sends (<see cref="OpenListColumn"/>).</summary>
public sealed class OpenListTests
{
    private const string Sdl =
        """
        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD
        type Query { log: Log! late: String }
        type Log { name: String! steps: [Int!]! values: [Int]! entries: [Entry!]! }
        type Entry { id: Int! text: String! }
        """;

    [Fact]
    public async Task OpenList_Should_SendEachChunk_When_ItComes()
    {
        var server = new Server([[1, 2, 3], [4, 5], [6]]);

        Assert.Equal(
            [
                """{"data":{"log":{"name":"log","steps":[1]}},"hasNext":true,"pending":[{"id":"0","path":["log","steps"],"label":"rest"}]}""",
                """{"hasNext":true,"incremental":[{"id":"0","items":[2,3]}]}""",
                """{"hasNext":true,"incremental":[{"id":"0","items":[4,5]}]}""",
                """{"hasNext":false,"incremental":[{"id":"0","items":[6]}],"completed":[{"id":"0"}]}""",
            ],
            await server.PartsAsync("""{ log { name steps @stream(initialCount: 1, label: "rest") } }"""));
    }

    [Fact]
    public async Task OpenList_Should_ReadNothing_When_NobodyTookThePartBefore()
    {
        var server = new Server([[1], [2], [3], [4]]);
        await using var parts = server.Graph.ReadPartsAsync("{ log { steps @stream } }").GetAsyncEnumerator();

        List<int> reads = [];
        while (await parts.MoveNextAsync())
        {
            reads.Add(server.Reads);
        }

        Assert.Equal([0, 0, 1, 2, 3], reads);
    }

    [Fact]
    public async Task OpenList_Should_ComeWhole_When_NothingIsLeftAfterTheFirstItems()
    {
        var server = new Server([[1, 2]]);

        Assert.Equal("""{"data":{"log":{"steps":[1,2]}}}""", Assert.Single(await server.PartsAsync("{ log { steps @stream(initialCount: 5) } }")));
    }

    [Fact]
    public async Task OpenList_Should_EndWithoutItems_When_TheStoreHasNoMore()
    {
        var server = new Server([[1], []]);

        Assert.Equal(
            [
                """{"data":{"log":{"steps":[1]}},"hasNext":true,"pending":[{"id":"0","path":["log","steps"]}]}""",
                """{"hasNext":false,"completed":[{"id":"0"}]}""",
            ],
            await server.PartsAsync("{ log { steps @stream(initialCount: 1) } }"));
    }

    [Fact]
    public async Task OpenLists_Should_GoOnTogether_When_TheyShareAFeed()
    {
        var server = new Server([[1, 2, 3], [4, 5], [6]]);

        var parts = await server.PartsAsync("{ log { steps @stream(initialCount: 3) values @stream(initialCount: 1) } }");

        Assert.Equal(
            [
                """{"data":{"log":{"steps":[1,2,3],"values":[-1]}},"hasNext":true,"pending":[{"id":"0","path":["log","steps"]},{"id":"1","path":["log","values"]}]}""",
                """{"hasNext":true,"incremental":[{"id":"1","items":[-2,-3]}]}""",
                """{"hasNext":true,"incremental":[{"id":"0","items":[4,5]},{"id":"1","items":[-4,-5]}]}""",
                """{"hasNext":false,"incremental":[{"id":"0","items":[6]},{"id":"1","items":[-6]}],"completed":[{"id":"0"},{"id":"1"}]}""",
            ],
            parts);
        Assert.Equal(2, server.Reads);
    }

    [Fact]
    public async Task OpenList_Should_ResolveTheObjectsOfEachChunk()
    {
        var server = new Server([[1, 2], [3, 4]]);

        var parts = await server.PartsAsync("{ log { entries @stream(initialCount: 1) { id ... @defer { text } } } }");

        Assert.Equal("""{"data":{"log":{"entries":[{"id":1}]}},"hasNext":true,"pending":[{"id":"0","path":["log","entries",0]},{"id":"1","path":["log","entries"]}]}""", parts[0]);
        Assert.Contains("""{"id":"1","items":[{"id":2}]}""", parts[1], StringComparison.Ordinal);
        Assert.Equal([1, 1, 1, 1, 2, 2], server.Resolved.Order());
    }

    [Fact]
    public async Task OpenList_Should_StreamWithinADeferredFragment()
    {
        var server = new Server([[1], [2]]);

        Assert.Equal(
            [
                """{"data":{},"hasNext":true,"pending":[{"id":"0","path":[]}]}""",
                """{"hasNext":true,"pending":[{"id":"1","path":["log","steps"]}],"incremental":[{"id":"0","data":{"log":{"steps":[1]}}}],"completed":[{"id":"0"}]}""",
                """{"hasNext":false,"incremental":[{"id":"1","items":[2]}],"completed":[{"id":"1"}]}""",
            ],
            await server.PartsAsync("{ ... @defer { log { steps @stream(initialCount: 1) } } }"));
    }

    [Fact]
    public async Task OpenList_Should_EndWithAnError_When_TheStoreFailsInTheMiddle()
    {
        var server = new Server([[1], [2], [3]]) { FailsAt = 2 };

        var parts = await server.PartsAsync("{ log { steps @stream values @stream } }");

        // What was read before stays delivered; every list of the feed is told why it ends.
        Assert.Equal(4, parts.Count);
        Assert.Contains("\"items\":[2]", parts[2], StringComparison.Ordinal);
        Assert.Equal(
            """{"hasNext":false,"completed":[{"id":"0","errors":[{"message":"lost","locations":[{"line":1,"column":9}],"path":["log","steps"],"extensions":{"code":"STORE_UNAVAILABLE"}}]},{"id":"1","errors":[{"message":"lost","locations":[{"line":1,"column":23}],"path":["log","values"],"extensions":{"code":"STORE_UNAVAILABLE"}}]}]}""",
            parts[3]);
    }

    [Fact]
    public async Task OpenList_Should_LetOthersBeTold_When_ItWaits()
    {
        var server = new Server([[1], [2]]) { Waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        await using var parts = server.Graph.ReadPartsAsync("{ log { steps @stream(initialCount: 1) } ... @defer { late } }").GetAsyncEnumerator();

        Assert.True(await parts.MoveNextAsync());
        Assert.True(await parts.MoveNextAsync());
        Assert.Contains("""{"id":"0","data":{"late":"late"}}""", parts.Current, StringComparison.Ordinal);
        server.Waits.SetResult();
        Assert.True(await parts.MoveNextAsync());
        Assert.Equal("""{"hasNext":false,"incremental":[{"id":"1","items":[2]}],"completed":[{"id":"1"}]}""", parts.Current);
    }

    [Fact]
    public async Task OpenList_Should_BeCancelled_When_TheClientLeaves()
    {
        var server = new Server([[1], [2]]) { Waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        using var leaving = new CancellationTokenSource();
        await using var parts = server.Graph.ReadPartsAsync("{ log { steps @stream(initialCount: 1) } }", cancellationToken: leaving.Token).GetAsyncEnumerator();
        await parts.MoveNextAsync();
        var next = parts.MoveNextAsync();

        await leaving.CancelAsync();

        Assert.True(await next);
        Assert.Contains("\"code\":\"CANCELLED\"", parts.Current, StringComparison.Ordinal);
        Assert.True(server.WasCancelled);
    }

    [Fact]
    public async Task OpenList_Should_BeAFault_When_TheFieldDoesNotStream()
    {
        var server = new Server([[1], [2]]) { AlwaysOpen = true };

        Assert.Contains("INTERNAL", Assert.Single(await server.PartsAsync("{ log { steps } }")), StringComparison.Ordinal);
    }

    private sealed class Server
    {
        private readonly int[][] _chunks;
        private readonly List<int> _resolved = [];

        public Server(int[][] chunks)
        {
            _chunks = chunks;
            Graph = new TestServer(Sdl, bindings => bindings
                .Bind("Query", "log", FieldResolver.FromBatch((_, _) => new(new ObjectColumn(new ObjectBatch(Graph!.Type("Log"), 1, new Feed(this))))))
                .Bind("Query", "late", FieldResolver.FromBatch((_, _) => new(new StringColumn(["late"]))))
                .Bind("Log", "name", FieldResolver.FromBatch((_, _) => new(new StringColumn(["log"]))))
                .Bind("Log", "steps", List(chunk => new Int32Column(chunk)))
                .Bind("Log", "values", List(chunk => new Int32Column(Array.ConvertAll(chunk, step => -step))))
                .Bind("Log", "entries", List(chunk => new ObjectColumn(ObjectBatch.Of(Graph!.Type("Entry"), chunk))))
                .Bind("Entry", "id", Entry(ids => new Int32Column(ids)))
                .Bind("Entry", "text", Entry(ids => new StringColumn(Array.ConvertAll(ids, id => $"entry {id}")))));
        }

        public TestServer Graph { get; }

        public int Reads { get; private set; }

        public int FailsAt { get; init; } = int.MaxValue;

        public bool AlwaysOpen { get; init; }

        public TaskCompletionSource? Waits { get; init; }

        public bool WasCancelled { get; private set; }

        /// <summary>For how many objects fields were resolved, one after another.</summary>
        public IEnumerable<int> Resolved => _resolved;

        public Task<List<string>> PartsAsync(string query) => Graph.PartsAsync(query);

        private FieldResolver List(Func<int[], Column> column) => FieldResolver.FromBatch((batch, context) =>
        {
            var feed = (Feed)batch.Source;
            Assert.True(AlwaysOpen || context.IsStreamed(context.Field, null, out _));
            return new(new OpenListColumn(feed, () => column(feed.Chunk)));
        });

        private FieldResolver Entry(Func<int[], Column> column) => FieldResolver.FromBatch((batch, _) =>
        {
            _resolved.Add(batch.Count);
            return new(column((int[])batch.Source));
        });

        private sealed class Feed(Server server) : IItemFeed
        {
            private int _at;

            public int[] Chunk => server._chunks[_at];

            public bool IsComplete => _at == server._chunks.Length - 1;

            public async Task<bool> ReadAsync(CancellationToken cancellationToken)
            {
                server.Reads++;
                if (++_at == server.FailsAt)
                {
                    throw new GraphQLException(new GraphQLError("lost", ErrorCodes.StoreUnavailable));
                }

                try
                {
                    await (server.Waits?.Task ?? Task.CompletedTask).WaitAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    server.WasCancelled = true;
                    throw;
                }

                return true;
            }
        }
    }
}
