using System.Text.RegularExpressions;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Server.Tests.Running;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Reading;

/// <summary>Histories of the project's own types.</summary>
public sealed partial class AsOfTests(EmptyServer empty) : IClassFixture<EmptyServer>
{
    [Fact]
    public async Task Schema_Should_HaveAHistory_When_ATableHasOne()
    {
        var tables = await TextsAsync("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname LIKE '%\\_history' ORDER BY relname COLLATE \"C\"");
        Assert.True(tables.Count >= 21);
        Assert.Equal(tables, empty.Server.Graph.Mapped.Resolvers.Model.Tables.Values.Select(table => table.History?.Table).OfType<string>().Order(StringComparer.Ordinal));
        Assert.Empty(empty.Server.Graph.Mapped.Warnings);
    }

    [Fact]
    public async Task Experiment_Should_AnswerAsItWas_When_AllOfItHasChangedSince()
    {
        var id = await empty.CreateExperimentAsync();
        var experiment = EmptyServer.KeyOf(id);
        await empty.ExecuteAsync(
            $$"""
            INSERT INTO trial (source, experiment_id, name) VALUES ('local', {{experiment}}, 'first');
            INSERT INTO run (source, experiment_id, uuid, name, status_text) VALUES ('local', {{experiment}}, 'kept-{{experiment}}', 'old', 'RUNNING'), ('local', {{experiment}}, 'gone-{{experiment}}', NULL, 'RUNNING');
            INSERT INTO run_param (run_id, key, value) SELECT id, 'lr', '0.1' FROM run WHERE uuid = 'kept-{{experiment}}';
            INSERT INTO run_tag (run_id, key, value) SELECT id, key, 'a' FROM run, unnest(ARRAY['gone', 'team']) AS key WHERE uuid = 'kept-{{experiment}}'
            """);
        var then = (await TextsAsync("SELECT to_json(clock_timestamp())#>>'{}'"))[0];
        await empty.ExecuteAsync(
            $$"""
            SELECT set_config('analyticsgraph.actor', 'ann', true);
            UPDATE run SET name = 'new', status_text = 'FINISHED' WHERE uuid = 'kept-{{experiment}}';
            UPDATE run SET lifecycle_stage = 'DELETED' WHERE uuid = 'gone-{{experiment}}';
            INSERT INTO run_param (run_id, key, value) SELECT id, 'late', '1' FROM run WHERE uuid = 'kept-{{experiment}}';
            UPDATE run_tag SET value = 'b' WHERE key = 'team' AND run_id = (SELECT id FROM run WHERE uuid = 'kept-{{experiment}}');
            DELETE FROM run_tag WHERE key = 'gone' AND run_id = (SELECT id FROM run WHERE uuid = 'kept-{{experiment}}');
            UPDATE experiment SET name = name || ' renamed' WHERE id = {{experiment}};
            DELETE FROM trial WHERE experiment_id = {{experiment}}
            """);

        const string Query = """
            query($id: ID!, $then: DateTime) {
              experiment(id: $id, asOf: $then) {
                rowVersion trials { nodes { name } }
                runs(order: [{id: ASC}]) { nodes { name status lifecycleStage params { key value } tags { key value } experiment { rowVersion } } }
              }
            }
            """;
        Assert.Equal(
            """{"rowVersion":1,"trials":{"nodes":[{"name":"first"}]},"runs":{"nodes":[{"name":"old","status":"RUNNING","lifecycleStage":"ACTIVE","params":[{"key":"lr","value":"0.1"}],"tags":[{"key":"gone","value":"a"},{"key":"team","value":"a"}],"experiment":{"rowVersion":1}},{"name":null,"status":"RUNNING","lifecycleStage":"ACTIVE","params":[],"tags":[],"experiment":{"rowVersion":1}}]}}""",
            (await empty.Server.RunAsync(Query, new { id, then })).At("experiment").GetRawText());
        Assert.Equal(
            """{"rowVersion":2,"trials":{"nodes":[]},"runs":{"nodes":[{"name":"new","status":"FINISHED","lifecycleStage":"ACTIVE","params":[{"key":"late","value":"1"},{"key":"lr","value":"0.1"}],"tags":[{"key":"team","value":"b"}],"experiment":{"rowVersion":2}},{"name":null,"status":"RUNNING","lifecycleStage":"DELETED","params":[],"tags":[],"experiment":{"rowVersion":2}}]}}""",
            (await empty.Server.RunAsync(Query, new { id })).At("experiment").GetRawText());

        var history = (await empty.Server.RunAsync(
            "query($uuid: String!) { run(uuid: $uuid) { history(first: 1) { nodes { version changedBy changes { field before after } } } tags { history { nodes { version changes { field before after } } } } } }",
            new { uuid = $"kept-{experiment}" })).At("run");
        Assert.Equal(
            """[{"version":2,"changedBy":"ann","changes":[{"field":"name","before":"old","after":"new"},{"field":"status","before":"RUNNING","after":"FINISHED"},{"field":"statusText","before":"RUNNING","after":"FINISHED"}]}]""",
            history.At("history.nodes").GetRawText());
        Assert.Equal(
            """[{"history":{"nodes":[{"version":2,"changes":[{"field":"value","before":"a","after":"b"}]},{"version":1,"changes":[{"field":"value","before":null,"after":"a"}]}]}}]""",
            history.At("tags").GetRawText());
    }

    [Fact]
    public async Task AsOf_Should_ReadByIndexesAlone_When_OneOfManyExperimentsIsAsked()
    {
        await empty.ExecuteAsync(
            """
            INSERT INTO experiment (source, name) SELECT 'local', 'plan-' || i FROM generate_series(1, 600) AS i;
            INSERT INTO run (source, experiment_id, uuid, status_text) SELECT 'local', id, md5(id || '-' || i), 'RUNNING' FROM experiment, generate_series(1, 8) AS i WHERE name LIKE 'plan-%';
            INSERT INTO trial (source, experiment_id, name) SELECT 'local', id, i FROM experiment, generate_series(1, 5) AS i WHERE name LIKE 'plan-%';
            INSERT INTO experiment_tag (experiment_id, key, value) SELECT id, i, i FROM experiment, generate_series(1, 5) AS i WHERE name LIKE 'plan-%';
            INSERT INTO run_param (run_id, key, value) SELECT id, i, i FROM run, generate_series(1, 3) AS i;
            INSERT INTO run_tag (run_id, key, value) SELECT id, i, i FROM run, generate_series(1, 3) AS i
            """);
        var then = (await TextsAsync("SELECT to_json(clock_timestamp())#>>'{}'"))[0];
        await empty.ExecuteAsync(
            """
            UPDATE run SET status_text = 'FINISHED'; UPDATE run_tag SET value = value || 'x'; UPDATE run_param SET value = value || 'x';
            UPDATE experiment SET description = 'd'; UPDATE trial SET name = name || 'x'; UPDATE experiment_tag SET value = value || 'x'
            """);
        await empty.ExecuteAsync("ANALYZE");
        var id = GlobalId.Of("Experiment", long.Parse((await TextsAsync("SELECT id::text FROM experiment WHERE name = 'plan-77'"))[0], System.Globalization.CultureInfo.InvariantCulture));
        var (data, counters) = await empty.Server.CountAsync(
            $$$"""
            {
              experiment(id: "{{{id}}}", asOf: "{{{then}}}") {
                name tags { key value } trials { nodes { name } } history { nodes { changes { field } } }
                runs(first: 20, where: {status: {eq: RUNNING}}) { totalCount nodes { uuid experiment { name } params { key value } tags { key value } history { nodes { changes { field } } } } }
              }
            }
            """);
        Assert.Equal(8, data.At("experiment.runs.totalCount").GetInt64());
        Assert.Equal("2", data.At("experiment.runs.nodes.3.tags.1.value").GetString());
        Assert.True(counters.Statements.Count >= 10);
        foreach (var statement in counters.Statements)
        {
            var nulls = string.Join(", ", Parameters().Matches(statement).Select(_ => "NULL"));
            var plan = string.Join('\n', await TextsAsync($"SET plan_cache_mode = force_generic_plan; PREPARE question AS {WithTypes(statement)}; EXPLAIN EXECUTE question({nulls})"));
            Assert.False(plan.Contains("Seq Scan on", StringComparison.Ordinal), $"{statement}\n{plan}");
        }
    }

    /// <summary>Npgsql states the parameters' types; here they stand in the text.</summary>
    private static string WithTypes(string statement) => Arrays().Replace(
        statement,
        unnest => $"unnest({unnest.Groups[1].Value}::bigint[]{(unnest.Groups[2].Length > 0 ? $", {unnest.Groups[2].Value}::timestamptz[]" : "")})");

    private async Task<List<string>> TextsAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(empty.Postgres);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    [GeneratedRegex(@"unnest\((\$\d+)(?:, (\$\d+))?\)")]
    private static partial Regex Arrays();

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex Parameters();
}
