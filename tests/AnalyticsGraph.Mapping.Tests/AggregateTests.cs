using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>Aggregates over both stores, against brute force over the same random rows.</summary>
public sealed class AggregateTests(FactsFixture facts) : IClassFixture<FactsFixture>
{
    public static TheoryData<string, int> StoresAndKeys()
    {
        var data = new TheoryData<string, int>();
        for (var key = 0; key < AggregateOracle.Keys.Length; key++)
        {
            data.Add("p", key);
            data.Add("c", key);
        }

        return data;
    }

    [Theory]
    [InlineData("p")]
    [InlineData("c")]
    public async Task Aggregate_Should_BeOfAllRows_When_NothingIsGroupedBy(string store)
    {
        var answer = await facts.Graph.RunAsync($$"""
            { all: {{store}}FactsAggregate { {{AggregateOracle.Selection}} }
              some: {{store}}FactsAggregate(where: {large: {gt: 3}, owner: {name: {eq: "owner 1"} } }) { {{AggregateOracle.Selection}} }
              none: {{store}}FactsAggregate(where: {large: {gt: 1000} }) { {{AggregateOracle.Selection}} }
              first: {{store}}FactsAggregate(first: 0) { count } }
            """);

        AggregateOracle.Check(facts.Rows, Assert.Single(answer.At("all").EnumerateArray()));
        AggregateOracle.Check([.. facts.Rows.Where(fact => fact.Large > 3 && fact.OwnerName == "owner 1")], Assert.Single(answer.At("some").EnumerateArray()));
        AggregateOracle.Check([], Assert.Single(answer.At("none").EnumerateArray()));
        Assert.Empty(answer.At("first").EnumerateArray());
    }

    [Theory]
    [MemberData(nameof(StoresAndKeys))]
    public async Task Groups_Should_HaveTheirRows_When_AFieldIsGroupedBy(string store, int index)
    {
        var (entry, value, path) = AggregateOracle.Keys[index];
        foreach (var descending in new[] { false, true })
        {
            var direction = descending ? "DESC" : "ASC";
            var answer = await facts.Graph.RunAsync(
                $$"""{ {{store}}FactsAggregate(groupBy: [{{{entry}} direction: {{direction}}{{Close(entry)}}}]) { keys {{Group(path)}} {{AggregateOracle.Selection}} } }""");

            var expected = Grouped(facts.Rows, value).OrderBy(group => group.Key, Comparer<object?>.Create((a, b) => AggregateOracle.Compare(a, b, descending))).ToList();
            var actual = answer.At($"{store}FactsAggregate").EnumerateArray().ToList();
            Assert.Equal(expected.Select(group => AggregateOracle.Json(group.Key)), actual.Select(group => Text(group.GetProperty("keys")[0], group, expected)));
            foreach (var (group, aggregate) in expected.Zip(actual))
            {
                Assert.True(AggregateOracle.Matches(group.Key, aggregate.GetProperty("keys")[0]), $"{group.Key}: {aggregate.GetProperty("keys")}");
                Assert.True(path.Length == 0 || AggregateOracle.Matches(group.Key, path.Split('.').Aggregate(aggregate.GetProperty("group"), (at, name) => at.GetProperty(name))));
                AggregateOracle.Check(group.Rows, aggregate);
            }
        }

        // Texts are compared as they stand, all else by its value below.
        string Text(JsonElement key, JsonElement _, List<(object? Key, List<Fact> Rows)> expected) =>
            expected.Where(group => AggregateOracle.Matches(group.Key, key)).Select(group => AggregateOracle.Json(group.Key)).DefaultIfEmpty(key.GetRawText()).First();
    }

    [Fact]
    public async Task Groups_Should_BeTheSameInBothStores_When_SeveralFieldsAreGroupedByAtRandom()
    {
        var random = new Random(3);
        for (var round = 0; round < 25; round++)
        {
            var keys = Enumerable.Range(0, random.Next(2, 5)).Select(_ => AggregateOracle.Keys[random.Next(AggregateOracle.Keys.Length)]).ToList();
            var groupBy = string.Join(", ", keys.Select(key => $"{{{key.Entry} direction: {(random.Next(2) == 0 ? "ASC" : "DESC")}{Close(key.Entry)}}}"));
            var body = $"(groupBy: [{groupBy}]) {{ keys {AggregateOracle.Selection} }}";

            var answer = await facts.Graph.RunAsync($"{{ a: pFactsAggregate{body} b: cFactsAggregate{body} }}");

            var groups = answer.At("a").EnumerateArray().ToList();
            Assert.Equal(groups.Select(group => group.GetProperty("keys").GetRawText()), answer.At("b").EnumerateArray().Select(group => group.GetProperty("keys").GetRawText()));
            Assert.Equal(facts.Rows.Count, groups.Sum(group => group.GetProperty("count").GetInt32()));
            foreach (var (group, other) in groups.Zip(answer.At("b").EnumerateArray()))
            {
                var own = facts.Rows.Where(fact => keys.Select((key, i) => AggregateOracle.Matches(key.Value(fact), group.GetProperty("keys")[i])).All(matches => matches)).ToList();
                AggregateOracle.Check(own, group);
                AggregateOracle.Check(own, other);
            }
        }
    }

    [Theory]
    [InlineData("p")]
    [InlineData("c")]
    public async Task Having_Should_ChooseGroups_When_ItSpeaksOfWhatIsNotSelected(string store)
    {
        var answer = await facts.Graph.RunAsync($$"""
            { a: {{store}}FactsAggregate(groupBy: [{large: {} }], having: {count: {gt: 4}, fields: {weight: {avg: {lt: 7} }, at: {max: {gt: "2024-06-01T00:00:00Z"} } } }) { keys }
              b: {{store}}FactsAggregate(groupBy: [{large: {} }], having: {or: [{count: {lte: 2} }, {and: [{fields: {text: {max: {startsWith: "z"} } } }, {fields: {color: {min: {eq: BLUE} } } }]}]}) { keys }
              c: {{store}}FactsAggregate(groupBy: [{large: {} }], having: {fields: {size: {height: {distinct: {in: [2, 3]} } }, number: {sum: {eq: "NaN"} } } }) { keys } }
            """);

        Assert.Equal(Having(rows => rows.Count > 4 && Mean(rows) < 7 && rows.Max(fact => fact.At) > new DateTime(2024, 6, 1)), Keys(answer, "a"));
        Assert.Equal(
            Having(rows => rows.Count <= 2 || (rows.Select(fact => fact.Text).Max(StringComparer.Ordinal)?.StartsWith('z') == true && rows.Select(fact => fact.Stored).OfType<string>().Min(StringComparer.Ordinal) == "azure")),
            Keys(answer, "b"));
        Assert.Equal(
            Having(rows => rows.Select(fact => fact.Height).OfType<int>().Distinct().Count() is 2 or 3 && double.IsNaN(rows.Select(fact => fact.Number).OfType<double>().Where(number => !double.IsNaN(number)).Sum())),
            Keys(answer, "c"));

        IEnumerable<long> Having(Func<List<Fact>, bool> condition) => Grouped(facts.Rows, fact => fact.Large).Where(group => condition(group.Rows)).Select(group => (long)group.Key!).Order();
        static double? Mean(List<Fact> rows) => rows.Select(fact => fact.Weight).Where(weight => !double.IsNaN(weight)).Select(weight => (double?)weight).Average();
        static IEnumerable<long> Keys(Answer answer, string name) => answer.At(name).EnumerateArray().Select(group => group.GetProperty("keys")[0].GetInt64());
    }

    [Theory]
    [InlineData("p")]
    [InlineData("c")]
    public async Task Groups_Should_ComeByAMeasure_When_OrderSaysSo(string store)
    {
        var answer = await facts.Graph.RunAsync($$"""
            { byCount: {{store}}FactsAggregate(groupBy: [{large: {direction: DESC} }], order: [{count: DESC}], first: 5) { keys count }
              bySum: {{store}}FactsAggregate(groupBy: [{large: {} }], order: [{fields: {number: {avg: DESC} } }, {fields: {size: {width: {max: ASC} } } }]) { keys } }
            """);

        var groups = Grouped(facts.Rows, fact => fact.Large).ToList();
        Assert.Equal(
            groups.OrderByDescending(group => group.Rows.Count).ThenByDescending(group => (long)group.Key!).Take(5).Select(group => $"[{group.Key}] {group.Rows.Count}"),
            answer.At("byCount").EnumerateArray().Select(group => $"{group.GetProperty("keys").GetRawText()} {group.GetProperty("count")}"));
        Assert.Equal(
            groups.OrderBy(group => Mean(group.Rows), Comparer<object?>.Create((a, b) => AggregateOracle.Compare(a, b, descending: true)))
                .ThenBy(group => group.Rows.Max(fact => fact.Width) is { } width ? width : null, Comparer<object?>.Create((a, b) => AggregateOracle.Compare(a, b, descending: false)))
                .ThenBy(group => (long)group.Key!).Select(group => $"[{group.Key}]"),
            answer.At("bySum").EnumerateArray().Select(group => group.GetProperty("keys").GetRawText()));

        static object? Mean(List<Fact> rows) => rows.Select(fact => fact.Number).OfType<double>().Where(number => !double.IsNaN(number)).Select(number => (double?)number).Average();
    }

    [Fact]
    public async Task Nested_Should_ShareOneStatementALevel_When_ManyParentsAreAggregated()
    {
        var answer = await facts.Graph.RunAsync($$"""
            { pOwners { id factsAggregate(where: {large: {gt: 0} }) { {{AggregateOracle.Selection}} } byColor: factsAggregate(groupBy: [{color: {} }], first: 2) { keys count }
                strangersAggregate { {{AggregateOracle.Selection}} } byFlag: strangersAggregate(groupBy: [{flag: {} }, {owner: {id: {} } }]) { group { flag owner { id } } count } }
              cOwners { id factsAggregate(where: {large: {gt: 0} }) { {{AggregateOracle.Selection}} } byColor: factsAggregate(groupBy: [{color: {} }], first: 2) { keys count } } }
            """);

        foreach (var (root, other) in new[] { ("pOwners", "strangersAggregate"), ("cOwners", "factsAggregate") })
        {
            var owners = answer.At(root).EnumerateArray().ToList();
            Assert.Equal(10, owners.Count);
            foreach (var (owner, id) in owners.Select((owner, i) => (owner, i + 1)))
            {
                var own = facts.Rows.Where(fact => fact.Owner == id).ToList();
                AggregateOracle.Check([.. own.Where(fact => fact.Large > 0)], Assert.Single(owner.GetProperty("factsAggregate").EnumerateArray()));
                AggregateOracle.Check(root == "pOwners" ? own : [.. own.Where(fact => fact.Large > 0)], Assert.Single(owner.GetProperty(other).EnumerateArray()));
                Assert.Equal(
                    Grouped(own, fact => fact.Stored).OrderBy(group => group.Key, Comparer<object?>.Create((a, b) => AggregateOracle.Compare(a, b, false))).Take(2).Select(group => group.Rows.Count),
                    owner.GetProperty("byColor").EnumerateArray().Select(group => group.GetProperty("count").GetInt32()));
                if (owner.TryGetProperty("byFlag", out var flags))
                {
                    Assert.Equal(
                        own.GroupBy(fact => fact.Flag).OrderBy(group => group.Key).Select(group => $"{group.Key} {Id("COwner", id)} {group.Count()}"),
                        flags.EnumerateArray().Select(group => $"{group.GetProperty("group").GetProperty("flag")} {group.GetProperty("group").GetProperty("owner").GetProperty("id")} {group.GetProperty("count")}"));
                }
            }
        }

        Assert.Equal(2, answer.Counters.PostgresRoundTrips);
        Assert.Equal(3, answer.Counters.PostgresStatements);
        Assert.Equal(1 + 2 + 2, answer.Counters.ClickHouseQueries);
    }

    [Fact]
    public async Task Filter_Should_ReachTheOtherStore_When_RowsAreAggregated()
    {
        var answer = await facts.Graph.RunAsync($"{{ pFactsAggregate(where: {{twin: {{number: {{gte: 1}}}}}}) {{ {AggregateOracle.Selection} }} }}");

        AggregateOracle.Check([.. facts.Rows.Where(fact => fact.Number >= 1)], answer.At("pFactsAggregate.0"));
        Assert.Equal(1, answer.Counters.ClickHouseQueries);
        Assert.Equal(1, answer.Counters.PostgresStatements);
    }

    [Fact]
    public async Task Policy_Should_HoldForRowsAndForWhatTheyAreGroupedBy_When_TheCallerMayNotSeeAll()
    {
        var graph = await Graph.BuildAsync(facts.Source, Facts.Sdl, facts.Client, new EvenOwners(), bind: (_, _) => { });

        var answer = await graph.RunAsync("""
            { pFactsAggregate { count } cFactsAggregate { count } pOwners { factsAggregate { count } }
              p: pFactsAggregate(groupBy: [{owner: {name: {}}}]) { keys count } c: cFactsAggregate(groupBy: [{owner: {name: {}}}]) { keys count } }
            """);

        var seen = facts.Rows.Where(fact => fact.Id % 2 == 0).ToList();
        Assert.Equal(seen.Count, answer.At("pFactsAggregate.0.count").GetInt32());
        Assert.Equal(seen.Count, answer.At("cFactsAggregate.0.count").GetInt32());
        Assert.Equal(seen.Count(fact => fact.Owner == 2), answer.At("pOwners.0.factsAggregate.0.count").GetInt32());
        var byName = seen.GroupBy(fact => fact.Owner % 2 == 0 ? $"\"{fact.OwnerName}\"" : "null").OrderBy(group => group.Key == "null").ThenBy(group => group.Key, StringComparer.Ordinal).Select(group => $"[{group.Key}] {group.Count()}").ToList();
        Assert.Equal(byName, answer.At("p").EnumerateArray().Select(group => $"{group.GetProperty("keys").GetRawText()} {group.GetProperty("count")}"));
        Assert.Equal(byName, answer.At("c").EnumerateArray().Select(group => $"{group.GetProperty("keys").GetRawText()} {group.GetProperty("count")}"));
    }

    [Theory]
    [InlineData("p")]
    [InlineData("c")]
    public async Task Sum_Should_BeAnError_When_ItDoesNotFitInto64Bits(string store)
    {
        var facts2 = Facts.Make(2, 1).Select(fact => fact with { Large = long.MaxValue - 1 }).ToList();
        await using var source = Npgsql.NpgsqlDataSource.Create(await facts.Engines.CreateDatabaseAsync());
        await using var client = new ClickHouse.ClickHouseClient(ClickHouse.ClickHouseOptions.Parse(await facts.Engines.CreateClickHouseDatabaseAsync()));
        await Facts.CreateAsync(source, client, facts2);
        var graph = await Graph.BuildAsync(source, Facts.Sdl, client, bind: (_, _) => { });

        var answer = await graph.RunAsync($"{{ a: {store}FactsAggregate {{ fields {{ large {{ sum }} }} }} }}");
        var fitting = await graph.RunAsync($"{{ a: {store}FactsAggregate {{ fields {{ large {{ avg max }} }} }} b: {store}FactsAggregate(groupBy: [{{id: {{}}}}]) {{ fields {{ large {{ sum }} }} }} }}");

        Assert.Equal("LIMIT_EXCEEDED", answer.Code);
        Assert.Contains("too large", answer.Message, StringComparison.Ordinal);
        Assert.Equal(long.MaxValue - 1, fitting.At("a.0.fields.large.max").GetInt64());
        Assert.Equal((double)(long.MaxValue - 1), fitting.At("a.0.fields.large.avg").GetDouble());
        Assert.Equal(long.MaxValue - 1, fitting.At("b.1.fields.large.sum").GetInt64());
    }

    [Theory]
    [InlineData("p")]
    [InlineData("c")]
    public async Task Bins_Should_HoldTheirValues_When_ValuesAndWidthsAreExtreme(string store)
    {
        var sdl = $$"""
            type Query { edges: [Edge!]! @list }
            scalar Long scalar Double scalar DateTime scalar JSON
            type Edge @table(name: "{{store}}_edge"{{(store == "c" ? ", store: CLICKHOUSE" : "")}}) { id: Long! large: Long! number: Double }
            """;
        const string Values = "(1, -9223372036854775808, 1.7976931348623157e308), (2, -9223372036854775801, -1.7976931348623157e308), (3, -9223372036854775800, 5e-324), (4, 9223372036854775807, -5e-324), (5, -1, NULL)";
        await using (var create = facts.Source.CreateCommand($"CREATE TABLE IF NOT EXISTS p_edge (id bigint PRIMARY KEY, large bigint NOT NULL, number float8); INSERT INTO p_edge VALUES {Values} ON CONFLICT DO NOTHING"))
        {
            await create.ExecuteNonQueryAsync();
        }

        await facts.Client.ExecuteAsync(new ClickHouse.ClickHouseQuery("CREATE OR REPLACE TABLE c_edge (id Int64, large Int64, number Nullable(Float64)) ENGINE = MergeTree ORDER BY id"));
        await facts.Client.ExecuteAsync(new ClickHouse.ClickHouseQuery($"INSERT INTO c_edge VALUES {Values}"));
        var graph = await Graph.BuildAsync(facts.Source, sdl, facts.Client, bind: (_, _) => { });

        var answer = await graph.RunAsync("""
            { large: edgesAggregate(groupBy: [{large: {width: 10}}]) { keys count }
              narrow: edgesAggregate(groupBy: [{number: {width: 1e-300}}]) { keys count }
              wide: edgesAggregate(groupBy: [{number: {width: 1e290}}]) { keys count }
              zero: edgesAggregate(groupBy: [{number: {width: 2}}], where: {number: {in: [5e-324, -5e-324]}}) { keys count } }
            """);

        string Groups(string name) => string.Join(", ", answer.At(name).EnumerateArray().Select(group => $"{group.GetProperty("keys")[0].GetRawText()}: {group.GetProperty("count")}"));
        Assert.Equal("-9223372036854775808: 2, -9223372036854775800: 1, -10: 1, 9223372036854775800: 1", Groups("large"));
        Assert.Equal("-1.7976931348623157E+308: 1, -1E-300: 1, 0: 1, 1.7976931348623157E+308: 1, null: 1", Groups("narrow"));
        Assert.Equal("-1.7976931348623157E+308: 1, -1E+290: 1, 0: 1, 1.7976931348623157E+308: 1, null: 1", Groups("wide"));
        Assert.Equal("-2: 1, 0: 1", Groups("zero"));
    }

    [Theory]
    [InlineData("p")]
    [InlineData("c")]
    public async Task Bins_Should_HoldTheNumbersOfTheirNames_When_ThoseAreWrittenAsDecimals(string store)
    {
        var sdl = $$"""
            type Query { parts: [Part!]! @list }
            scalar Long scalar Double scalar DateTime scalar JSON
            type Part @table(name: "{{store}}_part"{{(store == "c" ? ", store: CLICKHOUSE" : "")}}) { id: Long! number: Double! }
            """;
        await using (var create = facts.Source.CreateCommand(
            "CREATE TABLE IF NOT EXISTS p_part (id bigint PRIMARY KEY, number float8 NOT NULL); INSERT INTO p_part SELECT k, (k / 100.0)::float8 FROM generate_series(-300, 300) AS k ON CONFLICT DO NOTHING"))
        {
            await create.ExecuteNonQueryAsync();
        }

        await facts.Client.ExecuteAsync(new ClickHouse.ClickHouseQuery("CREATE OR REPLACE TABLE c_part (id Int64, number Float64) ENGINE = MergeTree ORDER BY id"));
        await facts.Client.ExecuteAsync(new ClickHouse.ClickHouseQuery("INSERT INTO c_part SELECT toInt64(number) - 300 AS k, k / 100 FROM numbers(601)"));
        var graph = await Graph.BuildAsync(facts.Source, sdl, facts.Client, bind: (_, _) => { });

        var answer = await graph.RunAsync("""
            { hundredths: partsAggregate(groupBy: [{number: {width: 0.01}}]) { keys count }
              tenths: partsAggregate(groupBy: [{number: {width: 0.1}}]) { keys count }
              others: partsAggregate(groupBy: [{number: {width: 0.07}}]) { keys count } }
            """);

        Assert.Equal(Groups(1), answer.At("hundredths").EnumerateArray().Select(Group));
        Assert.Equal(Groups(10), answer.At("tenths").EnumerateArray().Select(Group));
        Assert.Equal(Groups(7), answer.At("others").EnumerateArray().Select(Group));

        (double, int) Group(JsonElement group) => (group.GetProperty("keys")[0].GetDouble(), group.GetProperty("count").GetInt32());
        IEnumerable<(double, int)> Groups(int width) => Enumerable.Range(-300, 601).GroupBy(k => (int)Math.Floor((double)k / width) * width).Select(bin => (bin.Key / 100.0, bin.Count()));
    }

    [Theory]
    [InlineData("p")]
    [InlineData("c")]
    public async Task Zeros_Should_BeEqual_When_OneIsNegative(string store)
    {
        foreach (var (condition, holds) in new (string, Func<double?, bool>)[]
        {
            ("eq: 0", number => number is 0),
            ("in: [0]", number => number is 0),
            ("in: [0, 7]", number => number is 0 or 7),
            ("in: [-0.0, 7, null]", number => number is 0 or 7 or null),
            ("nin: [0, 7]", number => number is not (0 or 7)),
        })
        {
            var answer = await facts.Graph.RunAsync($"{{ {store}Facts(where: {{number: {{{condition}}}}}) {{ totalCount }} }}");

            Assert.Equal((condition, facts.Rows.Count(fact => holds(fact.Number))), (condition, answer.At($"{store}Facts.totalCount").GetInt32()));
        }
    }

    [Theory]
    [InlineData("groupBy: [{at: {unit: DAY, zone: \"Mars/Olympus\"}}]", "BAD_USER_INPUT", "Mars/Olympus")]
    [InlineData("groupBy: [{at: {unit: DAY, zone: \"UTC'; DROP TABLE p_fact; --\"}}]", "BAD_USER_INPUT", "no time zone")]
    [InlineData("groupBy: [{at: {unit: DAY, zone: \"../../etc/passwd\"}}]", "BAD_USER_INPUT", "no time zone")]
    [InlineData("groupBy: [{at: {unit: FORTNIGHT}}]", "GRAPHQL_VALIDATION_FAILED", "FORTNIGHT")]
    [InlineData("groupBy: [{number: {width: 0}}]", "BAD_USER_INPUT", "width")]
    [InlineData("groupBy: [{number: {width: \"NaN\"}}]", "BAD_USER_INPUT", "width")]
    [InlineData("groupBy: [{number: {width: 1e291}}]", "BAD_USER_INPUT", "1E+290")]
    [InlineData("groupBy: [{large: {width: 1.5}}]", "BAD_USER_INPUT", "whole")]
    [InlineData("groupBy: [{mark: {key: \"k\", stat: TEXT, width: 1}}]", "BAD_USER_INPUT", "only numbers")]
    [InlineData("groupBy: [{nothing: {}}]", "GRAPHQL_VALIDATION_FAILED", "nothing")]
    [InlineData("groupBy: [{small: {}, large: {}}]", "GRAPHQL_VALIDATION_FAILED", "")]
    [InlineData("groupBy: [{small: null}]", "GRAPHQL_VALIDATION_FAILED", "")]
    [InlineData("groupBy: [{small: {}}], having: {count: null}", "BAD_USER_INPUT", "having.count")]
    [InlineData("groupBy: [{small: {}}], having: {fields: {number: {avg: null}}}", "BAD_USER_INPUT", "having.fields.number.avg")]
    [InlineData("groupBy: [{small: {}}], having: {and: null}", "BAD_USER_INPUT", "having.and")]
    [InlineData("having: {count: {gt: 1}}", "BAD_USER_INPUT", "groupBy")]
    [InlineData("groupBy: [{small: {}}], order: [{fields: {text: {sum: ASC}}}]", "GRAPHQL_VALIDATION_FAILED", "sum")]
    [InlineData("first: -1", "BAD_USER_INPUT", "first")]
    [InlineData("first: 10001", "LIMIT_EXCEEDED", "first")]
    [InlineData("groupBy: [{id: {}}]", "LIMIT_EXCEEDED", "first")]
    [InlineData("groupBy: [{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}},{id:{}}]", "LIMIT_EXCEEDED", "groupBy")]
    public async Task Arguments_Should_BeRefused_When_TheyMakeNoSense(string arguments, string code, string message)
    {
        var graph = await Graph.BuildAsync(facts.Source, Facts.Sdl, facts.Client, limits: new MappingLimits { MaxList = arguments.Contains("{id: {}}", StringComparison.Ordinal) ? 100 : 10_000 }, bind: (_, _) => { });
        foreach (var store in new[] { "p", "c" })
        {
            var answer = await graph.RunAsync($"{{ {store}FactsAggregate({arguments}) {{ count }} }}");

            Assert.Equal(code, answer.Code);
            Assert.Contains(message, answer.Message, StringComparison.Ordinal);
            Assert.Empty(graph.Unexpected);
        }
    }

    [Fact]
    public async Task Group_Should_BeAnError_When_AFieldIsNotGroupedBy()
    {
        var answer = await facts.Graph.RunAsync("{ pFactsAggregate(groupBy: [{flag: {}}]) { group { flag owner { name } } } }");

        Assert.Equal("BAD_USER_INPUT", answer.Code);
        Assert.Contains("`owner.name`", answer.Message, StringComparison.Ordinal);
        Assert.False(answer.Json.GetProperty("data").GetProperty("pFactsAggregate")[0].GetProperty("group").GetProperty("flag").GetBoolean());
    }

    [Fact]
    public async Task Statement_Should_ComputeNoMoreThanIsSelected_When_OneFunctionIsAskedFor()
    {
        var answer = await facts.Graph.RunAsync("{ a: pFactsAggregate { fields { large { max } } } b: pFactsAggregate(groupBy: [{text: {}}]) { count } c: cFactsAggregate(groupBy: [{number: {}}, {text: {}}], order: [{count: DESC}]) { fields { large { sum } } } }");

        _ = answer.Data;
        Snapshot.Match("aggregates.sql", string.Join("\n\n", answer.Counters.Statements.Order(StringComparer.Ordinal)));
    }

    private static IEnumerable<(object? Key, List<Fact> Rows)> Grouped(IEnumerable<Fact> rows, Func<Fact, object?> value) =>
        rows.GroupBy(fact => value(fact) is double number ? number + 0.0 : value(fact)).Select(group => (group.Key, group.ToList()));

    private static string Close(string entry) => new('}', entry.Count(c => c == '{'));

    private static string Group(string path) => path.Length == 0 ? "" : $"group {{ {string.Join(" { ", path.Split('.'))} {string.Concat(path.Where(c => c == '.').Select(_ => "} "))}}}";

    private static string Id(string type, long id) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{type}:{id}")));

    private sealed class EvenOwners : IPolicyProvider
    {
        public PolicyFragment? GetPolicy(TableModel table, GraphQL.Execution.RequestContext request) => table.TypeName.EndsWith("Mark", StringComparison.Ordinal) ? null : new EvenIds();
    }

    private sealed class EvenIds : PolicyFragment
    {
        public override void AppendTo(SqlBuilder sql, string alias) => sql.AppendColumn(alias, "id").Append(" % ").AppendParameter(2L, SqlType.Int64).Append(" = 0");
    }
}
