using System.Collections.Immutable;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Resolvers and schema are held to each other at start-up.</summary>
public sealed class BindingTests
{
    [Fact]
    public void Create_Should_ListEveryFault_When_SchemaAndResolversDoNotFit()
    {
        var faults = Assert.Throws<SchemaBindingException>(() => new TestServer(
            """
            type Query { unbound: Int twice: Int text: Int list: [Int] row: Row rows: [Row] state: State }
            type Row { id: ID! name: String missing: Int size: Boolean } enum State { ON } type Unreachable { x: Int }
            """,
            bindings => bindings
                .BindType<Row>("Row").BindType<Row>("State").BindType<string>("Row")
                .Bind("Query", "twice", Value(1)).Bind("Query", "twice", Value(1))
                .Bind("Query", "text", Value("text")).Bind("Query", "list", Value(1)).Bind("Query", "row", Value("text"))
                .Bind("Query", "rows", Value(new[] { new Row(1, "a", 2) })).Bind("Query", "state", Value(DayOfWeek.Friday))
                .Bind("Query", "nothing", Value(1)).Bind("Nothing", "x", Value(1)))).Faults;

        Assert.Equal(
            string.Join('\n',
            [
                "Row is bound to State, which is no object type of the schema.",
                "Row is bound to two CLR types, Row and String.",
                "Query.twice is bound twice.",
                "A resolver is bound to Query.nothing, but Query has no such field.",
                "A resolver is bound to Nothing.x, but Nothing is no object type of the schema.",
                "Query.unbound has no resolver.",
                "Query.text has the type Int, but its resolver yields String: Int32, Int16, UInt16, Byte fit.",
                "Query.list has the type [Int], but its resolver yields Int32: a list is needed.",
                "Query.row has the type Row, but its resolver yields String: Row is bound to the CLR type Row.",
                "Query.state has the type State, which has no value for DayOfWeek.Sunday.",
                "Row.missing has no resolver, and Row, to which Row is bound, has no public property of that name.",
                "Row.size has the type Boolean, but its resolver yields Int32: Boolean fit.",
            ]),
            string.Join('\n', faults));
    }

    [Fact]
    public void Create_Should_TellWhichFieldsOpenNoStream_When_TheyAreOfASubscription()
    {
        var events = FieldResolver.FromEvents(_ => ValueTask.FromResult(new[] { 1 }.ToAsyncEnumerable()));
        var faults = Assert.Throws<SchemaBindingException>(() => new TestServer(
            "type Query { x: Int } type Subscription { fine: Int value: Int text: Int none: Int }",
            bindings => bindings.Bind("Query", "x", events)
                .Bind("Subscription", "fine", events).Bind("Subscription", "value", Value(1))
                .Bind("Subscription", "text", FieldResolver.FromEvents(_ => ValueTask.FromResult(new[] { "a" }.ToAsyncEnumerable()))))).Faults;

        Assert.Equal<string>(
            [
                "Query.x has a resolver for subscriptions.",
                "Subscription.value has a resolver that opens no stream of events.",
                "Subscription.text has the type Int, but its resolver yields String: Int32, Int16, UInt16, Byte fit.",
                "Subscription.none has no resolver.",
            ],
            faults);
    }

    [Fact]
    public async Task Execute_Should_WriteEveryClrType_When_PropertiesAreBoundByName()
    {
        var server = new TestServer(
            """
            type Query { all: All }
            type All {
              id: ID! number: ID int: Int! none: Int long: Long short: Int double: Double single: Float decimal: Double nan: Double text: String guid: String yes: Boolean
              moment: DateTime offset: DateTime duration: Duration json: JSON state: State! states: [State!] ints: [Int!]! maybe: [Int] matrix: [[Int!]!] empty: [Int] noList: [Int]
              array: [Int!] sub: Sub subs: [Sub]
            }
            type Sub { name: String } enum State { READY IN_PROGRESS } scalar Long scalar Double scalar DateTime scalar Duration scalar JSON
            """,
            bindings => bindings.BindType<All>("All").BindType<Sub>("Sub").Bind("Query", "all", Value(new All())));

        Assert.Equal(
            """
            {"data":{"all":{"id":"7","number":"9007199254740993","int":-5,"none":null,"long":9007199254740993,"short":3,"double":0.1,"single":0.1,"decimal":1.10,"nan":"NaN","text":"a\"b",
            "guid":"00000000-0000-0000-0000-000000000001","yes":true,"moment":"2026-01-02T03:04:05.678Z","offset":"2026-01-02T01:04:05.000001Z","duration":"PT1H0.5S","json":{"a":[1]},
            "state":"IN_PROGRESS","states":["READY"],"ints":[1,2],"maybe":[1,null],"matrix":[[1],[]],"empty":[],"noList":null,"array":null,"sub":{"name":"s"},"subs":[{"name":"t"},null]}}}
            """.ReplaceLineEndings(""),
            await server.AskAsync(
                """
                { all { id number int none long short double single decimal nan text guid yes moment offset duration json state states ints maybe matrix empty noList array sub { name } subs { name } } }
                """));
    }

    [Fact]
    public async Task Bind_Should_HappenOncePerDocument_When_RequestsRepeat()
    {
        var resolver = new CountingResolver();
        var server = new TestServer("type Query { x(by: Int): Int }", bindings => bindings.Bind("Query", "x", resolver), new GraphQLExecutorOptions { MaxCachedDocuments = 2 });

        foreach (var query in new[] { "{ x }", "{ x }", "query ($v: Int) { x(by: $v) }", "query ($v: Int) { x(by: $v) }", "{ x }" })
        {
            await server.AskAsync(query, new { v = resolver.Bound });
        }

        Assert.Equal(2, resolver.Bound);
        for (var i = 0; i < 10; i++)
        {
            await server.AskAsync($"{{ x{i}: x }}");
        }

        await server.AskAsync("{ x9: x }");
        Assert.Equal(12, resolver.Bound);
    }

    [Fact]
    public async Task Bind_Should_GiveChildrenWhatTheirParentLeft()
    {
        var seen = new List<object?>();
        var server = new TestServer("type Query { row: Row } type Row { x: Int row: Row }", bindings => bindings
            .Bind("Query", "row", new CountingResolver("layout", seen)).Bind("Row", "row", new CountingResolver("inner", seen)).Bind("Row", "x", new CountingResolver(null, seen)));

        await server.AskAsync("{ row { x row { x } } }");

        Assert.Equal([null, "layout", "layout", "inner"], seen);
    }

    private static FieldResolver Value<T>(T value) => FieldResolver.FromRequest(_ => ValueTask.FromResult(value));

    private sealed record Row(int Id, string Name, int Size);

    private sealed record Sub(string Name);

    private enum State
    {
        Ready,
        InProgress,
    }

    private sealed class All
    {
        public int Id => 7;
        public long Number => 9007199254740993;
        public int Int => -5;
        public int? None => null;
        public long Long => 9007199254740993;
        public short Short => 3;
        public double Double => 0.1;
        public float Single => 0.1f;
        public decimal Decimal => 1.10m;
        public double Nan => double.NaN;
        public string Text => "a\"b";
        public Guid Guid => new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
        public bool Yes => true;
        public DateTime Moment => new(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc);
        public DateTimeOffset Offset => new(2026, 1, 2, 3, 4, 5, 0, 1, TimeSpan.FromHours(2));
        public TimeSpan? Duration => TimeSpan.FromHours(1) + TimeSpan.FromSeconds(0.5);
        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>("{\"a\":[1]}");
        public State State => State.InProgress;
        public State[] States => [State.Ready];
        public List<int> Ints => [1, 2];
        public IReadOnlyList<int?> Maybe => [1, null];
        public int[][] Matrix => [[1], []];
        public IEnumerable<int> Empty => [];
        public int[]? NoList => null;
        public ImmutableArray<int> Array => default;
        public Sub Sub => new("s");
        public Sub?[] Subs => [new("t"), null];
    }

    private sealed class CountingResolver(object? childContext = null, List<object?>? seen = null) : FieldResolver
    {
        public int Bound { get; private set; }

        public override FieldStep Bind(FieldBinding binding)
        {
            Bound++;
            seen?.Add(binding.ParentContext);
            return new Step(childContext);
        }

        private sealed class Step(object? childContext) : ImmediateStep
        {
            public override object? ChildContext => childContext;

            public override Column Execute(ObjectBatch parents) => new NullColumn(parents.Count);
        }
    }
}
