using AnalyticsGraph.ClickHouse;
using Npgsql;

namespace AnalyticsGraph.Tracking.Dimensions;

/// <summary>A copy in ClickHouse of some columns of an entity.</summary>
/// <param name="Kind">The entity as marks name it.</param>
/// <param name="Table">The copy.</param>
/// <param name="Sql">The present state of the entities <c>$1</c>: one column for each of <paramref name="Columns"/>; a map is two arrays, its keys and its values.</param>
/// <param name="Columns">The copy's columns but version and deleted; the first is the id.</param>
internal sealed record Dimension(string Kind, string Table, string Sql, params (string Name, string Type)[] Columns)
{
    private const string Map = "Map(LowCardinality(String), String)";
    private const string Moment = "Nullable(DateTime64(3, 'UTC'))";
    private const string Word = "LowCardinality(String)";

    public static IReadOnlyList<Dimension> All { get; } =
    [
        new("experiment", "experiment_dimension",
            """
            SELECT id, source, workspace, name, lifecycle_stage,
                ARRAY(SELECT key FROM experiment_tag t WHERE t.experiment_id = e.id ORDER BY key), ARRAY(SELECT coalesce(value, '') FROM experiment_tag t WHERE t.experiment_id = e.id ORDER BY key)
            FROM experiment e WHERE id = ANY ($1)
            """,
            ("id", "Int64"), ("source", Word), ("workspace", Word), ("name", "String"), ("lifecycle_stage", Word), ("tags", Map)),
        new("run", "run_dimension",
            """
            SELECT id, experiment_id, coalesce(trial_id, 0), coalesce(parent_id, 0), uuid, coalesce(name, ''), coalesce(user_name, ''), status, lifecycle_stage,
                CASE WHEN start_time IS NOT NULL THEN greatest(least(start_time, '2299-12-31 23:59:59.999Z'), '1900-01-01Z') END,
                CASE WHEN end_time IS NOT NULL THEN greatest(least(end_time, '2299-12-31 23:59:59.999Z'), '1900-01-01Z') END,
                ARRAY(SELECT key FROM run_param p WHERE p.run_id = r.id ORDER BY key), ARRAY(SELECT value FROM run_param p WHERE p.run_id = r.id ORDER BY key),
                ARRAY(SELECT key FROM run_tag t WHERE t.run_id = r.id ORDER BY key), ARRAY(SELECT coalesce(value, '') FROM run_tag t WHERE t.run_id = r.id ORDER BY key)
            FROM run r WHERE id = ANY ($1)
            """,
            ("id", "Int64"), ("experiment_id", "Int64"), ("trial_id", "Int64"), ("parent_id", "Int64"), ("uuid", "String"), ("name", "String"), ("user_name", Word), ("status", Word),
            ("lifecycle_stage", Word), ("start_time", Moment), ("end_time", Moment), ("params", Map), ("tags", Map)),
        new("dataset", "dataset_dimension", "SELECT id, coalesce(experiment_id, 0), name, coalesce(digest, '') FROM dataset WHERE id = ANY ($1)",
            ("id", "Int64"), ("experiment_id", "Int64"), ("name", "String"), ("digest", "String")),
        new("logged_model", "logged_model_dimension", "SELECT id, experiment_id, model_id, name, status, lifecycle_stage FROM logged_model WHERE id = ANY ($1)",
            ("id", "Int64"), ("experiment_id", "Int64"), ("model_id", "String"), ("name", "String"), ("status", Word), ("lifecycle_stage", Word)),
    ];

    /// <summary>The present state of entities as a block; those that are gone come as deleted.</summary>
    public async Task<Block> ReadAsync(NpgsqlConnection connection, long[] ids, ulong version, CancellationToken ct)
    {
        var values = Columns.Select(_ => new List<object?>(ids.Length)).ToArray();
        var gone = ids.ToHashSet();
        await using (var read = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = ids } } })
        await using (var reader = await read.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                gone.Remove(reader.GetInt64(0));
                var at = 0;
                for (var i = 0; i < Columns.Length; i++)
                {
                    values[i].Add(Columns[i].Type == Map
                        ? reader.GetFieldValue<string[]>(at++).Zip(reader.GetFieldValue<string[]>(at++)).ToDictionary(pair => pair.First, pair => pair.Second)
                        : reader.IsDBNull(at++) ? null : reader.GetValue(at - 1));
                }
            }
        }

        foreach (var id in gone)
        {
            for (var i = 0; i < Columns.Length; i++)
                values[i].Add(i == 0 ? id : Absent(Columns[i].Type));
        }

        return new Block(
        [
            .. Columns.Select((column, i) => ClickHouseColumn.FromObjects(column.Name, ClickHouseType.Parse(column.Type), values[i])),
            ClickHouseColumn.Create("version", ClickHouseType.Parse("UInt64"), Enumerable.Repeat(version, ids.Length).ToArray()),
            ClickHouseColumn.Create("deleted", ClickHouseType.Parse("UInt8"), Enumerable.Range(0, ids.Length).Select(row => row < ids.Length - gone.Count ? (byte)0 : (byte)1).ToArray()),
        ]);
    }

    private static object? Absent(string type) => type switch
    {
        Map => new Dictionary<string, string>(),
        Moment => null,
        "Int64" => 0L,
        _ => "",
    };
}
