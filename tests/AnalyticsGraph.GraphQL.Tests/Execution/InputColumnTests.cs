using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Lists of input objects that are kept in columns have the values, and the errors, that they have as objects.</summary>
public sealed class InputColumnTests
{
    private const string Sdl = """
        type Query { f(rows: [Row!], given: JSON): String }
        input Row { key: String! value: Double! step: Long! = 0 time: DateTime kind: Kind! = A note: String rank: Int = 1 is: Boolean id: ID other: JSON real: Float long: Duration }
        enum Kind { A B }
        scalar JSON scalar Double scalar Long scalar DateTime scalar Duration
        """;

    private static readonly TestServer Columns = new(Sdl, bindings => Bind(bindings).ReadInColumns("Row"));
    private static readonly TestServer Objects = new(Sdl, bindings => Bind(bindings));

    [Theory]
    [InlineData("""[{"key":"a","value":1},{"value":2.5,"key":"b","step":3,"time":"2026-01-31T12:00:00.5+01:00","kind":"B","note":null,"rank":null,"is":true,"id":7,"other":{"x":[1]},"real":1e3,"long":"PT1M"}]""")]
    [InlineData("""[{"key":"a","value":"NaN"},{"key":"\u0061\n","value":"-Infinity","note":"täg"},{"key":"täg","value":1,"note":"täg","step":"9007199254740993","rank":2.0}]""")]
    [InlineData("""{"key":"alone","value":0}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""[{"key":"a","value":1,"key":"b"}]""")]
    [InlineData("""[{"key":"a","value":1},null]""")]
    [InlineData("""[{"key":"a"},{"value":1,"key":null},{"key":"a","value":"x","step":1.5,"time":"yesterday","kind":"C","is":1,"real":"NaN","what":1}]""")]
    [InlineData("""[3,"x",[]]""")]
    public async Task Execute_Should_CoerceVariables_AsObjects(string rows)
    {
        using var json = JsonDocument.Parse(rows);
        await RequireSameAsync("query ($rows: [Row!]) { f(rows: $rows) }", new Dictionary<string, object?> { ["rows"] = json.RootElement });
    }

    [Theory]
    [InlineData("""{ f(rows: [{key: "a", value: 1}, {key: "b", value: "NaN", kind: B, time: "2026-01-31T12:00:00Z", note: null, other: {x: 1}}]) }""")]
    [InlineData("""{ f(rows: {key: "a", value: 1}) }""")]
    [InlineData("""query ($row: Row! = {key: "a", value: 1}, $note: String) { f(rows: [$row, {key: "b", value: 2, note: $note}]) }""")]
    [InlineData("""query ($rows: [Row!] = [{key: "a", value: 1, rank: null}]) { f(rows: $rows) }""")]
    [InlineData("""query ($rows: [Row!] = [{key: "a", value: 1, rank: null}]) { f(given: {rows: $rows}) }""")]
    public async Task Execute_Should_CoerceLiterals_AsObjects(string query) => await RequireSameAsync(query, null);

    [Fact]
    public async Task Execute_Should_CoerceRandomLists_AsObjects()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 60)).Select(_ => RandomRow(random)).ToArray();
            await RequireSameAsync("query ($rows: [Row!]) { f(rows: $rows) }", new Dictionary<string, object?> { ["rows"] = rows });
        }
    }

    [Fact]
    public void Create_Should_Refuse_When_AColumnCannotBe()
    {
        var schema = SchemaBuilder.Build([Utf8Parser.Parse(
            "type Query { f(rows: [Row!], plain: [Plain!] = [{x: 1}]): String } input Row { inner: [Int] } input Plain { x: Int } input Choice @oneOf { x: Int }")]);
        var bindings = Bind(new SchemaBindings()).ReadInColumns("Row").ReadInColumns("Plain").ReadInColumns("Choice").ReadInColumns("Query");

        var fault = Assert.Throws<SchemaBindingException>(() => ExecutableSchema.Create(schema, bindings));

        Assert.Equal(
            """
            Row is to be read in columns, and has a field 'inner' that is no scalar and no enum.
            Plain is to be read in columns, and the default of plain has a list of it.
            Choice is to be read in columns, and is a OneOf input object.
            Query is to be read in columns, and is no input object type of the schema.
            """,
            string.Join('\n', fault.Faults));
    }

    private static async Task RequireSameAsync(string query, object? variables)
    {
        var expected = await Objects.AskAsync(query, variables);
        Assert.Equal(expected, await Columns.AskAsync(query, variables));
    }

    private static Dictionary<string, object?> RandomRow(Random random)
    {
        var values = new List<KeyValuePair<string, object?>>
        {
            new("key", $"metric_{random.Next(100)}"), new("value", random.Next(4) == 0 ? "Infinity" : random.NextDouble()), new("step", random.NextInt64()),
            new("time", DateTimeOffset.UnixEpoch.AddMilliseconds(random.NextInt64(4_000_000_000_000)).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)),
            new("kind", random.Next(2) == 0 ? "A" : "B"), new("note", random.Next(3) == 0 ? null : new string('x', random.Next(12))), new("rank", random.Next(3) == 0 ? null : random.Next()),
            new("is", random.Next(2) == 0), new("id", random.Next()), new("real", random.NextDouble()),
        };

        // Those that must be there, and some of the others, in any order.
        return values.Where((_, i) => i < 2 || random.Next(3) > 0).OrderBy(_ => random.Next(8)).ToDictionary();
    }

    private static SchemaBindings Bind(SchemaBindings bindings) => bindings.Bind("Query", "f", FieldResolver.FromRequest(context => ValueTask.FromResult(Show(context.Arguments))));

    private static string Show(ArgumentValues values) => string.Join(' ', values.Values.ToArray().Select(pair => $"{pair.Key}={Show(pair.Value)}"));

    private static string Show(object? value) => value switch
    {
        null => "null",
        object?[] list => $"[{string.Join(' ', list.Select(Show))}]",
        InputColumns columns => $"[{string.Join(' ', Enumerable.Range(0, columns.Count).Select(row => Show((object)columns.Row(row))))}]",
        ArgumentValues values => $"{{{Show(values)}}}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
