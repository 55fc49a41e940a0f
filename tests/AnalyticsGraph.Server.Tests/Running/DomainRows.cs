using System.Globalization;
using AnalyticsGraph.ClickHouse;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>A few rows of each table that an MLflow history leaves empty, hung on records that it has. They add no experiment, run, dataset or model.</summary>
internal static class DomainRows
{
    private const string Postgres = """
        INSERT INTO trial (source, experiment_id, name) SELECT source, experiment_id, 'a trial' FROM run ORDER BY id LIMIT 1;
        UPDATE run SET trial_id = (SELECT max(id) FROM trial) WHERE id = (SELECT min(id) FROM run);
        INSERT INTO results (run_id, time) SELECT id, start_time FROM run ORDER BY id LIMIT 2;
        INSERT INTO artifact (source, type, location) SELECT 'local', 'plot', 's3://plots/' || n FROM generate_series(1, 3) AS n;
        INSERT INTO artifact_link (artifact_id, level, experiment_id) SELECT a.id, 'EXPERIMENT', e.id FROM artifact a, (SELECT min(experiment_id) AS id FROM run) AS e;
        INSERT INTO artifact_link (artifact_id, level, trial_id) SELECT a.id, 'TRIAL', t.id FROM artifact a, trial t;
        INSERT INTO artifact_link (artifact_id, level, run_id, epoch_index, batch_index)
        SELECT a.id, l.level, r.id, l.epoch, l.batch
        FROM artifact a, (SELECT min(id) AS id FROM run) AS r, (VALUES ('RUN', NULL, NULL), ('RESULTS', NULL, NULL), ('EPOCH', 0, NULL), ('BATCH', 0, 1)) AS l (level, epoch, batch);
        INSERT INTO cluster (source, uid, name, resources) VALUES ('local', 'c1', 'one', '{"cpu": 64}');
        INSERT INTO job (source, uid, name, scenario, cluster_id, creation_time, status, exit_reason)
        SELECT 'local', 'j' || n, 'train', 'ads', (SELECT id FROM cluster), '2026-01-01', '{"IsOOM": false}', 'Completed' FROM generate_series(1, 2) AS n;
        INSERT INTO job_node (source, uid, name, job_id, type, resource, status) SELECT 'local', 'n' || id, 'worker-0', id, 'worker', '{"CPUCore":10,"Memory":110}', '{"IsOOM":true,"Status":"Failed"}' FROM job;
        INSERT INTO job_profile (job_id, hyper_params_feature, optimization, resource)
        SELECT id, '{"batch_size":64}',
            '[{"timestamp":1690000000,"config":{},"plan":{"timestamp":1690000001,"resource":{"task_group_resources":{"worker":{"count":4,"resource":{"memory":17179869184,"cpu":12}}},"pod_resources":{"p0":{"cpu":1,"memory":5}}},"job":{"uid":"j1"}},"job_states":[{"timestamp":1690000002,"pods":{"j-worker-0":{"name":"w0","uid":"u","type":"worker","is_oom":true}},"speed":10}]}]',
            '{"node_group_resources":{"ps":{"count":2,"node_resource":{"cpu":8,"memory":8192}}}}' FROM job;
        INSERT INTO job_run (job_id, run_id) SELECT j.id, r.id FROM job j, (SELECT id FROM run ORDER BY id LIMIT 2) AS r;
        INSERT INTO dataset_feature (dataset_id, position, name) SELECT d.id, n, 'f' || n FROM (SELECT min(id) AS id FROM dataset) AS d, generate_series(0, 1) AS n;
        INSERT INTO prediction_set (source, dataset_id, name, run_id, model_version_id)
        SELECT 'local', (SELECT min(id) FROM dataset), 'first', (SELECT min(id) FROM run), (SELECT min(id) FROM model_version);
        """;

    private static readonly string[] ClickHouse =
    [
        "INSERT INTO epoch (experiment_id, run_id, idx, time) SELECT {experiment}, {run}, number, now() FROM numbers(2)",
        "INSERT INTO batch (experiment_id, run_id, epoch_idx, idx, time) SELECT {experiment}, {run}, intDiv(number, 2), number % 2, now() FROM numbers(4)",
        "INSERT INTO metric_record (source, original_id, type, total_val, total_text, per_label_val) VALUES ('local', 1, 'loss', 0.5, '0.5', '{}')",
        "INSERT INTO metric_record_link (source, original_id, level, experiment_id, run_id, epoch) VALUES ('local', 1, 'EPOCH', {experiment}, {run}, 0)",
        "INSERT INTO job_runtime (job_id, time, global_step, speed, worker_cpu) SELECT {job}, now(), 1, 2, map('0', 1.5)",
        "INSERT INTO sample (dataset_id, sample_index, features) SELECT {dataset}, number, map('f0', number) FROM numbers(3)",
        "INSERT INTO target (dataset_id, target_index, sample_index, class) SELECT {dataset}, number, number, '1' FROM numbers(3)",
        "INSERT INTO prediction (dataset_id, prediction_set_id, prediction_index, sample_index, class) SELECT {dataset}, {set}, number, number, '1' FROM numbers(3)",
    ];

    public static async Task AddAsync(string postgres, string clickHouse)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        await using (var add = source.CreateCommand(Postgres))
        {
            await add.ExecuteNonQueryAsync();
        }

        await using var find = source.CreateCommand("SELECT r.experiment_id, r.id, (SELECT min(id) FROM job), (SELECT min(id) FROM dataset), (SELECT min(id) FROM prediction_set) FROM run r ORDER BY r.id LIMIT 1");
        await using var reader = await find.ExecuteReaderAsync();
        await reader.ReadAsync();
        await using var client = new ClickHouseClient(ClickHouseOptions.Parse(clickHouse));
        foreach (var sql in ClickHouse)
        {
            string[] names = ["{experiment}", "{run}", "{job}", "{dataset}", "{set}"];
            var statement = names.Select((name, i) => (Name: name, Key: reader.GetInt64(i).ToString(CultureInfo.InvariantCulture))).Aggregate(sql, (text, pair) => text.Replace(pair.Name, pair.Key, StringComparison.Ordinal));
            await client.ExecuteAsync(new ClickHouseQuery(statement));
        }
    }
}
