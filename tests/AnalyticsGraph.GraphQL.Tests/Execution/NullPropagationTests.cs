using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Section 6.4.4: where a null or an error ends up.</summary>
public sealed class NullPropagationTests
{
    private static readonly GraphQLError Bad = new("bad", ErrorCodes.NotFound);

    private static readonly TestServer Server = new(
        """
        type Query { box: Box boxMust: Box! boxes: [Box] boxesMust: [Box!] all: [Box!]! ok: Int }
        type Box { null: Int nullMust: Int! error: Int errorMust: Int! ok: Int inner: Box innerMust: Box! list: [Int] listMust: [Int!] allMust: [Int!]! grid: [[Int!]] noList: [Int!]! }
        """,
        bindings =>
        {
            foreach (var (field, rows) in new[] { ("box", 1), ("boxMust", 1), ("boxes", 3), ("boxesMust", 3), ("all", 3) })
            {
                bindings.Bind("Query", field, FieldResolver.FromBatch((_, context) =>
                {
                    var type = (AnalyticsGraph.GraphQL.Types.ObjectType)context.Request.Schema.Types["Box"];
                    var objects = new ObjectColumn(new ObjectBatch(type, rows, Enumerable.Range(0, rows).ToArray()));
                    return ValueTask.FromResult<Column>(context.Field.Definition.Type.Nullable is AnalyticsGraph.GraphQL.Types.ListType ? new ListColumn([0, rows], objects) : objects);
                }));
            }

            bindings.Bind("Query", "ok", FieldResolver.FromRequest(_ => ValueTask.FromResult(1)));
            foreach (var name in new[] { "null", "nullMust" })
            {
                Bind(name, count => new Int32Column(new int[count], [.. Enumerable.Range(0, count).Select(row => row == count / 2)]));
            }

            foreach (var name in new[] { "error", "errorMust" })
            {
                Bind(name, count => new Int32Column(new int[count]) { Errors = new Dictionary<int, GraphQLError> { [count / 2] = Bad } });
            }

            Bind("ok", count => new Int32Column(new int[count]));
            foreach (var name in new[] { "list", "listMust", "allMust" })
            {
                Bind(name, count => new ListColumn([.. Enumerable.Range(0, count + 1).Select(i => 2 * i)], Items(2 * count)));
            }

            Bind("grid", count => new ListColumn(
                [.. Enumerable.Range(0, count + 1).Select(i => 2 * i)],
                new ListColumn([.. Enumerable.Range(0, (2 * count) + 1).Select(i => 2 * i)], Items(4 * count))));
            Bind("noList", count => new NullColumn(count));
            foreach (var name in new[] { "inner", "innerMust" })
            {
                bindings.Bind("Box", name, FieldResolver.FromBatch((parents, context) =>
                    ValueTask.FromResult<Column>(new ObjectColumn(new ObjectBatch(parents.Type, parents.Count, parents.Source)))));
            }

            void Bind(string field, Func<int, Column> make) => bindings.Bind("Box", field, FieldResolver.FromBatch((parents, _) => ValueTask.FromResult(make(parents.Count))));
        });

    [Theory]
    [InlineData("{ box { null ok } }", """{"box":{"null":null,"ok":0}}""")]
    [InlineData("{ box { nullMust ok } ok }", """{"box":null,"ok":1}""", "box.nullMust NON_NULL_VIOLATION")]
    [InlineData("{ box { error ok } }", """{"box":{"error":null,"ok":0}}""", "box.error NOT_FOUND")]
    [InlineData("{ box { errorMust ok } ok }", """{"box":null,"ok":1}""", "box.errorMust NOT_FOUND")]
    [InlineData("{ ok boxMust { nullMust } }", "null", "boxMust.nullMust NON_NULL_VIOLATION")]
    [InlineData("{ box { ok inner { ok innerMust { innerMust { errorMust } } } } }", """{"box":{"ok":0,"inner":null}}""", "box.inner.innerMust.innerMust.errorMust NOT_FOUND")]
    [InlineData("{ boxes { nullMust } }", """{"boxes":[{"nullMust":0},null,{"nullMust":0}]}""", "boxes.1.nullMust NON_NULL_VIOLATION")]
    [InlineData("{ boxesMust { nullMust } ok }", """{"boxesMust":null,"ok":1}""", "boxesMust.1.nullMust NON_NULL_VIOLATION")]
    [InlineData("{ all { errorMust } ok }", "null", "all.1.errorMust NOT_FOUND")]
    [InlineData("{ box { list } }", """{"box":{"list":[0,null]}}""")]
    [InlineData("{ box { listMust ok } }", """{"box":{"listMust":null,"ok":0}}""", "box.listMust.1 NON_NULL_VIOLATION")]
    [InlineData("{ box { allMust ok } }", """{"box":null}""", "box.allMust.1 NON_NULL_VIOLATION")]
    [InlineData("{ box { grid } }", """{"box":{"grid":[[0,0],null]}}""", "box.grid.1.0 NON_NULL_VIOLATION")]
    [InlineData("{ box { noList } }", """{"box":null}""", "box.noList NON_NULL_VIOLATION")]
    [InlineData("{ boxes { error inner { errorMust } } }", """{"boxes":[{"error":0,"inner":{"errorMust":0}},{"error":null,"inner":null},{"error":0,"inner":{"errorMust":0}}]}""",
        "boxes.1.error NOT_FOUND", "boxes.1.inner.errorMust NOT_FOUND")]
    public async Task Execute_Should_PutNullAtTheNearestNullablePlace(string query, string data, params string[] errors)
    {
        var body = await Server.AskAsync(query);

        Assert.EndsWith($"\"data\":{data}}}", body, StringComparison.Ordinal);
        Assert.Equal(errors, await Server.ErrorsAsync(query));
    }

    private static Int32Column Items(int count) => new(new int[count], [.. Enumerable.Range(0, count).Select(row => row == count / 2)]);
}
