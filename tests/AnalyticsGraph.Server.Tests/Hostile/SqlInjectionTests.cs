using System.Text.Json;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Hostile;

/// <summary>SQL in every place of the schema that takes a text: every argument and every operator of every filter, both stores. Generated, so that a new field is covered.</summary>
[Collection("sample")]
public sealed class SqlInjectionTests(SampleServer sample)
{
    private static readonly string[] Payloads = ["'; DROP TABLE run; --", "' OR '1'='1", "\\'; SELECT pg_sleep(9); --", "{p1:String}", "$1", "%' UNION SELECT 1 --", "\"; DROP TABLE metric_point; --", "\u0000"];

    private Schema Schema => sample.Server.Graph.Executor.Schema.Schema;

    [Fact]
    public async Task Filters_Should_TakeSqlForText_When_ItComesInEveryOperator()
    {
        var before = await RowCounts.ReadAsync(sample.Postgres, sample.ClickHouse);
        var everything = new HashSet<string>();
        var conditions = 0;
        foreach (var root in Schema.Query.Fields.Values.Where(field => field.Arguments.ContainsKey("where")))
        {
            foreach (var group in Conditions((InputObjectType)root.Arguments["where"].Type.Named, everything).Chunk(200))
            {
                conditions += group.Length;
                var answer = await sample.Server.AskAsync($"{{ {root.Name}(where: {{or: [{string.Join(' ', group)}]}}, first: 1) {{ nodes {{ __typename }} }} }}");
                AssertHarmless(answer, root.Name);
            }
        }

        Assert.InRange(conditions, 500, int.MaxValue);
        Assert.Equal(before, await RowCounts.ReadAsync(sample.Postgres, sample.ClickHouse));
    }

    [Fact]
    public async Task Equality_Should_FindNothing_When_TextIsSql()
    {
        foreach (var payload in Payloads[..^1])
        {
            var data = await sample.Server.RunAsync(
                "query ($p: String!) { runs(where: {name: {eq: $p}}) { totalCount } a: runs(where: {params: {some: {value: {contains: $p}}}}) { totalCount } metricPoints(where: {key: {eq: $p}}) { totalCount } b: metricPoints(where: {label: {startsWith: $p}}) { totalCount } run(uuid: $p) { id } }",
                new { p = payload });

            Assert.Equal((0, 0, 0, 0), (data.At("runs.totalCount").GetInt32(), payload == "$1" ? 0 : data.At("a.totalCount").GetInt32(), data.At("metricPoints.totalCount").GetInt32(), data.At("b.totalCount").GetInt32()));
            Assert.Equal(JsonValueKind.Null, data.GetProperty("run").ValueKind);
        }
    }

    [Fact]
    public async Task Arguments_Should_TakeSqlForText_When_ItComesInEachOfThem()
    {
        var before = await RowCounts.ReadAsync(sample.Postgres, sample.ClickHouse);
        var asked = 0;
        foreach (var (path, field) in FieldsWithArguments())
        {
            foreach (var argument in field.Arguments.Values.Where(argument => argument.Name != "where"))
            {
                // Each place takes the first and one of the others, in turn.
                foreach (var literal in new[] { Payloads[0], Payloads[1 + (asked % (Payloads.Length - 1))] }.SelectMany(payload => Literals(argument.Type, payload, [])))
                {
                    asked++;
                    var others = string.Concat(field.Arguments.Values.Where(other => other.IsRequired && other != argument).Select(other => $" {other.Name}: \"x\""));
                    var selection = field.Type.IsLeaf ? "" : " { __typename }";
                    AssertHarmless(await sample.Server.AskAsync(path.Replace("@", $"{field.Name}({argument.Name}: {literal}{others}){selection}", StringComparison.Ordinal)), $"{field}({argument.Name}:)");
                }
            }
        }

        Assert.InRange(asked, 300, int.MaxValue);
        Assert.Equal(before, await RowCounts.ReadAsync(sample.Postgres, sample.ClickHouse));
    }

    [Fact]
    public async Task Mutations_Should_ChangeNothing_When_IdsAreSql()
    {
        var before = await RowCounts.ReadAsync(sample.Postgres, sample.ClickHouse);
        foreach (var literal in Payloads.Select(payload => Quote(payload)))
        {
            var answer = await sample.Server.AskAsync($"mutation {{ createRun(input: {{experimentId: {literal}, parentId: {literal}, name: {literal}}}) {{ errors {{ __typename }} }} updateRun(input: {{id: {literal}, name: {literal}, clientToken: {literal}}}) {{ errors {{ __typename }} }} logBatch(input: {{runId: {literal}, params: [{{key: {literal}, value: {literal}}}], metrics: [{{key: {literal}, value: 1, label: {literal}}}]}}) {{ errors {{ __typename }} }} }}");
            AssertHarmless(answer, "mutation");
        }

        Assert.Equal(before, await RowCounts.ReadAsync(sample.Postgres, sample.ClickHouse));
    }

    private static void AssertHarmless(Answer answer, string where) =>
        Assert.All(answer.Codes, code => Assert.True(code is "BAD_USER_INPUT" or "LIMIT_EXCEEDED" or "NOT_FOUND" or "GRAPHQL_VALIDATION_FAILED", $"{where}: {code} {answer.Json}"));

    // Each operator of each field of each filter once, nested ones by their first way there.
    private static IEnumerable<string> Conditions(InputObjectType filter, HashSet<string> seen)
    {
        if (!seen.Add(filter.Name))
        {
            yield break;
        }

        foreach (var field in filter.Fields.Values.Where(field => field.Name is not ("and" or "or")))
        {
            if (field.Type.Named is not InputObjectType type)
            {
                continue;
            }

            if (type.Name.EndsWith("OperationFilterInput", StringComparison.Ordinal))
            {
                foreach (var op in type.Fields.Values.Where(op => op.Type.Named.Name == "String"))
                {
                    var isList = op.Type.Nullable is ListType;
                    foreach (var payload in (string[])[Payloads[0], Payloads[1 + (seen.Count % 6)]])
                    {
                        var text = Quote(payload);
                        yield return $"{{{field.Name}: {{{op.Name}: {(isList && op.Name is not ("and" or "or") ? $"[{text}]" : text)}}}}}";
                    }
                }
            }
            else
            {
                var wrap = type.Fields.ContainsKey("some") ? "some" : null;
                var inner = wrap is null ? type : (InputObjectType)type.Fields["some"].Type.Named;
                foreach (var condition in Conditions(inner, seen))
                {
                    yield return wrap is null ? $"{{{field.Name}: {condition}}}" : $"{{{field.Name}: {{some: {condition}}}}}";
                }
            }
        }
    }

    // Fields of the query, and those of runs that take more than a page and a filter.
    private IEnumerable<(string Path, FieldDefinition Field)> FieldsWithArguments() =>
    [
        .. Schema.Query.Fields.Values.Where(field => field.Arguments.Count > 0).Select(field => ("{ @ }", field)),
        .. ((ObjectType)Schema.Types["Run"]).Fields.Values.Where(field => field.Arguments.Count > 0).Select(field => ("{ runs(first: 1) { nodes { @ } } }", field)),
    ];

    private static IEnumerable<string> Literals(GraphQLType type, string payload, HashSet<NamedType> within)
    {
        var text = Quote(payload);
        switch (type.Named)
        {
            case ScalarType { Name: "String" or "ID" }:
                yield return type.Nullable is ListType ? $"[{text}]" : text;
                break;
            // Filters, which go in circles, have a test of their own.
            case InputObjectType input when !input.Name.EndsWith("FilterInput", StringComparison.Ordinal) && within.Add(input):
                foreach (var field in input.Fields.Values)
                {
                    var others = string.Concat(input.Fields.Values.Where(other => other.IsRequired && other != field).Select(other => $" {other.Name}: {Filler(other.Type)}"));
                    foreach (var literal in Literals(field.Type, payload, [.. within]))
                    {
                        yield return type.Nullable is ListType ? $"[{{{field.Name}: {literal}{others}}}]" : $"{{{field.Name}: {literal}{others}}}";
                    }
                }

                break;
        }
    }

    private static string Filler(GraphQLType type) => type.Named switch
    {
        EnumType values => values.Values.Keys.First(),
        ScalarType { Name: "String" or "ID" } => "\"x\"",
        _ => "1",
    };

    // JSON's escapes are GraphQL's too.
    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
