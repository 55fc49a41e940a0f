using System.Text.Json;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Server.Hosting;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Every relation of the schema can be gone both ways, and both ways agree on real rows. Generated from the SDL's directives.</summary>
[Collection("sample")]
public sealed class RelationTests(SampleServer sample)
{
    /// <summary>Series stand in ClickHouse by their owner; the way back from what they are about would read them all. Artifacts lead back by themselves.</summary>
    private static readonly string[] OneWay =
    [
        "MetricPoint.model", "MetricPoint.dataset", "Metric.run", "MetricRecordLink.run", "Results.metrics", "Epoch.metrics", "Batch.metrics", "Results.artifactLinks",
        "ArtifactLink.experiment", "ArtifactLink.trial", "ArtifactLink.epoch",
    ];

    private static readonly Relation[] Relations = [.. GraphComposition.SchemaFiles()
        .SelectMany(file => Utf8Parser.Parse(file.Sdl).Definitions.OfType<ObjectTypeDefinitionNode>())
        .SelectMany(type => type.Fields.Select(field => Read(type.Name.Value, field)).OfType<Relation>())];

    public static TheoryData<string> Names => [.. Relations.Select(relation => relation.ToString()).Except(OneWay)];

    [Fact]
    public void Exceptions_Should_BeRelations_When_TheyAreListed() => Assert.All(OneWay, name => Assert.Contains(Relations, relation => relation.ToString() == name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Relation_Should_LeadBack_When_ItIsFollowed(string name)
    {
        var there = Relations.Single(relation => relation.ToString() == name);
        var back = Relations.Where(relation => relation.Source == there.Target && relation.Target == there.Source && relation.Inverts(there)).ToArray();
        Assert.NotEmpty(back);

        var schema = sample.Server.Graph.Executor.Schema.Schema;
        var identity = Identity((ObjectType)schema.Types[there.Source]);
        var selection = $"{identity} {Select(schema, there, string.Join(' ', back.Select(way => Select(schema, way, identity))))}";
        var rows = await RowsAsync(schema, there.Source, selection);
        Assert.True(rows.Count > 0, $"No row of {there.Source} was found.");
        foreach (var row in rows)
        {
            foreach (var target in Items(row.GetProperty(there.Field)))
            {
                var sources = back.SelectMany(way => Items(target.GetProperty(way.Field))).Select(source => Key(source, identity));
                Assert.Contains(Key(row, identity), sources);
            }
        }
    }

    [Fact]
    public async Task Existence_Should_BeWhatTheRelationSays_When_ItMayBeMissing()
    {
        var asked = 0;
        foreach (var root in sample.Server.Graph.Executor.Schema.Schema.Query.Fields.Values.Where(field => NodeOf(field) is not null && field.Arguments.ContainsKey("where")))
        {
            foreach (var name in ((InputObjectType)root.Arguments["where"].Type.Named).Fields.Keys.Where(name => name.EndsWith("Exists", StringComparison.Ordinal)))
            {
                asked++;
                var relation = name[..^"Exists".Length];
                var page = $"totalCount nodes {{ {relation} {{ __typename }} }}";
                var data = await sample.Server.RunAsync(
                    $"{{ all: {root.Name} {{ totalCount }} with: {root.Name}(where: {{{name}: true}}, first: 100) {{ {page} }} without: {root.Name}(where: {{{name}: false}}, first: 100) {{ {page} }} }}");

                Assert.Equal(data.At("all.totalCount").GetInt64(), data.At("with.totalCount").GetInt64() + data.At("without.totalCount").GetInt64());
                Assert.All(data.At("with.nodes").EnumerateArray(), row => Assert.Equal(JsonValueKind.Object, row.GetProperty(relation).ValueKind));
                Assert.All(data.At("without.nodes").EnumerateArray(), row => Assert.Equal(JsonValueKind.Null, row.GetProperty(relation).ValueKind));
            }
        }

        Assert.InRange(asked, 20, int.MaxValue);
    }

    private async Task<List<JsonElement>> RowsAsync(Schema schema, string type, string selection)
    {
        var root = schema.Query.Fields.Values.FirstOrDefault(field => NodeOf(field)?.Name == type);
        if (root is not null)
        {
            var data = await sample.Server.RunAsync($"{{ {root.Name}(first: {(type == "MetricPoint" ? 5 : 300)}) {{ nodes {{ {selection} }} }} }}");
            return [.. data.At($"{root.Name}.nodes").EnumerateArray()];
        }

        // Tags of inputs are reached through their inputs.
        var parent = Relations.First(relation => relation.Target == type && relation.IsList);
        var parents = await RowsAsync(schema, parent.Source, Select(schema, parent, selection));
        return [.. parents.SelectMany(row => Items(row.GetProperty(parent.Field)))];
    }

    private static NamedType? NodeOf(FieldDefinition connection) => connection.Type.Named is ObjectType type && type.Name.EndsWith("Connection", StringComparison.Ordinal) ? type.Fields["nodes"].Type.Named : null;

    private static string Select(Schema schema, Relation relation, string selection)
    {
        var field = ((ObjectType)schema.Types[relation.Source]).Fields[relation.Field];
        var isConnection = NodeOf(field) is not null;
        return $"{relation.Field}{(isConnection ? "(first: 1000)" : "")} {{ {(isConnection ? $"nodes {{ {selection} }}" : selection)} }}";
    }

    // A type's global id, or all its own values.
    private static string Identity(ObjectType type) => type.Fields.ContainsKey("id")
        ? "id"
        : string.Join(' ', type.Fields.Values.Where(field => field.Type.IsLeaf && field.Arguments.Count == 0).Select(field => field.Name));

    private static string Key(JsonElement row, string identity) => string.Join('|', identity.Split(' ').Select(field => row.GetProperty(field).GetRawText()));

    private static IEnumerable<JsonElement> Items(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => value.EnumerateArray(),
        _ => value.TryGetProperty("nodes", out var nodes) && nodes.ValueKind == JsonValueKind.Array ? nodes.EnumerateArray() : [value],
    };

    private static Relation? Read(string type, FieldDefinitionNode field)
    {
        var directive = field.Directives.FirstOrDefault(candidate => candidate.Name.Value == "relation");
        if (directive is null)
        {
            return null;
        }

        var arguments = directive.Arguments.ToDictionary(argument => argument.Name.Value, argument => argument.Value);
        var link = arguments.TryGetValue("through", out var through) ? ((ObjectValueNode)through).Fields.ToDictionary(part => part.Name.Value, part => part.Value) : null;
        var target = field.Type;
        var isList = false;
        while (target is not NamedTypeNode)
        {
            isList |= target is ListTypeNode;
            target = target is ListTypeNode list ? list.Type : ((NonNullTypeNode)target).Type;
        }

        return new Relation(type, field.Name.Value, ((NamedTypeNode)target).Name.Value, isList, Columns(arguments, "from"), Columns(arguments, "to"), link is null
            ? null
            : (((StringValueNode)link["table"]).Value, Texts(link["from"]), Texts(link["to"])));
    }

    private static string Columns(Dictionary<string, ValueNode> arguments, string name) => arguments.TryGetValue(name, out var value) ? Texts(value) : "id";

    private static string Texts(ValueNode list) => string.Join(',', ((ListValueNode)list).Values.Cast<StringValueNode>().Select(text => text.Value));

    private sealed record Relation(string Source, string Field, string Target, bool IsList, string From, string To, (string Table, string From, string To)? Link)
    {
        /// <summary>Whether this is the other's way back: the columns swapped; some of them are enough, for the rest is implied by the key.</summary>
        public bool Inverts(Relation other) => Link is { } link
            ? other.Link is { } otherLink && link == (otherLink.Table, otherLink.To, otherLink.From)
            : other.Link is null && Pairs(From, To).Intersect(Pairs(other.To, other.From)).Any();

        public override string ToString() => $"{Source}.{Field}";

        private static IEnumerable<(string, string)> Pairs(string left, string right) => left.Split(',').Zip(right.Split(','));
    }
}
