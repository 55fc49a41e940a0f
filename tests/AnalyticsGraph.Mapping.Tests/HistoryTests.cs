using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;
using AnalyticsGraph.TestEngines;
using Npgsql;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>Shelves with boxes whose versions are written by hand: a day is a version.</summary>
public sealed class HistoryTests(HistoryTests.Shelves shelves) : IClassFixture<HistoryTests.Shelves>
{
    private const string Sdl = """"
        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD

        type Query {
          shelf(id: ID, name: String): Shelf @lookup
          shelves: [Shelf!]! @connection(order: ["name"])
          boxes: [Box!]! @list
          plainThings: [Thing!]! @list
        }

        scalar Long
        scalar Double
        scalar DateTime
        scalar JSON

        enum Colour { RED @stored(as: "r") BLUE }

        type Shelf implements Node @table(name: "shelf") @history(table: "shelf_history") {
          id: ID!
          name: String!
          colour: Colour
          width: Double
          words: [String!]
          facts: JSON
          weight: Double @json(column: "facts", path: ["weight"])
          size: Size @embedded(prefix: "size_")
          rowVersion: Long!
          boxes: [Box!]! @relation(to: ["shelf_id"]) @list(order: ["id"])
          pagedBoxes: [Box!]! @relation(to: ["shelf_id"]) @connection(order: ["label"])
          things: [Thing!]! @relation(to: ["shelf_id"]) @list
          parent: Shelf @relation(from: ["parent_id"])
        }

        type Size { height: Double }

        type Box implements Node @table(name: "box") @history(table: "box_history") {
          id: ID!
          label: String!
          shelf: Shelf! @relation(from: ["shelf_id"])
        }

        type Thing @table(name: "thing") {
          name: String!
          shelf: Shelf @relation(from: ["shelf_id"])
        }
        """";

    /// <summary>Shelf 1: three versions. Shelf 2: removed on the fourth day. Shelf 3: removed and made anew. Box 1 moves from shelf 1 to 2 and is removed.</summary>
    public sealed class Shelves : IAsyncLifetime
    {
        private const string Tables = """
            CREATE TABLE shelf (
                id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL, colour text, width double precision, words text[], facts jsonb, size_height real, parent_id bigint,
                changed_at timestamptz NOT NULL, changed_by text, row_version bigint NOT NULL);
            CREATE TABLE shelf_history (valid tstzrange NOT NULL, ended_by text, LIKE shelf);
            CREATE INDEX ON shelf (name); CREATE INDEX ON shelf (parent_id);
            CREATE INDEX ON shelf_history (id, lower(valid)); CREATE INDEX ON shelf_history (name);
            CREATE TABLE box (id bigint PRIMARY KEY, label text COLLATE "C" NOT NULL, shelf_id bigint NOT NULL, changed_at timestamptz NOT NULL, changed_by text, row_version bigint NOT NULL);
            CREATE TABLE box_history (valid tstzrange NOT NULL, ended_by text, LIKE box);
            CREATE INDEX ON box (shelf_id); CREATE INDEX ON box_history (id, lower(valid)); CREATE INDEX ON box_history (shelf_id);
            CREATE TABLE thing (id bigint PRIMARY KEY, name text NOT NULL, shelf_id bigint);
            CREATE INDEX ON thing (shelf_id);
            CREATE FUNCTION day(n int) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT '2024-01-01T00:00Z'::timestamptz + make_interval(days => n - 1) $$;

            INSERT INTO shelf_history VALUES
                (tstzrange(day(1), day(2)), 'bo', 1, 'one', 'r', 1, '{a}', '{"weight": 1}', 5, NULL, day(1), 'al', 1),
                (tstzrange(day(2), day(3)), NULL, 1, 'one', 'BLUE', 'NaN', '{a,b}', '{"weight": 1}', NULL, 2, day(2), 'bo', 2),
                (tstzrange(day(1), day(4)), 'cy', 2, 'two', NULL, NULL, NULL, NULL, NULL, NULL, day(1), 'al', 1),
                (tstzrange(day(1), day(2)), 'cy', 3, 'three', NULL, 3, NULL, NULL, NULL, NULL, day(1), 'al', 1);
            INSERT INTO shelf VALUES
                (1, 'uno', 'BLUE', 'NaN', '{a,b}', '{"weight": 2}', NULL, NULL, day(3), NULL, 3),
                (3, 'three', NULL, 3, NULL, NULL, NULL, NULL, day(3), 'di', 1),
                (4, 'four', NULL, 4, NULL, NULL, NULL, NULL, day(5), 'di', 7);
            INSERT INTO box_history VALUES
                (tstzrange(day(1), day(2)), 'bo', 1, 'b1', 1, day(1), 'al', 1), (tstzrange(day(2), day(3)), 'cy', 1, 'b1', 2, day(2), 'bo', 2);
            INSERT INTO box VALUES (2, 'b2', 1, day(1), 'al', 1), (3, 'b3', 1, day(2), 'al', 1);
            INSERT INTO thing VALUES (1, 't', 1);
            """;

        public EngineFixture Engines { get; } = new();

        public NpgsqlDataSource Source { get; private set; } = null!;

        public Graph Graph { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await Engines.InitializeAsync();
            Source = NpgsqlDataSource.Create(Engines.PostgresConnectionString);
            await using var command = Source.CreateCommand(Tables);
            await command.ExecuteNonQueryAsync();
            Graph = await Graph.BuildAsync(Source, Sdl, bind: (_, _) => { });
        }

        public async Task DisposeAsync()
        {
            await Source.DisposeAsync();
            await Engines.DisposeAsync();
        }
    }

    private static string Day(int day) => $"2024-01-{day:00}T12:00:00Z";

    private async Task<string> AskAsync(string query) => JsonSerializer.Serialize((await shelves.Graph.RunAsync(query)).Data, Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task History_Should_TellEachChange_When_VersionsFollowEachOther() => Assert.Equal(
        """{"shelf":{"history":{"totalCount":3,"nodes":[{"version":3,"changedAt":"2024-01-03T00:00:00.000Z","changedBy":null,"validFrom":"2024-01-03T00:00:00.000Z","validTo":null,"endedBy":null,"changes":[{"field":"name","before":"one","after":"uno"},{"field":"facts","before":{"weight":1},"after":{"weight":2}},{"field":"weight","before":1,"after":2},{"field":"parent","before":"U2hlbGY6Mg==","after":null}]},{"version":2,"changedAt":"2024-01-02T00:00:00.000Z","changedBy":"bo","validFrom":"2024-01-02T00:00:00.000Z","validTo":"2024-01-03T00:00:00.000Z","endedBy":null,"changes":[{"field":"colour","before":"RED","after":"BLUE"},{"field":"width","before":1,"after":"NaN"},{"field":"words","before":["a"],"after":["a","b"]},{"field":"size.height","before":5,"after":null},{"field":"parent","before":null,"after":"U2hlbGY6Mg=="}]},{"version":1,"changedAt":"2024-01-01T00:00:00.000Z","changedBy":"al","validFrom":"2024-01-01T00:00:00.000Z","validTo":"2024-01-02T00:00:00.000Z","endedBy":"bo","changes":[{"field":"name","before":null,"after":"one"},{"field":"colour","before":null,"after":"RED"},{"field":"width","before":null,"after":1},{"field":"words","before":null,"after":["a"]},{"field":"facts","before":null,"after":{"weight":1}},{"field":"weight","before":null,"after":1},{"field":"size.height","before":null,"after":5}]}]}}}""",
        await AskAsync("{ shelf(name: \"uno\") { history { totalCount nodes { version changedAt changedBy validFrom validTo endedBy changes { field before after } } } } }"));

    [Fact]
    public async Task History_Should_BeginAnew_When_ARecordWasRemovedAndMadeAgain() => Assert.Equal(
        """{"shelf":{"history":{"nodes":[{"version":1,"validTo":null,"changes":[{"field":"name","before":null},{"field":"width","before":null}]},{"version":1,"validTo":"2024-01-02T00:00:00.000Z","changes":[{"field":"name","before":null},{"field":"width","before":null}]}]}}}""",
        await AskAsync("{ shelf(name: \"three\") { history { nodes { version validTo changes { field before } } } } }"));

    [Fact]
    public async Task History_Should_SayThatTheChangesAreUnknown_When_TheVersionBeforeIsNoLongerKept() => Assert.Equal(
        """{"shelf":{"history":{"nodes":[{"version":7,"changes":null}]}}}""",
        await AskAsync("{ shelf(name: \"four\") { history { nodes { version changes { field } } } } }"));

    [Fact]
    public async Task History_Should_BePagedAndFiltered_When_ItIsAsked()
    {
        var first = (await shelves.Graph.RunAsync("{ shelf(name: \"uno\") { history(first: 2) { nodes { version } pageInfo { hasNextPage endCursor } } } }")).At("shelf.history");
        Assert.True(first.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean());
        var next = $$"""{ shelf(name: "uno") { history(first: 2, after: "{{first.GetProperty("pageInfo").GetProperty("endCursor").GetString()}}") { nodes { version changes { field } } pageInfo { hasNextPage } } } }""";
        Assert.Equal(1, (await shelves.Graph.RunAsync(next)).At("shelf.history.nodes.0.version").GetInt64());
        Assert.Equal("""{"shelf":{"history":{"nodes":[{"changes":[{"field":"colour"},{"field":"width"},{"field":"words"},{"field":"size.height"},{"field":"parent"}]}]}}}""",
            await AskAsync("{ shelf(name: \"uno\") { history(where: {changedBy: {eq: \"bo\"}}) { nodes { changes { field } } } } }"));
        Assert.Equal("""{"shelves":{"nodes":[{"name":"uno"}]}}""", await AskAsync("{ shelves(where: {history: {some: {changedBy: {eq: \"bo\"}}}}) { nodes { name } } }"));
    }

    [Fact]
    public async Task AsOf_Should_AnswerAsItWas_When_ATimeIsGiven()
    {
        const string Selection = "{ name colour width size { height } rowVersion parent { name } boxes { label shelf { name } } pagedBoxes { totalCount nodes { label } } things { name shelf { name } } history { totalCount nodes { version } } }";
        Assert.Equal("""{"shelf":null}""", await AskAsync($"{{ shelf(id: \"U2hlbGY6MQ==\", asOf: \"2023-12-31T00:00:00Z\") {Selection} }}"));
        Assert.Equal(
            """{"shelf":{"name":"one","colour":"RED","width":1,"size":{"height":5},"rowVersion":1,"parent":null,"boxes":[{"label":"b1","shelf":{"name":"one"}},{"label":"b2","shelf":{"name":"one"}}],"pagedBoxes":{"totalCount":2,"nodes":[{"label":"b1"},{"label":"b2"}]},"things":[{"name":"t","shelf":{"name":"one"}}],"history":{"totalCount":1,"nodes":[{"version":1}]}}}""",
            await AskAsync($"{{ shelf(id: \"U2hlbGY6MQ==\", asOf: \"{Day(1)}\") {Selection} }}"));
        Assert.Equal(
            """{"shelf":{"name":"one","colour":"BLUE","width":"NaN","size":null,"rowVersion":2,"parent":{"name":"two"},"boxes":[{"label":"b2","shelf":{"name":"one"}},{"label":"b3","shelf":{"name":"one"}}],"pagedBoxes":{"totalCount":2,"nodes":[{"label":"b2"},{"label":"b3"}]},"things":[{"name":"t","shelf":{"name":"one"}}],"history":{"totalCount":2,"nodes":[{"version":2},{"version":1}]}}}""",
            await AskAsync($"{{ shelf(name: \"one\", asOf: \"{Day(2)}\") {Selection} }}"));
        Assert.Equal("""{"shelf":{"name":"uno"}}""", await AskAsync($"{{ shelf(id: \"U2hlbGY6MQ==\", asOf: \"2030-01-01T00:00:00Z\") {{ name }} }}"));
    }

    [Fact]
    public async Task AsOf_Should_TakeAVersionFromItsFirstMomentOn_When_TheTimeIsThatOfAChange() => Assert.Equal(
        """{"at":{"rowVersion":2},"before":{"rowVersion":1}}""",
        await AskAsync("{ at: shelf(id: \"U2hlbGY6MQ==\", asOf: \"2024-01-02T00:00:00Z\") { rowVersion } before: shelf(id: \"U2hlbGY6MQ==\", asOf: \"2024-01-01T23:59:59.999999Z\") { rowVersion } }"));

    [Fact]
    public async Task AsOf_Should_HoldForListsFiltersAndOrders_When_TheyAreOfThen()
    {
        Assert.Equal("""{"shelves":{"totalCount":2,"nodes":[{"name":"one"},{"name":"two"}]}}""", await AskAsync($"{{ shelves(asOf: \"{Day(2)}\") {{ totalCount nodes {{ name }} }} }}"));
        Assert.Equal("""{"shelves":{"nodes":[{"name":"one"}]}}""", await AskAsync($"{{ shelves(asOf: \"{Day(1)}\", where: {{boxes: {{some: {{label: {{eq: \"b1\"}}}}}}}}) {{ nodes {{ name }} }} }}"));
        Assert.Equal("""{"boxes":[{"label":"b1","shelf":{"name":"two"}},{"label":"b3","shelf":{"name":"one"}},{"label":"b2","shelf":{"name":"one"}}]}""",
            await AskAsync($"{{ boxes(asOf: \"{Day(2)}\", order: [{{shelf: {{name: DESC}}}}, {{label: DESC}}]) {{ label shelf {{ name }} }} }}"));
    }

    [Fact]
    public async Task AsOf_Should_HoldForAggregates_When_TheyAreOfThen() => Assert.Equal(
        """{"boxesAggregate":[{"count":3}],"shelf":{"boxesAggregate":[{"count":2}],"things":[{"name":"t"}]},"now":[{"count":2}]}""",
        await AskAsync($"{{ boxesAggregate(asOf: \"{Day(2)}\") {{ count }} shelf(name: \"one\", asOf: \"{Day(1)}\") {{ boxesAggregate {{ count }} things {{ name }} }} now: boxesAggregate {{ count }} }}"));

    [Fact]
    public async Task AsOf_Should_KeepTimesApart_When_OneRequestAsksForSeveral() => Assert.Equal(
        """{"one":[{"shelf":{"name":"one"}}],"two":[{"shelf":{"name":"two"}}],"now":[]}""",
        await AskAsync($$$"""{ one: boxes(asOf: "{{{Day(1)}}}", where: {label: {eq: "b1"}}) { shelf { name } } two: boxes(asOf: "{{{Day(2)}}}", where: {label: {eq: "b1"}}) { shelf { name } } now: boxes(where: {label: {eq: "b1"}}) { shelf { name } } }"""));

    [Fact]
    public async Task AsOf_Should_HoldForRowsSentAsTheyCome_When_TheyAreStreamed()
    {
        var parts = await shelves.Graph.RunInPartsAsync($$"""{ boxes(asOf: "{{Day(1)}}") @stream { label shelf { name } } }""");
        var all = string.Join(' ', parts.Select(part => part.Part.GetRawText()));
        Assert.Contains("""{"label":"b1","shelf":{"name":"one"}}""", all, StringComparison.Ordinal);
        Assert.DoesNotContain("b3", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AsOf_Should_BeRefused_When_TheTypeHasNoHistory() =>
        Assert.Contains("asOf", (await shelves.Graph.RunAsync($"{{ plainThings(asOf: \"{Day(1)}\") {{ name }} }}")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Policy_Should_HideVersions_When_TheyMayNotBeSeen()
    {
        var graph = await Graph.BuildAsync(shelves.Source, Sdl, policies: new BlueOnly(), bind: (_, _) => { });
        Assert.Equal(2, (await graph.RunAsync("{ shelf(name: \"uno\") { history { totalCount } } }")).At("shelf.history.totalCount").GetInt64());
        Assert.Equal(JsonValueKind.Null, (await graph.RunAsync($"{{ shelf(id: \"U2hlbGY6MQ==\", asOf: \"{Day(1)}\") {{ name }} }}")).At("shelf").ValueKind);
    }

    [Theory]
    [InlineData("shelf_historia", "Shelf @history: There is no table or view \"shelf_historia\" in Postgres.")]
    [InlineData("box_history", "Shelf @history: The table \"box_history\" has no column name.")]
    [InlineData("shelf", "Shelf @history: The table \"shelf\" has no column valid.")]
    public async Task Start_Should_NameTheMisfit_When_TheHistoryTableIsNone(string table, string problem)
    {
        var sdl = Sdl.Replace("@history(table: \"shelf_history\")", $"@history(table: \"{table}\")", StringComparison.Ordinal);
        var fault = await Assert.ThrowsAsync<MappingException>(() => Graph.BuildAsync(shelves.Source, sdl, bind: (_, _) => { }));
        Assert.Contains(fault.Problems, found => found.ToString() == problem);
    }

    private sealed class BlueOnly : IPolicyProvider
    {
        public PolicyFragment? GetPolicy(TableModel table, RequestContext request) => table.TypeName == "Shelf" ? new Blue() : null;

        private sealed class Blue : PolicyFragment
        {
            public override void AppendTo(SqlBuilder sql, string alias) => sql.AppendColumn(alias, "colour").Append(" = ").AppendParameter("BLUE", SqlType.Text);
        }
    }
}
