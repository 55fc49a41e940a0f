using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Server.Tests.Running;
using AnalyticsGraph.TestEngines;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Export;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Maintenance;
using AnalyticsGraph.Tracking.Migrations;
using AnalyticsGraph.Tracking.Points;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit.Abstractions;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>
/// kill -9 of an import's process at random moments; the next import completes it. Two kills of each system here; more with <c>ANALYTICSGRAPH_CRASH_ROUNDS=20</c>, a certain seed
/// with <c>ANALYTICSGRAPH_CRASH_SEED</c>. (Imports of MLflow are killed by <see cref="CrashTests"/>.)
/// </summary>
public sealed class KilledImportTests(EngineFixture engines, ITestOutputHelper output) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    private NpgsqlDataSource _postgres = null!;
    private ClickHouseClient _clickHouse = null!;
    private PointFlusher _flusher = null!;
    private string _folder = "";

    public async Task InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("killed-imports-").FullName;
        _postgres = NpgsqlDataSource.Create(engines.PostgresConnectionString);
        _clickHouse = new ClickHouseClient(ClickHouseOptions.Parse(engines.ClickHouseConnectionString));
        _flusher = new PointFlusher(_postgres, _clickHouse, new PointLogOptions(), NullLogger<PointFlusher>.Instance);
        await new MigrationRunner(_postgres, _clickHouse).RunAsync();
    }

    public async Task DisposeAsync()
    {
        await _flusher.DisposeAsync();
        await _clickHouse.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("experiment-tracking")]
    [InlineData("training-jobs")]
    [InlineData("wine")]
    public async Task Import_Should_BeCompletedByTheNext_When_ItsProcessWasKilled(string system)
    {
        var seed = Setting("ANALYTICSGRAPH_CRASH_SEED") ?? Random.Shared.Next(1_000_000);
        output.WriteLine($"ANALYTICSGRAPH_CRASH_SEED={seed}");
        var random = new Random(seed);
        var from = Originals(system);
        var watch = Stopwatch.StartNew();
        var (undisturbed, killed) = ($"{system}-undisturbed", $"{system}-killed");
        await ImportAsync(system, from, undisturbed);
        var duration = (int)watch.ElapsedMilliseconds;
        var expected = await ExportAsync(system, undisturbed);

        for (var i = 0; i < (Setting("ANALYTICSGRAPH_CRASH_ROUNDS") ?? 2); i++)
        {
            await using var import = ServerProcess.Start(
                "import", system, from, "--source", killed, $"--ConnectionStrings:Postgres={engines.PostgresConnectionString}", $"--ConnectionStrings:ClickHouse={engines.ClickHouseConnectionString}");
            var before = await CountAsync(killed);

            // Every other one is killed when it is at ClickHouse's rows, the others at any moment.
            while (!import.HasExited && !(i % 2 == 0 ? await IsImportingAsync() : await CountAsync(killed) > before))
            {
                await Task.Delay(5);
            }

            await Task.Delay(random.Next(i % 2 == 0 ? duration : duration / 3));
            output.WriteLine(import.HasExited ? "It was done." : $"Killed with {await CountAsync(killed) - before} more groups of rows than before.");
            import.Kill();
            await import.ExitAsync();
        }

        await ImportAsync(system, from, killed);
        var again = await ImportAsync(system, from, killed);

        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
        Assert.Equal(expected, await ExportAsync(system, killed));
        await using var copier = new DimensionCopier(_postgres, _clickHouse, TimeSpan.FromMinutes(1), NullLogger<DimensionCopier>.Instance);
        Assert.Empty(await new StoreVerifier(_postgres, _clickHouse, _flusher, copier).FindAsync().ToListAsync());
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;

    private async Task<bool> IsImportingAsync()
    {
        await using var command = _postgres.CreateCommand(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() AND l.objsubid = 1 AND a.pid <> pg_backend_pid())");
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private async Task<long> CountAsync(string source)
    {
        await using var command = _postgres.CreateCommand("SELECT count(*) FROM import_group WHERE source = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = source });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private Task<ImportReport> ImportAsync(string system, string from, string source)
    {
        OriginalImport import = system switch
        {
            "experiment-tracking" => new ExperimentTrackingImport(_postgres, _clickHouse, _flusher),
            "training-jobs" => new TrainingJobsImport(_postgres, _clickHouse, _flusher),
            _ => new TabularImport(_postgres, _clickHouse, _flusher),
        };
        return import.RunAsync(from, new ImportOptions { Source = source });
    }

    /// <summary>The files of an export, by name.</summary>
    private async Task<SortedDictionary<string, string>> ExportAsync(string system, string source)
    {
        var folder = Path.Combine(_folder, source);
        OriginalExport export = system switch
        {
            "experiment-tracking" => new ExperimentTrackingExport(_postgres, _clickHouse, _flusher),
            "training-jobs" => new TrainingJobsExport(_postgres, _clickHouse, _flusher),
            _ => new TabularExport(_postgres, _clickHouse, _flusher),
        };
        await export.RunAsync(source, folder);
        return new(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllText), StringComparer.Ordinal);
    }

    /// <summary>A folder of CSV files with some thousand rows.</summary>
    private string Originals(string system)
    {
        var folder = Path.Combine(_folder, system);
        Directory.CreateDirectory(folder);
        void Write(string table, string columns, IEnumerable<string> rows) => File.WriteAllLines(Path.Combine(folder, table + ".csv"), [columns, .. rows]);
        var of = Enumerable.Range;
        switch (system)
        {
            case "experiment-tracking":
                Write("EXPERIMENT", "id,title,desc,start_time,update_time", of(1, 3).Select(i => $"{i},experiment {i},,2024-01-0{i} 00:00:00,"));
                Write("TRIAL", "id,name,experiment_id,start_time,update_time", of(1, 6).Select(i => $"{i},,{((i - 1) % 3) + 1},,"));
                Write("TRIAL_RUN", "id,trial_id,status,start_time,update_time", of(1, 12).Select(i => $"{i},{((i - 1) % 6) + 1},started,2024-02-01 00:00:00,"));
                Write("RESULTS", "trial_run_id,time", of(1, 12).Select(i => $"{i},"));
                Write("EPOCH", "idx,trial_run_id,time", of(0, 240).Select(i => $"{i % 20},{(i / 20) + 1},"));
                Write("BATCH", "idx,epoch_idx,trial_run_id,time", of(0, 2400).Select(i => $"{i % 10},{i / 10 % 20},{(i / 200) + 1},2024-02-01 00:00:{i % 60:00}"));
                Write("METRIC", "id,type,total_val,per_label_val", of(0, 2640).Select(i => $"{i},loss,{i / 7.0},\"{{\"\"a\"\": {i}}}\""));
                Write("EPOCH_METRIC", "epoch_idx,epoch_trial_run_id,metric_id", of(0, 240).Select(i => $"{i % 20},{(i / 20) + 1},{i}"));
                Write("BATCH_METRIC", "batch_idx,epoch_idx,trial_run_id,metric_id", of(0, 2400).Select(i => $"{i % 10},{i / 10 % 20},{(i / 200) + 1},{i + 240}"));
                Write("RESULTS_METRIC", "results_id,metric_id", of(1, 12).Select(i => $"{i},{i}"));
                Write("ARTIFACT", "id,type,loc", of(1, 12).Select(i => $"{i},model,s3://{i}"));
                Write("TRIAL_RUN_ARTIFACT", "trial_run_id,artifact_id", of(1, 12).Select(i => $"{i},{i}"));
                break;
            case "training-jobs":
                Write("cluster", "uid,name", ["c,c"]);
                Write("job", "uid,name,scenario,create_at", of(0, 100).Select(i => $"j{i},job {i},ads,2024-01-01 00:00:00"));
                Write("job_node", "uid,name,job_uid,type", of(0, 400).Select(i => $"n{i},worker-{i % 4},j{i / 4},worker"));
                Write("job_metrics", "uid,job_runtime,type", of(0, 100).Select(i =>
                    $"j{i},\"[{string.Join(',', of(0, 60).Select(r => $"{{\"\"global_step\"\":{r},\"\"time_stamp\"\":{1700000000 + (15 * r)},\"\"speed\"\":{i},\"\"worker_cpu\"\":{{\"\"0\"\":{r}}}}}"))}]\",Local"));
                break;
            default:
                Write("datasets", "dataset_id,name", ["1,wine", "2,more"]);
                Write("samples", "sample_id,dataset_id,sample_index,Alcohol,note", of(0, 2000).Select(i => $"{i},{(i % 2) + 1},{i / 2},{i / 3.0},{(i % 5 == 0 ? "" : "text")}"));
                Write("targets", "target_id,sample_index,target_index,class", of(0, 1000).Select(i => $"{i},{i},{i},{i % 3}"));
                Write("predictions", "prediction_id,sample_index,prediction_index,class", of(0, 1000).Select(i => $"{i},{i},{i},{i % 2}"));
                break;
        }

        return folder;
    }
}
