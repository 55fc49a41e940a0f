using System.Text.Json;
using System.Text.RegularExpressions;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Server.Tests.Running;

namespace AnalyticsGraph.Server.Tests.Entities;

/// <summary>
/// Every type that can be written, by what the SDL says of it: whoever adds <c>@writable</c> to a type has it tested here. What is special about a type has tests of its own.
/// </summary>
[Collection("empty")]
public sealed partial class EntityTests(EmptyServer empty)
{
    private static readonly string[] Names =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "schema"), "*.graphql").SelectMany(path => WritableTypes().Matches(File.ReadAllText(path)))
            .Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal),
    ];

    private readonly EntityScene _scene = new(empty.Server);

    public static TheoryData<string> Types => [.. Names];

    [Fact]
    public void Types_Should_BeThoseOfTheModel_When_TheyAreReadFromTheFiles() => Assert.Equal(
        empty.Server.Graph.Model.Mutations.Select(mutation => mutation.Entity.Table.TypeName).Distinct().Order(StringComparer.Ordinal), Names);

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Record_Should_BeReadAsItWasGiven_When_ItIsCreated(string type)
    {
        var entity = _scene.Entity(type);
        var input = await _scene.InputAsync(entity, withOptional: true);

        var id = await _scene.CreateAsync(type, input);

        var read = await ReadAsync(entity, id, Selection(entity, entity.Create));
        foreach (var column in entity.Create.OfType<WritableColumn>())
        {
            EntityScene.AssertEqual(column, input[column.Input], read.GetProperty(column.Input));
        }

        // Nested: to-one relations, and names and texts.
        foreach (var reference in entity.Create.OfType<WritableReference>().Where(reference => input.ContainsKey(reference.Input)))
        {
            Assert.Equal(input[reference.Input], read.At($"{reference.Relation.Name}.id").GetString());
        }

        foreach (var pairs in entity.Create.OfType<WritablePairs>())
        {
            var found = read.GetProperty(pairs.Input).EnumerateArray().ToDictionary(pair => pair.GetProperty("key").GetString()!, pair => pair.GetProperty("value").GetString());
            Assert.Equal(("some value", ""), (found["some key"], found["another"]));
        }

        Assert.Equal(("ACTIVE", 1L), (read.GetProperty("lifecycleStage").GetString(), read.GetProperty("rowVersion").GetInt64()));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Records_Should_BeFoundFilteredSortedPagedAndAggregated_When_TheyAreCreated(string type)
    {
        var entity = _scene.Entity(type);
        var field = RootOf(entity);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await _scene.CreateAsync(type, await _scene.InputAsync(entity, withOptional: true)));
        }

        var key = KeySelection(entity);
        var where = new { @in = ids };
        object filter = entity.IsPart ? new Dictionary<string, object> { [PartOf(entity).Name] = new { id = where } } : new { id = where };
        var header = $"query ($where: {type}FilterInput, $order: [{type}SortInput!], $after: String) {{ {field}";
        foreach (var column in entity.Create.OfType<WritableColumn>().Where(column => entity.Table.Fields[column.Input] is LeafField { IsFilterable: true }))
        {
            foreach (var direction in new[] { "ASC", "DESC" })
            {
                var order = new[] { new Dictionary<string, string> { [column.Input] = direction } };
                var read = new List<JsonElement>();
                for (string? after = null; ;)
                {
                    var page = (await empty.Server.RunAsync(
                        $"{header}(where: $where, order: $order, first: 2, after: $after) {{ nodes {{ {key} {column.Input} }} totalCount pageInfo {{ hasNextPage endCursor }} }} }}",
                        new { where = filter, order, after })).GetProperty(field);
                    Assert.Equal(3, page.GetProperty("totalCount").GetInt64());
                    read.AddRange(page.GetProperty("nodes").EnumerateArray());
                    if (!page.At("pageInfo.hasNextPage").GetBoolean())
                    {
                        break;
                    }

                    after = page.At("pageInfo.endCursor").GetString();
                }

                Assert.Equal(ids.Order(StringComparer.Ordinal), read.Select(row => KeyOf(entity, row)).Order(StringComparer.Ordinal));
                if (column.Kind is ScalarKind.DateTime)
                {
                    var times = read.Select(row => row.GetProperty(column.Input).GetDateTimeOffset()).ToList();
                    Assert.Equal(direction == "ASC" ? times.Order() : times.OrderDescending(), times);
                }
            }

            // A filter by the value finds the record that has it.
            var first = await ReadAsync(entity, ids[0], column.Input);
            var by = new Dictionary<string, object> { [column.Input] = new { eq = first.GetProperty(column.Input) } };
            var found = (await empty.Server.RunAsync(
                $"{header}(where: $where, order: $order, after: $after) {{ nodes {{ {key} }} }} }}", new { where = new { and = new object[] { filter, by } } })).At($"{field}.nodes");
            Assert.Contains(ids[0], found.EnumerateArray().Select(row => KeyOf(entity, row)));
        }

        var groups = (await empty.Server.RunAsync(
            $"query ($where: {type}FilterInput) {{ {field}Aggregate(where: $where, groupBy: [{{lifecycleStage: {{}}}}]) {{ count group {{ lifecycleStage }} fields {{ rowVersion {{ sum max }} }} }} }}",
            new { where = filter })).GetProperty($"{field}Aggregate");
        Assert.Equal("""[{"count":3,"group":{"lifecycleStage":"ACTIVE"},"fields":{"rowVersion":{"sum":3,"max":1}}}]""", groups.GetRawText());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Record_Should_BeChangedAndCounted_When_ItIsUpdated(string type)
    {
        var entity = _scene.Entity(type);
        var id = await _scene.CreateAsync(type);
        var version = 1L;
        foreach (var field in entity.Update)
        {
            var input = new Dictionary<string, object?> { [entity.KeyInput] = id, ["version"] = version };
            input[field.Input] = field is WritableColumn column ? EntityScene.ValueOf(column) : await _scene.ShareAsync(((WritableReference)field).Relation.Target.TypeName);

            var changed = await _scene.DoAsync("update", type, input, $"rowVersion {Selection(entity, [field])}");

            if (field is WritableColumn written)
            {
                EntityScene.AssertEqual(written, input[field.Input], changed.GetProperty(field.Input));
            }
            else
            {
                Assert.Equal(input[field.Input], changed.At($"{((WritableReference)field).Relation.Name}.id").GetString());
            }

            Assert.InRange(changed.GetProperty("rowVersion").GetInt64(), version, version + 1);
            version = changed.GetProperty("rowVersion").GetInt64();
        }

        Assert.True(version > 1);
        foreach (var kind in (string[])["update", "delete"])
        {
            var late = await _scene.CallAsync(kind, type, new Dictionary<string, object?> { [entity.KeyInput] = id, ["version"] = version - 1 });
            Assert.Equal([("VersionConflictError", "input.version")], ErrorsOf(late));
            Assert.Equal(version, late.At("errors.0.present").GetInt64());
        }

        Assert.Equal((version, "ACTIVE"), await StateAsync(entity, id));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Record_Should_BeRestored_When_ItWasDeleted(string type)
    {
        var entity = _scene.Entity(type);
        var id = await _scene.CreateAsync(type);
        var which = new Dictionary<string, object?> { [entity.KeyInput] = id };
        Assert.Equal([("InvalidInputError", $"input.{entity.KeyInput}")], ErrorsOf(await _scene.CallAsync("restore", type, which)));

        Assert.Equal("DELETED", (await _scene.DoAsync("delete", type, which)).GetProperty("lifecycleStage").GetString());

        Assert.Equal([("NotActiveError", $"input.{entity.KeyInput}")], ErrorsOf(await _scene.CallAsync("delete", type, which)));
        var (version, _) = await StateAsync(entity, id);
        var change = new Dictionary<string, object?>(which) { [entity.Update[0].Input] = entity.Update[0] is WritableColumn column ? EntityScene.ValueOf(column) : null };
        Assert.Equal([("NotActiveError", $"input.{entity.KeyInput}")], ErrorsOf(await _scene.CallAsync("update", type, change)));
        Assert.Equal((version, "DELETED"), await StateAsync(entity, id));
        Assert.Equal("ACTIVE", (await _scene.DoAsync("restore", type, which)).GetProperty("lifecycleStage").GetString());
        await _scene.DoAsync("update", type, change);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Call_Should_AnswerTheSameAndChangeNothingMore_When_ItsTokenComesAgain(string type)
    {
        var entity = _scene.Entity(type);
        var token = Guid.NewGuid().ToString("n");
        var input = await _scene.InputAsync(entity, withOptional: true);
        input["clientToken"] = token;
        var selection = $"rowVersion {KeySelection(entity)}";
        var first = await _scene.DoAsync("create", type, input, selection);
        var id = KeyOf(entity, first);
        var before = await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse);

        Assert.Equal(first.GetRawText(), (await _scene.DoAsync("create", type, input, selection)).GetRawText());

        foreach (var kind in (string[])["delete", "restore"])
        {
            var which = new Dictionary<string, object?> { [entity.KeyInput] = id, ["clientToken"] = token };
            var done = await _scene.DoAsync(kind, type, which);
            Assert.Equal(done.GetRawText(), (await _scene.DoAsync(kind, type, which)).GetRawText());
            which["version"] = 1;
            Assert.Equal([("ClientTokenConflictError", "input.clientToken")], ErrorsOf(await _scene.CallAsync(kind, type, which)));
        }

        var after = await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse);
        Assert.Equal(before[$"postgres.{entity.Table.Table}"], after[$"postgres.{entity.Table.Table}"]);
        Assert.Equal(before["postgres.idempotency"] + 2, after["postgres.idempotency"]);
    }

    /// <summary>All that is wrong with one call is told at once, each with its path; and nothing changes.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public async Task Call_Should_TellAllThatIsWrong_When_EveryFieldIs(string type)
    {
        var entity = _scene.Entity(type);
        var id = await _scene.CreateAsync(type);
        var version = await StateAsync(entity, id);
        var valid = await _scene.InputAsync(entity, withOptional: true);
        var before = await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse);
        foreach (var (kind, fields) in new[] { ("create", entity.Create), ("update", entity.Update) })
        {
            var wrongs = fields.Select(field => (field.Input, Values: WrongValues(field).ToArray())).Where(field => field.Values.Length > 0).ToArray();
            for (var round = 0; round < wrongs.Max(field => field.Values.Length); round++)
            {
                var input = kind == "create" ? new Dictionary<string, object?>(valid) : new Dictionary<string, object?> { [entity.KeyInput] = id };
                foreach (var (name, values) in wrongs)
                {
                    input[name] = values[Math.Min(round, values.Length - 1)];
                }

                input["clientToken"] = new string('t', 129);

                var payload = await _scene.CallAsync(kind, type, input);

                Assert.Equal(JsonValueKind.Null, payload.GetProperty(EntityScene.FieldOf(type)).ValueKind);
                var told = ErrorsOf(payload).Select(error => error.Path.Split('.')[1]).Distinct().Order(StringComparer.Ordinal);
                Assert.Equal(wrongs.Select(field => field.Input).Append("clientToken").Order(StringComparer.Ordinal), told);
            }
        }

        Assert.Empty(RowCounts.Differences(before, await RowCounts.ReadAsync(empty.Postgres, empty.ClickHouse)));
        Assert.Equal(version, await StateAsync(entity, id));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Call_Should_NameWhatIsNotThere_When_AnIdMeansNothing(string type)
    {
        var entity = _scene.Entity(type);
        foreach (var nothing in (string[])["nonsense", Convert.ToBase64String("Run:x"u8), Convert.ToBase64String("Query:1"u8), Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{entity.KeyType}:99999999999"))])
        {
            foreach (var kind in (string[])["update", "delete", "restore"])
            {
                Assert.Equal([("NotFoundError", $"input.{entity.KeyInput}")], ErrorsOf(await _scene.CallAsync(kind, type, new Dictionary<string, object?> { [entity.KeyInput] = nothing })));
            }

            foreach (var reference in entity.Create.OfType<WritableReference>())
            {
                var input = await _scene.InputAsync(entity, withOptional: false);
                input[reference.Input] = nothing;
                Assert.Contains(("NotFoundError", $"input.{reference.Input}"), ErrorsOf(await _scene.CallAsync("create", type, input)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Call_Should_BeRefused_When_WhatItRefersToIsDeleted(string type)
    {
        var entity = _scene.Entity(type);
        foreach (var reference in entity.Create.OfType<WritableReference>().Where(reference => reference.Relation.Target != entity.Table))
        {
            var scene = new EntityScene(empty.Server);
            var target = reference.Relation.Target.TypeName;
            var input = await scene.InputAsync(entity, withOptional: false);
            input[reference.Input] = entity.IsPart ? input[reference.Input] : await scene.ShareAsync(target);
            var child = entity.IsPart ? null : await scene.CreateAsync(type, new(await scene.InputAsync(entity, withOptional: false)) { [reference.Input] = input[reference.Input] });
            var which = new Dictionary<string, object?> { [entity.KeyInput] = child };
            if (child is not null)
            {
                await scene.DoAsync("delete", type, which);
            }

            await scene.DoAsync("delete", target, new { id = input[reference.Input] });

            Assert.Contains(("NotActiveError", $"input.{reference.Input}"), ErrorsOf(await scene.CallAsync("create", type, input)));
            if (child is not null)
            {
                // A record cannot come back while something that it names is gone.
                Assert.Equal([("NotActiveError", $"input.{entity.KeyInput}")], ErrorsOf(await scene.CallAsync("restore", type, which)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Call_Should_NameWhoHasIt_When_SomethingUniqueIsTaken(string type)
    {
        var entity = _scene.Entity(type);
        foreach (var rule in entity.Unique)
        {
            var input = await _scene.InputAsync(entity, withOptional: true);
            var id = await _scene.CreateAsync(type, input);
            var path = entity.Table.Fields[rule.Field] is RelationField ? rule.Field + "Id" : rule.Field;
            foreach (var isDeleted in new[] { false, true })
            {
                if (isDeleted)
                {
                    await _scene.DoAsync("delete", type, new Dictionary<string, object?> { [entity.KeyInput] = id });
                }

                var payload = await _scene.CallAsync("create", type, input);
                Assert.Equal([("NameTakenError", $"input.{path}")], ErrorsOf(payload));
                Assert.Equal(id, payload.At("errors.0.existingId").GetString());
            }

            if (entity.Update.All(field => field.Input != path))
            {
                continue;
            }

            var other = await _scene.InputAsync(entity, withOptional: true);
            var second = await _scene.CreateAsync(type, other);
            var change = new Dictionary<string, object?> { [entity.KeyInput] = second };
            foreach (var field in entity.Update.Where(field => field is WritableColumn column ? rule.Columns.Contains(column.Column) : rule.Columns.Contains(((WritableReference)field).Column)))
            {
                change[field.Input] = input[field.Input];
            }

            Assert.Equal([("NameTakenError", $"input.{path}")], ErrorsOf(await _scene.CallAsync("update", type, change)));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Dependents_Should_GoAndComeBack_When_TheyWereDeletedWithTheRecord(string type)
    {
        var entity = _scene.Entity(type);
        foreach (var relation in entity.Cascade)
        {
            var scene = new EntityScene(empty.Server);
            var id = await scene.ShareAsync(type);
            var child = scene.Entity(relation.Target.TypeName);
            var kept = await MakeChildAsync(scene, entity, child, id);
            var earlier = relation.Type.IsList ? await MakeChildAsync(scene, entity, child, id) : null;
            if (earlier is not null)
            {
                await scene.DoAsync("delete", child.Table.TypeName, new Dictionary<string, object?> { [child.KeyInput] = earlier });
            }

            await scene.DoAsync("delete", type, new Dictionary<string, object?> { [entity.KeyInput] = id });
            Assert.Equal("DELETED", (await StateAsync(child, kept)).Stage);
            await scene.DoAsync("restore", type, new Dictionary<string, object?> { [entity.KeyInput] = id });

            Assert.Equal("ACTIVE", (await StateAsync(child, kept)).Stage);
            if (earlier is not null)
            {
                Assert.Equal("DELETED", (await StateAsync(child, earlier)).Stage);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Record_Should_NotBeDeleted_When_OthersThatAreInUseNeedIt(string type)
    {
        var entity = _scene.Entity(type);
        foreach (var relation in entity.Restrict)
        {
            var scene = new EntityScene(empty.Server);
            var id = await scene.ShareAsync(type);
            var child = scene.Entity(relation.Target.TypeName);
            var user = await MakeChildAsync(scene, entity, child, id);

            var payload = await scene.CallAsync("delete", type, new Dictionary<string, object?> { [entity.KeyInput] = id });

            Assert.Equal([("InUseError", $"input.{entity.KeyInput}")], ErrorsOf(payload));
            Assert.Equal((relation.Name, 1L), (payload.At("errors.0.by").GetString(), payload.At("errors.0.count").GetInt64()));
            await scene.DoAsync("delete", child.Table.TypeName, new Dictionary<string, object?> { [child.KeyInput] = user });
            await scene.DoAsync("delete", type, new Dictionary<string, object?> { [entity.KeyInput] = id });
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Pairs_Should_BeSetAndRemoved_When_TheyAreChangedLater(string type)
    {
        var entity = _scene.Entity(type);
        foreach (var mutation in empty.Server.Graph.Model.Mutations.Where(mutation => mutation.Entity == entity && mutation.Kind == MutationKind.SetPairs))
        {
            var name = mutation.Pairs!.Input;
            var id = await _scene.CreateAsync(type);
            var set = await PairsAsync("set", new { key = "a", value = "1" }, new { key = "b", value = "2" });
            Assert.Equal("""[{"key":"a","value":"1"},{"key":"b","value":"2"}]""", set);
            Assert.Equal("""[{"key":"a","value":"3"},{"key":"b","value":"2"}]""", await PairsAsync("set", new { key = "a", value = "3" }));
            Assert.Equal("""[{"key":"b","value":"2"}]""", await PairsAsync("delete", "a", "not there"));
            var suffix = char.ToUpperInvariant(name[0]) + name[1..];
            var input = new Dictionary<string, object?> { [entity.KeyInput] = id, [name] = new[] { new { key = "a//b", value = new string('v', 8001) } } };
            var payload = (await empty.Server.RunAsync($"mutation ($input: Set{type}{suffix}Input!) {{ set{type}{suffix}(input: $input) {{ {EntityScene.Errors} }} }}", new { input })).GetProperty($"set{type}{suffix}");
            Assert.Equal([("InvalidInputError", $"input.{name}.0.key"), ("InvalidInputError", $"input.{name}.0.value")], ErrorsOf(payload));

            async Task<string> PairsAsync(string kind, params object[] items)
            {
                var field = $"{kind}{type}{char.ToUpperInvariant(name[0])}{name[1..]}";
                var input = new Dictionary<string, object?> { [entity.KeyInput] = id, [kind == "set" ? name : "keys"] = items };
                var payload = (await empty.Server.RunAsync(
                    $"mutation ($input: {char.ToUpperInvariant(field[0])}{field[1..]}Input!) {{ {field}(input: $input) {{ {EntityScene.FieldOf(type)} {{ {name}(where: {{key: {{nstartsWith: \"mlflow.\"}}}}) {{ key value }} }} {EntityScene.Errors} }} }}",
                    new { input })).GetProperty(field);
                Assert.Equal("[]", payload.GetProperty("errors").GetRawText());
                return payload.At($"{EntityScene.FieldOf(type)}.{name}").GetRawText();
            }
        }
    }

    private static async Task<string> MakeChildAsync(EntityScene scene, WritableModel parent, WritableModel child, string id)
    {
        var input = await scene.InputAsync(child, withOptional: false);
        var reference = child.Create.OfType<WritableReference>().First(reference => reference.Relation.Target == parent.Table);
        input[reference.Input] = id;
        return await scene.CreateAsync(child.Table.TypeName, input);
    }

    private static IEnumerable<object?> WrongValues(WritableField field)
    {
        switch (field)
        {
            case WritableReference:
                yield return "nonsense";
                break;
            case WritablePairs:
                yield return new[] { new { key = "", value = "" } };
                yield return new[] { new { key = new string('k', 251), value = "" } };
                yield return new[] { new { key = "k", value = new string('v', (field.Check.Length ?? 8000) + 1) } };
                yield return Enumerable.Range(0, 101).Select(i => new { key = $"k{i}", value = "" }).ToArray();
                break;
            case WritableColumn { Kind: ScalarKind.String } text:
                yield return new string('x', text.Check.Length!.Value + 1);
                yield return "a\0b";
                if (text.Check.Form != TextForm.Any)
                {
                    yield return " ";
                }

                if (!text.Check.In.IsEmpty)
                {
                    yield return "other";
                }

                break;
            case WritableColumn { Kind: ScalarKind.Json } document:
                yield return new { text = new string('x', document.Check.Length!.Value) };
                yield return new[] { "a\0b" };
                if (document.Check.Shape == DocumentShape.Object)
                {
                    yield return new[] { 1 };
                }
                else if (document.Check.Shape == DocumentShape.Array)
                {
                    yield return "text";
                }

                break;
            case WritableColumn { Kind: ScalarKind.DateTime }:
                yield return "0001-01-01T00:00:00Z";
                yield return "9999-12-31T00:00:00Z";
                break;
            case WritableColumn { Kind: ScalarKind.Int or ScalarKind.Long or ScalarKind.Double } number:
                if (number.Check.Min is { } min)
                {
                    yield return min - 1;
                }

                if (number.Check.Max is { } max)
                {
                    yield return max + 1;
                }

                break;
        }
    }

    private static List<(string Type, string Path)> ErrorsOf(JsonElement payload) =>
        [.. payload.GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("__typename").GetString()!, string.Join('.', error.GetProperty("path").EnumerateArray().Select(part => part.GetString()))))];

    private async Task<(long Version, string Stage)> StateAsync(WritableModel entity, string id)
    {
        var read = await ReadAsync(entity, id, "");
        return (read.GetProperty("rowVersion").GetInt64(), read.GetProperty("lifecycleStage").GetString()!);
    }

    /// <summary>Looks a record up: a node by its id, a part through what it is part of.</summary>
    private async Task<JsonElement> ReadAsync(WritableModel entity, string id, string selection)
    {
        selection = $"rowVersion lifecycleStage {selection}";
        if (!entity.IsPart)
        {
            return (await empty.Server.RunAsync($"query ($id: ID!) {{ node(id: $id) {{ id ... on {entity.Table.TypeName} {{ {selection} }} }} }}", new { id })).GetProperty("node");
        }

        var owner = PartOf(entity).Target;
        var field = owner.FieldList.OfType<RelationField>().First(relation => !relation.Type.IsList && relation.Target == entity.Table);
        return (await empty.Server.RunAsync($"query ($id: ID!) {{ node(id: $id) {{ ... on {owner.TypeName} {{ {field.Name} {{ {selection} }} }} }} }}", new { id })).At($"node.{field.Name}");
    }

    private string RootOf(WritableModel entity) =>
        empty.Server.Graph.Model.RootFields.First(root => root.Target == entity.Table && root.Kind == RootFieldKind.Connection).Name;

    private static RelationField PartOf(WritableModel entity) => entity.Create.OfType<WritableReference>().First(reference => reference.Input == entity.KeyInput).Relation;

    private static string KeySelection(WritableModel entity) => entity.IsPart ? $"{PartOf(entity).Name} {{ id }}" : "id";

    private static string KeyOf(WritableModel entity, JsonElement row) => (entity.IsPart ? row.At($"{PartOf(entity).Name}.id") : row.GetProperty("id")).GetString()!;

    private static string Selection(WritableModel entity, IEnumerable<WritableField> fields) => string.Join(' ', fields.Select(field => field switch
    {
        WritableColumn column => EntityScene.SelectionOf(entity, column),
        WritableReference reference => $"{reference.Relation.Name} {{ id }}",
        _ => $"{field.Input} {{ key value }}",
    }));

    [GeneratedRegex(@"^type (\w+)[^{]*?@writable", RegexOptions.Multiline)]
    private static partial Regex WritableTypes();
}
