using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Rows;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>Every type of column that PostgreSQL has and the graph can show, at its edges; and keys of several parts.</summary>
[Collection("library")]
public sealed class ColumnTypesTests(LibraryFixture library) : IAsyncLifetime
{
    private const string Tables = """
        CREATE TYPE mood AS ENUM ('happy', 'Sad');
        CREATE TABLE thing (
            area text NOT NULL, part int NOT NULL, PRIMARY KEY (area, part),
            small smallint, amount numeric, single real, day date, local timestamp, moment timestamptz, span interval, feeling mood, plain json, text_json text,
            numbers bigint[], doubles double precision[], names text[], ids uuid[], flags boolean[], moments timestamptz[], one_area text, one_part int);
        INSERT INTO thing VALUES
            ('a:b%', 1, 7, 12345.678, 1.1, '2024-02-29', '2024-02-29 12:00:00.123456', '2024-02-29 12:00:00.5+02', '1 month 2 days 03:04:05.678', 'Sad',
             '{"a" : [1, 2.50, "x"]}', '{"k": {"n": 5, "s": "five"}}',
             '{1,NULL,-9223372036854775808}', '{NaN,Infinity,NULL,0.1}', '{"",NULL,"é🦉","a,b"}', '{00000000-0000-0000-0000-000000000001}', '{t,f}', '{2024-01-01 00:00:00+00}', 'x', 2),
            ('x', 2, NULL, 'NaN', 'NaN', 'infinity', '-infinity', 'infinity', '-00:00:01', NULL, '{"a": [1, 3, "\u0000"]}', 'no json', '{}', NULL, '{}', NULL, NULL, NULL, 'a:b%', 1);
        """;

    private const string Sdl = """
        type Query { things: [Thing!]! @connection sad(where: ThingFilterInput): Int @resolver }
        scalar Long scalar Double scalar DateTime scalar Duration scalar JSON
        enum Mood { HAPPY SAD @stored(as: "Sad") }
        type Thing implements Node @table(name: "thing", key: ["area", "part"]) {
          id: ID!
          area: String!
          small: Int
          amount: Double
          single: Double
          day: DateTime
          local: DateTime
          moment: DateTime
          span: Duration
          feeling: Mood
          plain: JSON
          plainText: String @column(name: "plain") @notFilterable
          textJson: JSON
          n: Int @json(column: "text_json", path: ["k", "n"])
          s: String @json(column: "text_json", path: ["k", "s"])
          notText: String @json(column: "text_json", path: ["k", "n"])
          part1: Double @json(column: "plain", path: ["a", "1"])
          inner: JSON @json(column: "text_json", path: ["k"])
          numbers: [Long]
          doubles: [Double]
          names: [String]
          ids: [ID!]
          flags: [Boolean!]
          moments: [DateTime!]
          one: Thing @relation(from: ["one_area", "one_part"], to: ["area", "part"])
          ofOne: [Thing!]! @connection @relation(from: ["area", "part"], to: ["one_area", "one_part"])
        }
        """;

    private NpgsqlDataSource _source = null!;
    private Graph _graph = null!;

    public async Task InitializeAsync()
    {
        _source = NpgsqlDataSource.Create(await library.Engines.CreateDatabaseAsync());
        await using (var command = _source.CreateCommand(Tables))
        {
            await command.ExecuteNonQueryAsync();
        }

        await _source.ReloadTypesAsync();
        _graph = await Graph.BuildAsync(_source, Sdl, bind: (bindings, _) => bindings.Bind("Query", "sad", GraphQL.Execution.FieldResolver.FromRequest(_ => ValueTask.FromResult(0))));
    }

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task Values_Should_BeWrittenWhole_When_TheyStandAtTheEdges()
    {
        var answer = await _graph.RunAsync("""
            { things { nodes { area small amount single day local moment span feeling plain plainText n s notText part1 inner numbers doubles names ids flags moments } } }
            """);

        Assert.Equal(
            """{"area":"a:b%","small":7,"amount":12345.678,"single":1.100000023841858,"day":"2024-02-29T00:00:00.000Z","local":"2024-02-29T12:00:00.123456Z","moment":"2024-02-29T10:00:00.500Z","span":"P32DT3H4M5.678S","feeling":"SAD","plain":{"a" : [1, 2.50, "x"]},"plainText":"{\"a\" : [1, 2.50, \"x\"]}","n":5,"s":"five","notText":null,"part1":2.5,"inner":{"n": 5, "s": "five"},"numbers":[1,null,-9223372036854775808],"doubles":["NaN","Infinity",null,0.1],"names":["",null,"é🦉","a,b"],"ids":["00000000-0000-0000-0000-000000000001"],"flags":[true,false],"moments":["2024-01-01T00:00:00.000Z"]}""",
            answer.At("things.nodes.0").GetRawText());
        Assert.Equal(
            """{"area":"x","small":null,"amount":"NaN","single":"NaN","day":"9999-12-31T23:59:59.999999Z","local":"0001-01-01T00:00:00.000Z","moment":"9999-12-31T23:59:59.999999Z","span":"-PT1S","feeling":null,"plain":{"a": [1, 3, "\u0000"]},"plainText":"{\"a\": [1, 3, \"\\u0000\"]}","n":null,"s":null,"notText":null,"part1":null,"inner":null,"numbers":[],"doubles":null,"names":[],"ids":null,"flags":null,"moments":null}""",
            answer.At("things.nodes.1").GetRawText());
    }

    [Fact]
    public async Task Json_Should_BeAnErrorOfItsRow_When_TheStoredTextIsNone()
    {
        var answer = await _graph.RunAsync("{ things { nodes { textJson } } }");

        Assert.Equal("""{"things":{"nodes":[{"textJson":{"k": {"n": 5, "s": "five"}}},{"textJson":null}]}}""", answer.Json.GetProperty("data").GetRawText());
        Assert.Equal("""["things","nodes",1,"textJson"]""", answer.Error.GetProperty("path").GetRawText());
    }

    [Fact]
    public async Task Fields_Should_BeNull_When_PostgresCannotLookIntoTheDocument()
    {
        await using (var command = _source.CreateCommand("""
            CREATE TABLE document (id bigint PRIMARY KEY, body text, plain json);
            INSERT INTO document SELECT ordinal, body, CASE WHEN body IS JSON THEN body::json END FROM unnest(ARRAY[
                '{"n": 1, "path": "fine"}', '{"n": 2, "path": "\udce9"}', '{"n": 3, "path": "p", "other": ["\ud83e"]}', '{"n": 4, "path": "a\u0000"}', '{"n": 5, "path": "p", "m": 1e200000}',
                '{"n": 1e-400}', '{"n": 1e400}', '{"n"', '']) WITH ORDINALITY AS d (body, ordinal)
            """))
        {
            await command.ExecuteNonQueryAsync();
        }

        var graph = await Graph.BuildAsync(
            _source,
            """
            type Query { documents: [Document!]! @connection }
            scalar Long scalar Double
            type Document @table(name: "document") {
              id: Long!
              n: Double @json(column: "body", path: ["n"])
              whole: Long @json(column: "body", path: ["n"])
              path: String @json(column: "body", path: ["path"])
              plainN: Double @json(column: "plain", path: ["n"])
              plainPath: String @json(column: "plain", path: ["path"])
            }
            """,
            bind: (_, _) => { });

        var nodes = (await graph.RunAsync("{ documents { nodes { n whole path plainN plainPath } } }")).At("documents.nodes").EnumerateArray().Select(node => node.GetRawText()).ToList();
        Assert.Equal("""{"n":1,"whole":1,"path":"fine","plainN":1,"plainPath":"fine"}""", nodes[0]);
        Assert.Equal(Enumerable.Repeat("""{"n":null,"whole":null,"path":null,"plainN":null,"plainPath":null}""", 8), nodes.Skip(1));
        var found = await graph.RunAsync("{ a: documents(where: {n: {eq: 1}}) { totalCount } b: documents(where: {path: {neq: \"fine\"}}, order: [{whole: DESC}]) { totalCount nodes { id } } }");
        Assert.Equal((1, 8), (found.At("a.totalCount").GetInt32(), found.At("b.totalCount").GetInt32()));
    }

    [Fact]
    public async Task Keys_Should_KeepTheirParts_When_TheyAreSeveral()
    {
        var first = await _graph.RunAsync("{ things { nodes { id area one { area one { area } } ofOne(first: 1) { totalCount nodes { area } } } } }");
        var id = first.At("things.nodes.0.id").GetString()!;

        Assert.Equal("Thing:a%3Ab%25:1", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(id)));
        Assert.Equal("x", first.At("things.nodes.0.one.area").GetString());
        Assert.Equal("a:b%", first.At("things.nodes.0.one.one.area").GetString());
        Assert.Equal("""{"totalCount":1,"nodes":[{"area":"x"}]}""", first.At("things.nodes.0.ofOne").GetRawText());
        var answer = await _graph.RunAsync("query($id: ID!) { node(id: $id) { ... on Thing { area } } things(where: {id: {in: [$id]}}) { nodes { area } } not: things(where: {id: {neq: $id}}) { nodes { area } } }", new { id });
        Assert.Equal("a:b%", answer.At("node.area").GetString());
        Assert.Equal(["a:b%"], answer.Texts("things.nodes", "area"));
        Assert.Equal(["x"], answer.Texts("not.nodes", "area"));
    }

    [Theory]
    [InlineData("feeling: {eq: SAD}", "a:b%")]
    [InlineData("feeling: {neq: SAD}", "x")]
    [InlineData("day: {eq: \"2024-02-29T00:00:00Z\"}", "a:b%")]
    [InlineData("local: {gt: \"2024-02-29T12:00:00.123455Z\"}", "a:b%")]
    [InlineData("moment: {lte: \"2024-02-29T10:00:00.5Z\"}", "a:b%")]
    [InlineData("span: {lt: \"PT0S\"}", "x")]
    [InlineData("amount: {eq: 12345.678}", "a:b%")]
    [InlineData("amount: {eq: \"NaN\"}", "x")]
    [InlineData("single: {lt: 2}", "a:b%")]
    [InlineData("small: {in: [7, 2147483647]}", "a:b%")]
    [InlineData("n: {gte: 5}", "a:b%")]
    [InlineData("s: {startsWith: \"fi\"}", "a:b%")]
    [InlineData("one: {area: {eq: \"x\"}}", "a:b%")]
    public async Task Filter_Should_CompareAsTheFieldsType_When_ColumnsDiffer(string filter, string area)
    {
        var answer = await _graph.RunAsync($"{{ things(where: {{{filter}}}) {{ nodes {{ area }} }} }}");

        Assert.Equal([area], answer.Texts("things.nodes", "area"));
    }

    [Theory]
    [InlineData("feeling")]
    [InlineData("day")]
    [InlineData("local")]
    [InlineData("moment")]
    [InlineData("span")]
    [InlineData("amount")]
    [InlineData("single")]
    [InlineData("n")]
    [InlineData("one: {area")]
    public async Task Pages_Should_FollowEachOther_When_OrderedByTheField(string field)
    {
        foreach (var direction in new[] { "ASC", "DESC" })
        {
            var order = $"[{{{field}: {direction}{(field.Contains('{', StringComparison.Ordinal) ? "}" : "")}}}]";
            var whole = (await _graph.RunAsync($"{{ things(order: {order}) {{ nodes {{ area }} }} }}")).Texts("things.nodes", "area");
            var first = await _graph.RunAsync($"{{ things(first: 1, order: {order}) {{ nodes {{ area }} pageInfo {{ endCursor }} }} }}");
            var second = await _graph.RunAsync($"query($c: String) {{ things(first: 1, after: $c, order: {order}) {{ nodes {{ area }} pageInfo {{ hasNextPage endCursor }} }} }}", new { c = first.At("things.pageInfo.endCursor").GetString() });
            var back = await _graph.RunAsync($"query($c: String) {{ things(last: 1, before: $c, order: {order}) {{ nodes {{ area }} pageInfo {{ hasPreviousPage }} }} }}", new { c = second.At("things.pageInfo.endCursor").GetString() });

            Assert.Equal(whole, [.. first.Texts("things.nodes", "area"), .. second.Texts("things.nodes", "area")]);
            Assert.Equal(whole[..1], back.Texts("things.nodes", "area"));
            Assert.False(second.At("things.pageInfo.hasNextPage").GetBoolean());
            Assert.False(back.At("things.pageInfo.hasPreviousPage").GetBoolean());
        }
    }

    [Fact]
    public async Task Pages_Should_FollowEachOther_When_OrderedByLongTexts()
    {
        await using (var command = _source.CreateCommand("CREATE TABLE note (id bigint PRIMARY KEY, body text NOT NULL); INSERT INTO note SELECT i, repeat('é', 100000) || substr('ba', i::int) FROM generate_series(1, 3) AS i"))
        {
            await command.ExecuteNonQueryAsync();
        }

        var graph = await Graph.BuildAsync(_source, "scalar Long type Query { notes: [Note!]! @connection } type Note @table(name: \"note\") { id: Long! body: String! }", bind: (_, _) => { });
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await graph.RunAsync("query($c: String) { notes(first: 1, after: $c, order: [{body: ASC}]) { nodes { id } pageInfo { hasNextPage endCursor } } }", new { c = cursor });
            seen.AddRange(page.Texts("notes.nodes", "id"));
            cursor = page.At("notes.pageInfo.hasNextPage").GetBoolean() ? page.At("notes.pageInfo.endCursor").GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal(["3", "2", "1"], seen);
    }

    [Fact]
    public async Task ClickHouse_Should_FailItsFieldsAlone_When_ItIsLost()
    {
        const string sdl = "type Query { things: [Thing!]! visits: [Visit!]! } type Thing @table(name: \"thing\", key: [\"area\", \"part\"]) { area: String! } type Visit @table(name: \"visit\", store: CLICKHOUSE, key: [\"id\"]) { id: Long! } scalar Long";
        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(await library.Engines.CreateClickHouseDatabaseAsync()));
        await client.ExecuteAsync(new ClickHouseQuery("CREATE TABLE visit (id Int64) ENGINE = MergeTree ORDER BY id"));
        var graph = await Graph.BuildAsync(_source, sdl, client, bind: (_, _) => { });
        await client.DisposeAsync();

        var answer = await graph.RunAsync("{ visits { id } things { area } }");

        Assert.Equal("""["visits"]""", answer.Error.GetProperty("path").GetRawText());
    }

    [Fact]
    public async Task Texts_Should_StayWhole_When_TheyOutgrowEveryBuffer()
    {
        await using (var command = _source.CreateCommand("CREATE TABLE page (id bigint PRIMARY KEY, body text NOT NULL, tail text); INSERT INTO page SELECT i, repeat('é', i::int * 7), CASE WHEN i % 2 = 0 THEN repeat('x', i::int) END FROM generate_series(0, 900) AS i"))
        {
            await command.ExecuteNonQueryAsync();
        }

        var graph = await Graph.BuildAsync(_source, "scalar Long type Query { pages: [Page!]! } type Page @table(name: \"page\") { id: Long! body: String! tail: String same: [Page!]! @relation }", bind: (_, _) => { });

        var answer = await graph.RunAsync("{ pages { id body tail same { body } } }");

        var pages = answer.At("pages").EnumerateArray().ToList();
        Assert.Equal(901, pages.Count);
        for (var i = 0; i < pages.Count; i++)
        {
            Assert.Equal(new string('é', i * 7), pages[i].GetProperty("body").GetString());
            Assert.Equal(i % 2 == 0 ? new string('x', i) : null, pages[i].GetProperty("tail").GetString());
            Assert.Equal(new string('é', i * 7), pages[i].GetProperty("same")[0].GetProperty("body").GetString());
        }
    }

    [Fact]
    public void GlobalId_Should_BeRefused_When_ItIsNone() => Assert.Throws<GraphQL.Errors.GraphQLException>(() => GlobalId.Parse("bm9jb2xvbg=="));
}
