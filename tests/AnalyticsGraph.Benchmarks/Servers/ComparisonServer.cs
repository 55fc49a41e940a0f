using System.Text.Json;
using AnalyticsGraph.Engines;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>The server's own composition over embedded stores that hold 100 experiments with 200 runs each, every run with 10 params and 5 tags; others may connect to the same PostgreSQL.</summary>
internal static class ComparisonServer
{
    /// <summary>Where it tells how to connect to its PostgreSQL.</summary>
    public const string PostgresPath = "/postgres";

    private const string Data = """
        INSERT INTO experiment (source, name, artifact_location) SELECT 'local', 'comparison ' || i, 's3://runs/' || i FROM generate_series(1, 100) AS i;
        INSERT INTO run (source, experiment_id, uuid, name, user_name, status_text, start_time, end_time, artifact_uri)
        SELECT 'local', e.id, md5(e.id || '-' || i), 'bright-swan-' || i, 'ada', (ARRAY['FINISHED', 'FAILED', 'FINISHED', 'RUNNING'])[1 + i % 4],
            '2026-01-31T12:00:00Z'::timestamptz + make_interval(secs => i * 61 + e.id), '2026-01-31T13:00:00Z'::timestamptz + make_interval(secs => i * 67), 's3://runs/' || e.id || '/' || i
        FROM experiment e, generate_series(1, 200) AS i ORDER BY md5(i || '-' || e.id);
        INSERT INTO run_param (run_id, key, value) SELECT r.id, 'param_' || k, round((abs(hashint8(r.id * 31 + k)) % 100000) / 1000.0, 3) FROM run r, generate_series(1, 10) AS k;
        INSERT INTO run_tag (run_id, key, value) SELECT r.id, 'tag.' || k, 'value ' || abs(hashint8(r.id * 37 + k)) % 1000 FROM run r, generate_series(1, 5) AS k;
        """;

    public static async Task RunAsync(string data)
    {
        Console.WriteLine("The embedded engines are starting.");
        await using var engines = await EmbeddedEngines.StartAsync(new EngineOptions { DataDirectory = data }, NullLoggerFactory.Instance);
        var options = new ServerOptions("", data, Demo: false, engines.PostgresConnectionString, engines.ClickHouseConnectionString);
        await using var stores = await Stores.OpenAsync(options, NullLoggerFactory.Instance, Console.WriteLine, CancellationToken.None);
        await using var tracking = new TrackingServices(stores, NullLoggerFactory.Instance);
        await EnsureDataAsync(stores.Postgres);
        var graph = await GraphComposition.BuildAsync(stores, tracking, new ServerLimits(), NullLoggerFactory.Instance, CancellationToken.None);
        var place = new NpgsqlConnectionStringBuilder(engines.PostgresConnectionString);
        var told = JsonSerializer.Serialize(new { host = place.Host, user = place.Username, database = place.Database });
        await ChildHost.RunAsync(app =>
        {
            app.MapGraphQL("/graphql", graph.Executor, new GraphQLHttpOptions { ConfigureRequest = (_, request) => graph.Configure(request) });
            app.MapGet(PostgresPath, (RequestDelegate)(http => http.Response.WriteAsync(told, http.RequestAborted)));
        });
    }

    private static async Task EnsureDataAsync(NpgsqlDataSource postgres)
    {
        await using var find = postgres.CreateCommand("SELECT count(*) FROM run");
        if ((long)(await find.ExecuteScalarAsync())! > 0)
        {
            return;
        }

        Console.WriteLine("The data are being written.");
        await using var write = postgres.CreateCommand(Data);
        write.CommandTimeout = 0;
        await write.ExecuteNonQueryAsync();
        await using var settle = postgres.CreateCommand("VACUUM ANALYZE");
        settle.CommandTimeout = 0;
        await settle.ExecuteNonQueryAsync();
    }
}
