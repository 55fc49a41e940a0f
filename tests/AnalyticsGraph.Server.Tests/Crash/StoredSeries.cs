using AnalyticsGraph.ClickHouse;
using Npgsql;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>What a store says of one series; equal where both say the same.</summary>
/// <param name="Numbers">The number of points, and of NaN among them.</param>
/// <param name="Steps">The steps of the first and of the last point.</param>
/// <param name="Values">Sum, least, greatest, first and last value; NaN where there is none.</param>
internal sealed record StoredSeries((long Count, long NaN) Numbers, (long First, long Last) Steps, (double Sum, double Min, double Max, double First, double Last) Values)
{
    public static async Task<Dictionary<string, StoredSeries>> FromPostgresAsync(NpgsqlDataSource postgres)
    {
        await using var command = postgres.CreateCommand(
            """
            SELECT concat_ws('|', run_id, scope, key, label, rank), count, nan_count, first_step, last_step,
                sum, coalesce(min_value, 'NaN'), coalesce(max_value, 'NaN'), first_value, last_value FROM run_metric
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var series = new Dictionary<string, StoredSeries>();
        while (await reader.ReadAsync())
        {
            series.Add(reader.GetString(0), new StoredSeries(
                (reader.GetInt64(1), reader.GetInt64(2)), (reader.GetInt64(3), reader.GetInt64(4)),
                (Rounded(reader.GetDouble(5)), reader.GetDouble(6), reader.GetDouble(7), reader.GetDouble(8), reader.GetDouble(9))));
        }

        return series;
    }

    /// <summary>Computed from the points, each of which counts once however often it is there: <paramref name="doubles"/> tells the rest.</summary>
    public static async Task<Dictionary<string, StoredSeries>> FromClickHouseAsync(ClickHouseClient clickHouse, List<string> doubles)
    {
        await using var result = await clickHouse.QueryAsync(new ClickHouseQuery(
            """
            SELECT concat(toString(run_id), '|', toString(scope), '|', key, '|', label, '|', toString(rank)) AS name,
                toInt64(count()) AS n, toInt64(uniqExact(epoch, step, time, reinterpretAsUInt64(value), model_id, dataset_id)) AS different, toInt64(countIf(isNaN(value))) AS nans,
                argMin(step, place) AS first_step, argMax(step, last_place) AS last_step,
                sumIf(value, NOT isNaN(value)) AS total, if(n = nans, nan, minIf(value, NOT isNaN(value))) AS least, if(n = nans, nan, maxIf(value, NOT isNaN(value))) AS greatest,
                argMin(value, place) AS first, argMax(value, last_place) AS last
            FROM (SELECT *, (epoch, step, time, if(isNaN(value), 0, value), isNaN(value)) AS place, (epoch, step, time, if(isNaN(value), 0, value), NOT isNaN(value)) AS last_place FROM metric_point)
            GROUP BY run_id, scope, key, label, rank
            """));
        var series = new Dictionary<string, StoredSeries>();
        await foreach (var block in result.ReadBlocksAsync())
        {
            for (var i = 0; i < block.RowCount; i++)
            {
                var (name, count) = (block.Column<string>("name")[i], block.Column<long>("n")[i]);
                if (block.Column<long>("different")[i] != count)
                {
                    doubles.Add($"{name}: {count} rows, {block.Column<long>("different")[i]} different ones");
                }

                series.Add(name, new StoredSeries(
                    (count, block.Column<long>("nans")[i]), (block.Column<long>("first_step")[i], block.Column<long>("last_step")[i]),
                    (Rounded(block.Column<double>("total")[i]), block.Column<double>("least")[i], block.Column<double>("greatest")[i], block.Column<double>("first")[i], block.Column<double>("last")[i])));
            }
        }

        return series;
    }

    // Sums differ in their last bits with the order of adding.
    private static double Rounded(double sum) => sum == 0 || !double.IsFinite(sum) ? sum : double.Parse(sum.ToString("E8", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
