using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>Tables of ClickHouse, and relations between the stores both ways.</summary>
[Collection("library")]
public sealed class ClickHouseTests(LibraryFixture library) : IAsyncLifetime
{
    private const string Sdl = Library.Sdl + """

        extend type Query { visits: [Visit!]! @connection(order: ["seq"]) places: [Place!]! @list(order: ["name"]) visit(seq: Long): Visit @lookup }
        extend type Book { visits: [Visit!]! @connection(order: ["seq DESC"]) @relation(to: ["book_id"]) firstVisits: [Visit!]! @relation(to: ["book_id"]) }
        extend type Score { visits: [Visit!]! @connection(order: ["seq"]) @relation(from: ["book_id", "label"], to: ["book_id", "place"]) }
        extend type Place { score: Score @relation(from: ["size", "name"], to: ["book_id", "label"]) }
        type Visit implements Node @table(name: "visit", store: CLICKHOUSE, key: ["seq"]) {
          id: ID!
          seq: Long!
          day: DateTime!
          at: DateTime
          kind: VisitKind!
          place: String!
          value: Double
          weight: Double!
          paid: Boolean!
          labels: [String!]!
          document: JSON
          grams: Long @json(column: "document", path: ["grams"])
          book: Book @relation(from: ["book_id"])
          guide: Author @relation(from: ["seq"])
          where: Place @relation(from: ["place"], to: ["name"])
        }
        enum VisitKind { SHORT LONG @stored(as: "very long") }
        type Place @table(name: "place", store: CLICKHOUSE, key: ["name"]) { name: String! size: Long! rooms: JSON! signs: JSON! visits: [Visit!]! @relation(from: ["name"], to: ["place"]) }
        """;

    private sealed record Visit(long Seq, long BookId, string Place, double? Value, double Weight, bool Paid);

    private readonly List<Visit> _visits = [];
    private ClickHouseClient _client = null!;
    private Graph _graph = null!;

    public async Task InitializeAsync()
    {
        _client = new ClickHouseClient(ClickHouseOptions.Parse(await library.Engines.CreateClickHouseDatabaseAsync()));
        await _client.ExecuteAsync(new ClickHouseQuery("""
            CREATE TABLE visit (seq UInt32, book_id Int64, day Date, at Nullable(DateTime64(3, 'UTC')), kind Enum8('SHORT' = 1, 'very long' = 2), place LowCardinality(String),
                value Nullable(Float64), weight Float32, paid Bool, labels Array(String), document String) ENGINE = MergeTree ORDER BY (book_id, seq)
            """));
        await _client.ExecuteAsync(new ClickHouseQuery("CREATE TABLE place (name String, size UInt64, version UInt64, rooms Map(LowCardinality(String), Float64), signs Map(String, String)) ENGINE = ReplacingMergeTree(version) ORDER BY name"));
        await _client.ExecuteAsync(new ClickHouseQuery("""
            INSERT INTO place VALUES ('inn', 1, 1, map(), map()), ('hall', 5, 1, map('a "b"', 1.5, 'n', nan, 'i', -inf, 'n', 2), map('door', 'é\x01', '', ''))
            """));
        await _client.ExecuteAsync(new ClickHouseQuery("INSERT INTO place VALUES ('inn', 2, 2, map(), map())"));
        var random = new Random(5);
        double?[] values = [null, double.NaN, 1, 2, 2, double.PositiveInfinity, double.NegativeInfinity, -3];
        for (var seq = 1; seq <= 120; seq++)
        {
            _visits.Add(new Visit(seq, random.Next(1, 12), random.Next(3) switch { 0 => "inn", 1 => "hall", _ => "it's" }, values[random.Next(values.Length)], random.Next(4) == 0 ? double.NaN : random.Next(5), random.Next(2) == 0));
        }

        await _client.InsertAsync(new ClickHouseInsert("visit"), new Block(
        [
            ClickHouseColumn.FromObjects("seq", "UInt32", [.. _visits.Select(v => (object?)(uint)v.Seq)]),
            ClickHouseColumn.FromObjects("book_id", "Int64", [.. _visits.Select(v => (object?)v.BookId)]),
            ClickHouseColumn.FromObjects("day", "Date", [.. _visits.Select(v => (object?)new DateOnly(2024, 1, 1).AddDays((int)v.Seq % 3))]),
            ClickHouseColumn.FromObjects("at", "Nullable(DateTime64(3, 'UTC'))", [.. _visits.Select(v => v.Seq % 4 == 0 ? null : (object?)new DateTime(2024, 1, 1, 0, 0, (int)v.Seq % 60, 5, DateTimeKind.Utc))]),
            ClickHouseColumn.FromObjects("kind", "Enum8('SHORT' = 1, 'very long' = 2)", [.. _visits.Select(v => (object?)(v.Seq % 2 == 0 ? "SHORT" : "very long"))]),
            ClickHouseColumn.FromObjects("place", "LowCardinality(String)", [.. _visits.Select(v => (object?)v.Place)]),
            ClickHouseColumn.FromObjects("value", "Nullable(Float64)", [.. _visits.Select(v => (object?)v.Value)]),
            ClickHouseColumn.FromObjects("weight", "Float32", [.. _visits.Select(v => (object?)(float)v.Weight)]),
            ClickHouseColumn.FromObjects("paid", "Bool", [.. _visits.Select(v => (object?)v.Paid)]),
            ClickHouseColumn.FromObjects("labels", "Array(String)", [.. _visits.Select(v => (object?)new[] { $"l{v.Seq}", "x" })]),
            ClickHouseColumn.FromObjects("document", "String", [.. _visits.Select(v => (object?)$$"""{"grams": {{v.Seq}}}""")]),
        ]));
        _graph = await Graph.BuildAsync(library.Source, Sdl, _client);
    }

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Fact]
    public async Task Field_Should_BeRefused_When_ClickHouseWouldReadTooMuch()
    {
        var graph = await Graph.BuildAsync(library.Source, Sdl, _client, limits: new MappingLimits { ClickHouse = new ClickHouseLimits { MaxRowsRead = 100 } });

        var answer = await graph.RunAsync("{ places { name } visits { nodes { seq } } }");

        Assert.Equal(("LIMIT_EXCEEDED", """["visits"]"""), (answer.Code, answer.Error.GetProperty("path").GetRawText()));
        Assert.Equal("Mapping:ClickHouse:MaxRowsRead", answer.Error.GetProperty("extensions").GetProperty("setting").GetString());
    }

    [Fact]
    public async Task Map_Should_BeAnObject_When_ItHasNumbersOrTexts()
    {
        var answer = await _graph.RunAsync("{ places { rooms signs } }");

        var places = answer.At("places").EnumerateArray().Select(place => $"{place.GetProperty("rooms").GetRawText()} {place.GetProperty("signs").GetRawText()}");
        Assert.Equal(["""{"a \"b\"":1.5,"n":"NaN","i":"-Infinity"} {"door":"é\u0001","":""}""", "{} {}"], places);
    }

    [Fact]
    public async Task Leaves_Should_KeepEveryValue_When_TheyComeInBlocks()
    {
        var answer = await _graph.RunAsync("{ visits(first: 1000) { totalCount nodes { id seq day at kind place value weight paid labels document grams book { isbn } where { size } } } places { name size } visit(seq: 7) { seq } }");

        Assert.Equal(120, answer.At("visits.totalCount").GetInt32());
        foreach (var (visit, node) in _visits.Zip(answer.At("visits.nodes").EnumerateArray()))
        {
            Assert.Equal(visit.Seq, node.GetProperty("seq").GetInt64());
            Assert.Equal(new DateTime(2024, 1, 1).AddDays(visit.Seq % 3), node.GetProperty("day").GetDateTime());
            Assert.Equal(visit.Seq % 2 == 0 ? "SHORT" : "LONG", node.GetProperty("kind").GetString());
            Assert.Equal(visit.Value, RelationTests.Number(node.GetProperty("value")));
            Assert.Equal(visit.Weight, RelationTests.Number(node.GetProperty("weight")));
            Assert.Equal(visit.Paid, node.GetProperty("paid").GetBoolean());
            Assert.Equal([$"l{visit.Seq}", "x"], node.GetProperty("labels").EnumerateArray().Select(l => l.GetString()));
            Assert.Equal(visit.Seq, node.GetProperty("grams").GetInt64());
            Assert.Equal($"isbn-{visit.BookId:0000}", node.GetProperty("book").GetProperty("isbn").GetString());
            Assert.Equal(visit.Place switch { "inn" => 2, "hall" => 5, _ => (int?)null }, node.GetProperty("where").ValueKind == System.Text.Json.JsonValueKind.Null ? null : node.GetProperty("where").GetProperty("size").GetInt32());
        }

        Assert.Equal("""[{"name":"hall","size":5},{"name":"inn","size":2}]""", answer.At("places").GetRawText());
        Assert.Equal(7, answer.At("visit.seq").GetInt32());
    }

    [Fact]
    public async Task NestedPages_Should_BelongToTheirParents_When_TheyLiveInTheOtherStore()
    {
        var answer = await _graph.RunAsync("{ books(first: 15, order: [{id: ASC}]) { nodes { id visits(first: 4, where: {place: {neq: \"inn\"}}) { totalCount nodes { seq } pageInfo { hasNextPage } } firstVisits(first: 2, order: [{value: DESC}]) { seq } } } }");

        foreach (var (book, node) in library.Books.Zip(answer.At("books.nodes").EnumerateArray()))
        {
            var own = _visits.Where(visit => visit.BookId == book.Id && visit.Place != "inn").OrderByDescending(visit => visit.Seq).ToList();
            var visits = node.GetProperty("visits");
            Assert.Equal(own.Count, visits.GetProperty("totalCount").GetInt32());
            Assert.Equal(own.Take(4).Select(visit => visit.Seq), visits.GetProperty("nodes").EnumerateArray().Select(v => v.GetProperty("seq").GetInt64()));
            Assert.Equal(own.Count > 4, visits.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean());
            var byValue = Ordered(_visits.Where(visit => visit.BookId == book.Id), visit => visit.Value, descending: true).Take(2);
            Assert.Equal(byValue.Select(visit => visit.Seq), node.GetProperty("firstVisits").EnumerateArray().Select(v => v.GetProperty("seq").GetInt64()));
        }

        Assert.Equal(1, answer.Counters.PostgresRoundTrips);
        Assert.Equal(3, answer.Counters.ClickHouseQueries);
    }

    [Fact]
    public async Task Relations_Should_Pair_When_TheirKeyHasSeveralColumns()
    {
        await using (var insert = library.Source.CreateCommand("INSERT INTO score VALUES (2, 'k', 'inn', 1, 1), (3, 'k', 'hall', 1, 1), (5, 'k', 'hall', 2, 2) ON CONFLICT DO NOTHING"))
        {
            await insert.ExecuteNonQueryAsync();
        }

        var answer = await _graph.RunAsync("{ books(first: 5, order: [{id: ASC}]) { nodes { scores(where: {key: {eq: \"k\"}}) { label visits(first: 2) { totalCount nodes { seq } } } } } places { name score { lastValue } } }");

        foreach (var (book, place) in new[] { (2, "inn"), (3, "hall"), (5, "hall") })
        {
            var own = _visits.Where(visit => visit.BookId == book && visit.Place == place).ToList();
            var visits = answer.At($"books.nodes.{book - 1}.scores.0.visits");
            Assert.Equal(own.Count, visits.GetProperty("totalCount").GetInt32());
            Assert.Equal(own.Take(2).Select(visit => visit.Seq), visits.GetProperty("nodes").EnumerateArray().Select(v => v.GetProperty("seq").GetInt64()));
        }

        Assert.Equal("""[{"name":"hall","score":{"lastValue":2}},{"name":"inn","score":{"lastValue":1}}]""", answer.At("places").GetRawText());
        await using var remove = library.Source.CreateCommand("DELETE FROM score WHERE key = 'k'");
        await remove.ExecuteNonQueryAsync();
    }

    [Theory]
    [InlineData("value", true)]
    [InlineData("value", false)]
    [InlineData("weight", true)]
    [InlineData("weight", false)]
    public async Task Pages_Should_EqualTheWholeOrder_When_NaNAndNullAreAmongTheRows(string field, bool descending)
    {
        var expected = Ordered(_visits, visit => field == "value" ? visit.Value : visit.Weight, descending).Select(visit => visit.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToList();
        foreach (var forward in new[] { true, false })
        {
            var seen = new List<string>();
            string? cursor = null;
            do
            {
                var (count, place, more, end) = forward ? ("first", "after", "hasNextPage", "endCursor") : ("last", "before", "hasPreviousPage", "startCursor");
                var answer = await _graph.RunAsync(
                    $"query($c: String) {{ visits({count}: 17, {place}: $c, order: [{{{field}: {(descending ? "DESC" : "ASC")}}}]) {{ nodes {{ seq }} pageInfo {{ {more} {end} }} }} }}", new { c = cursor });
                seen.InsertRange(forward ? seen.Count : 0, answer.Texts("visits.nodes", "seq"));
                cursor = answer.At($"visits.pageInfo.{more}").GetBoolean() ? answer.At($"visits.pageInfo.{end}").GetString() : null;
            }
            while (cursor is not null && seen.Count < 500);
            Assert.Equal(expected, seen);
        }
    }

    [Theory]
    [InlineData("value: {gt: 1}")]
    [InlineData("value: {ngt: 1}")]
    [InlineData("value: {eq: \"NaN\"}")]
    [InlineData("value: {neq: 2}")]
    [InlineData("value: {in: [null, 1]}")]
    [InlineData("weight: {lte: 2}")]
    [InlineData("place: {contains: \"'\"}")]
    [InlineData("place: {nin: [\"inn\", \"'; DROP TABLE visit\"]}")]
    [InlineData("kind: {eq: LONG}")]
    [InlineData("paid: {eq: true}")]
    [InlineData("at: {lt: \"2024-01-01T00:00:30Z\"}")]
    [InlineData("day: {eq: \"2024-01-02T00:00:00Z\"}")]
    [InlineData("where: {size: {gte: 5}}")]
    [InlineData("whereExists: true")]
    [InlineData("whereExists: false")]
    [InlineData("or: [{whereExists: false}, {where: {size: {lt: 5}}}]")]
    [InlineData("grams: {gt: 100}")]
    public async Task Filters_Should_MeanTheSame_When_TheStoreIsClickHouse(string filter)
    {
        bool Holds(Visit v) => filter switch
        {
            "value: {gt: 1}" => v.Value > 1,
            "value: {ngt: 1}" => !(v.Value > 1),
            "value: {eq: \"NaN\"}" => v.Value is double.NaN,
            "value: {neq: 2}" => v.Value is not 2,
            "value: {in: [null, 1]}" => v.Value is null or 1,
            "weight: {lte: 2}" => v.Weight <= 2,
            "place: {contains: \"'\"}" => v.Place == "it's",
            "place: {nin: [\"inn\", \"'; DROP TABLE visit\"]}" => v.Place != "inn",
            "kind: {eq: LONG}" => v.Seq % 2 == 1,
            "paid: {eq: true}" => v.Paid,
            "at: {lt: \"2024-01-01T00:00:30Z\"}" => v.Seq % 4 != 0 && v.Seq % 60 < 30,
            "day: {eq: \"2024-01-02T00:00:00Z\"}" => v.Seq % 3 == 1,
            "where: {size: {gte: 5}}" => v.Place == "hall",
            "whereExists: true" => v.Place is "hall" or "inn",
            "whereExists: false" => v.Place == "it's",
            "or: [{whereExists: false}, {where: {size: {lt: 5}}}]" => v.Place != "hall",
            _ => v.Seq > 100,
        };
        var answer = await _graph.RunAsync($"{{ visits(first: 1000, where: {{{filter}}}) {{ totalCount nodes {{ seq }} }} }}");

        Assert.Equal(_visits.Where(Holds).Select(visit => visit.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture)), answer.Texts("visits.nodes", "seq"));
        Assert.Equal(_visits.Count(Holds), answer.At("visits.totalCount").GetInt32());
    }

    [Fact]
    public async Task Filters_Should_ReachAcrossStores_When_RelationsDo()
    {
        async Task<List<string>> BooksAsync(string where) => (await _graph.RunAsync($"{{ books(first: 1000, where: {where}, order: [{{id: ASC}}]) {{ totalCount nodes {{ isbn }} }} }}")).Texts("books.nodes", "isbn");
        List<string> Expected(Func<Book, bool> holds) => [.. library.Books.Where(holds).Select(book => book.Isbn)];
        IEnumerable<Visit> Of(Book book) => _visits.Where(visit => visit.BookId == book.Id);

        Assert.Equal(Expected(book => Of(book).Any(visit => visit.Paid)), await BooksAsync("{visits: {some: {paid: {eq: true}}}}"));
        Assert.Equal(Expected(book => !Of(book).Any(visit => visit.Paid)), await BooksAsync("{visits: {none: {paid: {eq: true}}}}"));
        Assert.Equal(Expected(book => Of(book).All(visit => visit.Value > 0)), await BooksAsync("{visits: {all: {value: {gt: 0}}}}"));
        Assert.Equal(Expected(book => Of(book).Any() && book.Title == "a"), await BooksAsync("{and: [{visits: {any: true}}, {title: {eq: \"a\"}}]}"));
        Assert.Equal(Expected(book => !Of(book).Any()), await BooksAsync("{visits: {any: false}}"));
        Assert.Equal("where.visits.any: null is no condition; leave it out.", (await _graph.RunAsync("{ books(where: {visits: {any: null}}) { totalCount } }")).Message);

        Assert.Equal(_visits.Count, (await _graph.RunAsync("{ visits(where: {bookExists: true}) { totalCount } }")).At("visits.totalCount").GetInt32());
        Assert.Equal(0, (await _graph.RunAsync("{ visits(where: {bookExists: false}) { totalCount } }")).At("visits.totalCount").GetInt32());
        Assert.Equal(
            _visits.Count(visit => visit.Paid || library.Books[(int)visit.BookId - 1].Title == "a"),
            (await _graph.RunAsync("{ visits(where: {or: [{paid: {eq: true}}, {bookExists: false}, {book: {title: {eq: \"a\"}}}]}) { totalCount } }")).At("visits.totalCount").GetInt32());

        // There and back again: visits of books whose author has a book that was visited at the inn.
        var answer = await _graph.RunAsync("{ visits(first: 1000, where: {book: {author: {books: {some: {visits: {some: {place: {eq: \"inn\"}, seq: {lt: 9}}}}}}}}) { totalCount nodes { seq } } }");
        var authors = _visits.Where(visit => visit.Place == "inn" && visit.Seq < 9).Select(visit => library.Books[(int)visit.BookId - 1].AuthorId).ToHashSet();
        var expected = _visits.Where(visit => authors.Contains(library.Books[(int)visit.BookId - 1].AuthorId)).ToList();
        Assert.Equal(expected.Select(visit => visit.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture)), answer.Texts("visits.nodes", "seq"));
        Assert.Equal(expected.Count, answer.At("visits.totalCount").GetInt32());
    }

    [Theory]
    [InlineData("{book: {}, guide: {}}", 20)]
    [InlineData("{guide: {}, book: {}}", 20)]
    [InlineData("{guide: {}, book: {}, bookExists: true}", 20)]
    [InlineData("{or: [{guide: {}}, {book: {}}]}", 120)]
    public async Task EmptyConditions_Should_EachHaveTheirOwnRelation_When_SeveralReachIntoTheOtherStore(string where, int expected)
    {
        var written = await _graph.RunAsync($"{{ visits(where: {where}) {{ totalCount }} visitsAggregate(where: {where}) {{ count }} }}");
        Assert.Equal((expected, expected), (written.At("visits.totalCount").GetInt32(), written.At("visitsAggregate.0.count").GetInt32()));

        var sent = await _graph.RunAsync(
            $"query($a: AuthorFilterInput!, $b: BookFilterInput!) {{ visits(where: {where.Replace("guide: {}", "guide: $a", StringComparison.Ordinal).Replace("book: {}", "book: $b", StringComparison.Ordinal)}) {{ totalCount }} }}",
            new { a = new { }, b = new { } });
        Assert.Equal(expected, sent.At("visits.totalCount").GetInt32());
    }

    [Theory]
    [InlineData("{ visits(first: 1000, where: {book: {price: {gt: 5}}}) { totalCount nodes { seq } } }")]
    [InlineData("{ visitsAggregate(where: {book: {author: {name: {startsWith: \"author 3\"}}}}) { count } }")]
    [InlineData("{ books(first: 30) { nodes { visits(first: 2) { totalCount nodes { seq } } firstVisits { seq } visitsAggregate { count } } } }")]
    [InlineData("{ books(first: 30) { nodes { scores { visits(first: 2) { totalCount nodes { seq place } } } } } }")]
    [InlineData("{ visits(first: 9) { nodes { where { name size } } } }")]
    public async Task Keys_Should_MeanTheSame_When_TheyAreSentAsATable(string query)
    {
        var graph = await Graph.BuildAsync(library.Source, Sdl, _client, limits: new MappingLimits { MaxArrayKeys = 0 });

        var sent = await graph.RunAsync(query);

        Assert.Equal((await _graph.RunAsync(query)).Data.GetRawText(), sent.Data.GetRawText());
        Assert.Contains(sent.Counters.Statements, statement => statement.Contains("sent_keys_0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public async Task Rows_Should_BeJoined_When_TheyAreSelectedInTheOtherStore(int maxArrayKeys)
    {
        var limits = new MappingLimits { MaxArrayKeys = maxArrayKeys };
        var graph = await Graph.BuildAsync(library.Source, Sdl + " extend type Query { paid(where: BookFilterInput): [Paid!]! @resolver } type Paid { title: String tag: String score: Double visits: Long! }", _client, limits: limits, bind: (bindings, mapped) =>
        {
            Graph.BindLabel(bindings, mapped);
            bindings.BindType<Paid>("Paid").Bind("Query", "paid", FieldResolver.FromRequest(async context => await ReadAsync(mapped, context, limits)));
        });

        var answer = await graph.RunAsync("{ paid(where: {visits: {some: {weight: {gte: 0}}}, title: {neq: null}}) { title tag score visits } }");

        // A book comes once for each of its tags, and has one score of that key and label.
        var books = (await graph.RunAsync("{ books(first: 1000, where: {title: {neq: null}}) { nodes { isbn title tags { name } scores { key label last: lastValue } } } }")).At("books.nodes").EnumerateArray();
        var expected = new List<string>();
        foreach (var book in books)
        {
            var visits = _visits.Where(visit => $"isbn-{visit.BookId:0000}" == book.GetProperty("isbn").GetString()).ToList();
            var score = book.GetProperty("scores").EnumerateArray().Where(score => score.GetProperty("key").GetString() == "loss" && score.GetProperty("label").GetString() == "").Select(score => score.GetProperty("last").ToString()).FirstOrDefault("");
            if (visits.Exists(visit => visit.Weight >= 0) && visits.Exists(visit => visit.Paid))
            {
                expected.AddRange(book.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).DefaultIfEmpty("")
                    .Select(tag => $"{book.GetProperty("title")} {tag} {score} {visits.Count(visit => visit.Paid)}"));
            }
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(StringComparer.Ordinal), answer.At("paid").EnumerateArray().Select(paid => $"{paid.GetProperty("title")} {paid.GetProperty("tag")} {paid.GetProperty("score")} {paid.GetProperty("visits")}").Order(StringComparer.Ordinal));
    }

    private sealed record Paid(string? Title, string? Tag, double? Score, long Visits);

    private static async Task<Paid[]> ReadAsync(MappedResolvers mapped, StepContext context, MappingLimits limits)
    {
        var filter = await mapped.FilterAsync(context.Request, "Book", context.Arguments.Get<ArgumentValues>("where"));
        RowColumn[] columns = [new("title"), new("name", "tags"), new("last_value", "scores", [("key", "loss"), ("label", "")])];
        var rows = await mapped.SelectAsync(context.Request, "Book", filter, columns, 1000);
        Assert.False(rows.HasMore);
        Assert.True((await mapped.SelectAsync(context.Request, "Book", filter, columns, rows.Count - 1)).HasMore);
        var sent = new SentRows("books", limits, [ClickHouseColumn.Create("id", "Int64", rows.Keys), ClickHouseColumn.Create("place", "UInt32", [.. Enumerable.Range(0, rows.Count).Select(i => (uint)i)])]);
        var found = new List<Paid>();
        await context.Request.Get<Sessions.StoreSessions>().ClickHouse!.ReadCaughtUpAsync(
            sent.AddTo(new ClickHouseQuery($"SELECT b.place AS place, toInt64(count()) AS visits FROM visit AS v JOIN {sent.Table} AS b ON b.id = v.book_id WHERE v.paid AND v.book_id IN {sent.Keys} GROUP BY place")),
            block =>
            {
                for (var row = 0; row < block.RowCount; row++)
                {
                    var place = (int)block.Column<uint>("place")[row];
                    found.Add(new Paid(rows.Texts(0)[place], rows.Texts(1)[place], rows.Numbers(2)[place], block.Column<long>("visits")[row]));
                }
            },
            default);
        return [.. found];
    }

    [Fact]
    public async Task Filter_Should_BeRefused_When_TooManyRowsOfTheOtherStoreMeetIt()
    {
        var graph = await Graph.BuildAsync(library.Source, Sdl, _client, limits: new MappingLimits { MaxForeignKeys = 3 });

        var answer = await graph.RunAsync("{ books(where: {visits: {some: {seq: {gt: 0}}}}) { totalCount } }");

        Assert.Equal("LIMIT_EXCEEDED", answer.Code);
        Assert.Contains("more than 3", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_Should_BeRefused_When_ItsConditionsTogetherFindTooManyRowsOfTheOtherStore()
    {
        var graph = await Graph.BuildAsync(library.Source, Sdl, _client, limits: new MappingLimits { MaxForeignKeys = 4 });

        Assert.Equal("LIMIT_EXCEEDED", (await graph.RunAsync("{ visits(where: {or: [{book: {isbn: {in: [\"isbn-0001\", \"isbn-0002\", \"isbn-0003\"]}}}, {guide: {favouriteExists: true}}]}) { totalCount } }")).Code);
        Assert.Equal(0, (await graph.RunAsync("{ visits(where: {book: {isbn: {in: [\"isbn-0001\", \"isbn-0002\", \"isbn-0003\"]}}, guide: {name: {eq: \"nobody\"}}}) { totalCount } }")).At("visits.totalCount").GetInt32());
    }

    [Theory]
    [InlineData("{or: [{book: {isbn: {eq: \"a\"}}}, {book: {isbn: {eq: \"b\"}}}, {bookExists: true}, {guideExists: true}]}")]
    [InlineData("{book: {visits: {some: {or: [{guide: {name: {eq: \"a\"}}}, {guide: {name: {eq: \"b\"}}}, {guideExists: true}]}}}}")]
    public async Task Filter_Should_BeRefusedUnasked_When_ItHasTooManyConditionsOnTheOtherStore(string where)
    {
        var graph = await Graph.BuildAsync(library.Source, Sdl, _client, limits: new MappingLimits { MaxConditions = 3 });

        var answer = await graph.RunAsync($"{{ visits(where: {where}) {{ totalCount }} }}");

        Assert.Equal("LIMIT_EXCEEDED", answer.Code);
        Assert.Contains("at most 3 conditions", answer.Message, StringComparison.Ordinal);
        Assert.Empty(answer.Counters.Statements);
    }

    [Fact]
    public async Task Filter_Should_AskFourQuestionsAtOnce_When_ItHasMoreConditionsOnTheOtherStore()
    {
        var (running, most, asked) = (0, 0, 0);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var graph = await Graph.BuildAsync(library.Source, Sdl, _client, catchUp: async _ =>
        {
            lock (release)
            {
                (asked, running, most) = (asked + 1, running + 1, Math.Max(most, running + 1));
            }

            await release.Task;
            lock (release)
            {
                running--;
            }
        });

        var answer = graph.RunAsync($"{{ books(where: {{or: [{string.Join(", ", Enumerable.Range(1, 12).Select(seq => $"{{visits: {{some: {{seq: {{eq: {seq}}}}}}}}}"))}]}}) {{ totalCount }} }}");
        release.SetResult();

        Assert.Equal(_visits.Take(12).Select(visit => visit.BookId).Distinct().Count(), (await answer).At("books.totalCount").GetInt32());
        Assert.Equal((12, 4), (asked, most));
    }

    [Fact]
    public async Task Order_Should_ReachRelatedRows_When_TheyAreVersions()
    {
        var answer = await _graph.RunAsync("{ visits(first: 1000, order: [{where: {size: DESC}}]) { nodes { seq } } places(where: {visits: {some: {paid: {eq: true}}}}) { name visits(first: 1) { seq } } }");

        var expected = _visits.OrderBy(visit => visit.Place switch { "hall" => 0, "inn" => 1, _ => 2 }).ThenBy(visit => visit.Seq).Select(visit => visit.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(expected, answer.Texts("visits.nodes", "seq"));
        Assert.Equal(["hall", "inn"], answer.Texts("places", "name"));
    }

    [Fact]
    public async Task Reads_Should_YieldNothing_When_ThePolicyDeniesTheType()
    {
        var graph = await Graph.BuildAsync(library.Source, Sdl, _client, new NoVisits());

        var answer = await graph.RunAsync($$$"""
            { visits { totalCount nodes { seq } } visit(seq: 7) { seq } node(id: "{{{Rows.GlobalId.Of("Visit", 7)}}}") { id } places(where: {visits: {any: true}}) { name }
              books(first: 20) { nodes { visits { totalCount nodes { seq } } firstVisits { seq } } } }
            """);

        Assert.Equal("""{"totalCount":0,"nodes":[]}""", answer.At("visits").GetRawText());
        Assert.Equal("[]", answer.At("places").GetRawText());
        Assert.Equal("null", answer.At("visit").GetRawText());
        Assert.Equal("null", answer.At("node").GetRawText());
        Assert.All(answer.At("books.nodes").EnumerateArray(), book => Assert.Equal("""{"visits":{"totalCount":0,"nodes":[]},"firstVisits":[]}""", book.GetRawText()));
    }

    [Fact]
    public async Task Store_Should_FailItsFieldsAlone_When_ItRefusesAQuery()
    {
        var graph = await Graph.BuildAsync(library.Source, Sdl, _client);
        await _client.ExecuteAsync(new ClickHouseQuery("DROP TABLE place"));

        var answer = await graph.RunAsync("{ places { name } author(name: \"nobody\") { name } }");

        Assert.Equal("""["places"]""", answer.Error.GetProperty("path").GetRawText());
        Assert.DoesNotContain("place", answer.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<Visit> Ordered(IEnumerable<Visit> visits, Func<Visit, double?> value, bool descending)
    {
        static int Class(double? value) => value is null ? 2 : double.IsNaN(value.Value) ? 1 : 0;
        return visits.OrderBy(visit => Class(value(visit))).ThenBy(visit => Class(value(visit)) > 0 ? 0 : descending ? -value(visit)!.Value : value(visit)!.Value).ThenBy(visit => visit.Seq);
    }

    private sealed class NoVisits : IPolicyProvider
    {
        public PolicyFragment? GetPolicy(TableModel table, RequestContext request) => table.TypeName == "Visit" ? PolicyFragment.DenyAll : null;
    }
}
