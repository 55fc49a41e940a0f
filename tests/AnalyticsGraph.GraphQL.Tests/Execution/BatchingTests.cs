using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Breadth-first execution: a field runs once for all parents of a level, and a store is asked once a level.</summary>
public sealed class BatchingTests
{
    private const string Sdl = "type Query { rows: [Row!]! } type Row { id: Int! child: Row children: [Row!]! slow(by: Int): Int }";

    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    public async Task Execute_Should_RunAFieldOncePerLevel_When_ParentsAreMany(int rows)
    {
        var runs = new List<string>();
        var server = Server(rows, (name, parents) => runs.Add($"{name}({parents})"));

        await server.AskAsync("{ rows { id children { id child { id } } } }");

        Assert.Equal(["rows(1)", $"Row.id({rows})", $"children({rows})", $"Row.id({2 * rows})", $"child({2 * rows})", $"Row.id({2 * rows})"], runs);
    }

    [Fact]
    public async Task Execute_Should_NotRunAField_When_ItHasNoParents()
    {
        var runs = new List<string>();
        var server = Server(0, (name, _) => runs.Add(name));

        Assert.Equal("""{"data":{"rows":[]}}""", await server.AskAsync("{ rows { id children { id } } }"));

        Assert.Equal(["rows"], runs);
    }

    [Fact]
    public async Task Execute_Should_AskAStoreOncePerLevel_When_ManyFieldsNeedIt()
    {
        var server = Server(3, (_, _) => { });
        var store = new RecordingStore();

        var body = await server.AskAsync(
            "{ rows { a: slow(by: 1) b: slow(by: 2) child { slow(by: 10) } } }", configure: context => store.Join(context));

        Assert.Equal("""{"data":{"rows":[{"a":1,"b":2,"child":{"slow":10}},{"a":2,"b":3,"child":{"slow":11}},{"a":3,"b":4,"child":{"slow":12}}]}}""", body);
        Assert.Equal(["slow slow", "slow"], store.Rounds);
    }

    [Fact]
    public async Task Execute_Should_DispatchInOrder_When_AStoreAsksALaterOneWhileDispatching()
    {
        var log = new List<string>();
        var late = new ScriptedDispatcher(2, log, () => { });
        var early = new ScriptedDispatcher(1, log, late.Ask);
        var server = new TestServer("type Query { a: Int b: Int }", bindings => bindings
            .Bind("Query", "a", FieldResolver.FromBatch(async (parents, _) =>
            {
                early.Ask();
                await late.Answer;
                return new Int32Column([1]);
            }))
            .Bind("Query", "b", FieldResolver.FromRequest(_ => ValueTask.FromResult(2))));

        var body = await server.AskAsync("{ a b }", configure: context =>
        {
            context.AddDispatcher(late);
            context.AddDispatcher(early);
        });

        Assert.Equal("""{"data":{"a":1,"b":2}}""", body);
        Assert.Equal(["dispatch 1", "dispatch 2"], log);
    }

    private static TestServer Server(int rows, Action<string, int> onRun)
    {
        TestServer server = null!;
        server = new TestServer(Sdl, bindings => bindings
            .Bind("Query", "rows", Batch("rows", _ => new ListColumn([0, rows], new ObjectColumn(Rows(rows)))))
            .Bind("Row", "id", Batch("Row.id", parents => new Int32Column((int[])parents.Source)))
            .Bind("Row", "child", Batch("child", parents => new ObjectColumn(Rows(parents.Count))))
            .Bind("Row", "children", Batch("children", parents =>
                new ListColumn([.. Enumerable.Range(0, parents.Count + 1).Select(i => 2 * i)], new ObjectColumn(Rows(2 * parents.Count)))))
            .Bind("Row", "slow", FieldResolver.FromBatch(async (parents, context) =>
            {
                await context.Request.Get<RecordingStore>().AskAsync(context.Field.Definition.Name);
                var by = context.Arguments.Get<int>("by");
                return new Int32Column([.. ((int[])parents.Source).Select(id => id + by)]);
            })));
        return server;

        ObjectBatch Rows(int count) => new(server.Type("Row"), count, Enumerable.Range(0, count).ToArray());

        FieldResolver Batch(string name, Func<ObjectBatch, Column> make) => FieldResolver.FromBatch((parents, _) =>
        {
            onRun(name, parents.Count);
            return ValueTask.FromResult(make(parents));
        });
    }

    /// <summary>A store that answers all questions of a round trip later, on another thread.</summary>
    private sealed class RecordingStore : ILevelDispatcher
    {
        private readonly List<string> _questions = [];
        private TaskCompletionSource _round = New();

        public List<string> Rounds { get; } = [];

        public int Order => 0;

        public bool HasPending => _questions.Count > 0;

        public void Join(RequestContext context)
        {
            context.Set(this);
            context.AddDispatcher(this);
        }

        public Task AskAsync(string question)
        {
            _questions.Add(question);
            return _round.Task;
        }

        public void Dispatch(CancellationToken cancellationToken)
        {
            Rounds.Add(string.Join(' ', _questions));
            _questions.Clear();
            var round = _round;
            _round = New();
            ThreadPool.QueueUserWorkItem(_ => round.SetResult());
        }

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class ScriptedDispatcher(int order, List<string> log, Action whileDispatching) : ILevelDispatcher
    {
        private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Answer => _answer.Task;

        public int Order => order;

        public bool HasPending { get; private set; }

        public void Ask() => HasPending = true;

        public void Dispatch(CancellationToken cancellationToken)
        {
            log.Add($"dispatch {order}");
            HasPending = false;
            whileDispatching();
            _answer.SetResult();
        }
    }
}
