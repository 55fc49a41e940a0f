using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>Summaries as rows of <c>run_metric</c>.</summary>
internal static class RunMetricRows
{
    public const string Columns =
        """
        run_id, scope, key, label, rank, count, nan_count, sum, m2,
        first_epoch, first_step, first_time, first_value, last_epoch, last_step, last_time, last_value,
        min_epoch, min_step, min_time, min_value, max_epoch, max_step, max_time, max_value
        """;

    // Side by side in the list: in FROM each array would be written to a store of its own first, which for one row takes longer than all else.
    private static readonly string Values = string.Join(", ", Enumerable.Range(1, 27).Select(i => string.Create(CultureInfo.InvariantCulture, $"unnest(${i})")));

    public static (SeriesKey Series, SeriesSummary Summary) Read(NpgsqlDataReader reader) => (
        new SeriesKey(reader.GetInt64(0), MetricScopes.Parse(reader.GetString(1)), reader.GetString(2), reader.GetString(3), reader.GetInt32(4)),
        new SeriesSummary
        {
            Count = reader.GetInt64(5),
            NanCount = reader.GetInt64(6),
            Sum = reader.GetDouble(7),
            M2 = reader.GetDouble(8),
            First = ReadStat(reader, 9)!.Value,
            Last = ReadStat(reader, 13)!.Value,
            Min = ReadStat(reader, 17),
            Max = ReadStat(reader, 21),
        });

    /// <summary>Writes whole summaries, new or not. The caller holds the runs' counters.</summary>
    public static NpgsqlBatchCommand Write(IReadOnlyList<KeyValuePair<SeriesKey, SeriesSummary>> rows)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            INSERT INTO run_metric ({Columns}, mean, standard_deviation)
            SELECT {Values}
            ON CONFLICT (run_id, scope, key, label, rank) DO UPDATE SET
                count = EXCLUDED.count, nan_count = EXCLUDED.nan_count, sum = EXCLUDED.sum, m2 = EXCLUDED.m2, mean = EXCLUDED.mean, standard_deviation = EXCLUDED.standard_deviation,
                first_epoch = EXCLUDED.first_epoch, first_step = EXCLUDED.first_step, first_time = EXCLUDED.first_time, first_value = EXCLUDED.first_value,
                last_epoch = EXCLUDED.last_epoch, last_step = EXCLUDED.last_step, last_time = EXCLUDED.last_time, last_value = EXCLUDED.last_value,
                min_epoch = EXCLUDED.min_epoch, min_step = EXCLUDED.min_step, min_time = EXCLUDED.min_time, min_value = EXCLUDED.min_value,
                max_epoch = EXCLUDED.max_epoch, max_step = EXCLUDED.max_step, max_time = EXCLUDED.max_time, max_value = EXCLUDED.max_value
            """);
        var p = command.Parameters;
        Add(p, rows, row => row.Key.RunId);
        Add(p, rows, row => row.Key.Scope.Name());
        Add(p, rows, row => row.Key.Key);
        Add(p, rows, row => row.Key.Label);
        Add(p, rows, row => row.Key.Rank);
        Add(p, rows, row => row.Value.Count);
        Add(p, rows, row => row.Value.NanCount);
        Add(p, rows, row => row.Value.Sum);
        Add(p, rows, row => row.Value.M2);
        AddStat(p, rows, summary => summary.First);
        AddStat(p, rows, summary => summary.Last);
        AddOptionalStat(p, rows, summary => summary.Min);
        AddOptionalStat(p, rows, summary => summary.Max);
        Add(p, rows, row => row.Value.Mean);
        Add(p, rows, row => row.Value.StandardDeviation);
        return command;
    }

    /// <summary>Removes the rows of series that have no points any more, from <c>run_metric</c> or a table with its key. The caller holds the runs' counters.</summary>
    public static NpgsqlBatchCommand Remove(string table, IReadOnlyList<SeriesKey> series) => new(
        $"DELETE FROM {table} WHERE (run_id, scope, key, label, rank) IN (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::int[]))")
    {
        Parameters =
        {
            new() { Value = series.Select(s => s.RunId).ToArray() }, new() { Value = series.Select(s => s.Scope.Name()).ToArray() }, new() { Value = series.Select(s => s.Key).ToArray() },
            new() { Value = series.Select(s => s.Label).ToArray() }, new() { Value = series.Select(s => s.Rank).ToArray() },
        },
    };

    /// <summary>A moment as PostgreSQL takes it.</summary>
    public static DateTime ToDateTime(long unixMilliseconds) => DateTime.UnixEpoch.AddTicks(unixMilliseconds * TimeSpan.TicksPerMillisecond);

    private static PointStat? ReadStat(NpgsqlDataReader reader, int at) => reader.IsDBNull(at)
        ? null
        : new PointStat(new PointPosition(reader.GetInt64(at), reader.GetInt64(at + 1), ToMilliseconds(reader.GetDateTime(at + 2))), reader.GetDouble(at + 3));

    private static long ToMilliseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;

    private static void AddStat(NpgsqlParameterCollection p, IReadOnlyList<KeyValuePair<SeriesKey, SeriesSummary>> rows, Func<SeriesSummary, PointStat> stat)
    {
        Add(p, rows, row => stat(row.Value).Position.Epoch);
        Add(p, rows, row => stat(row.Value).Position.Step);
        Add(p, rows, row => ToDateTime(stat(row.Value).Position.Time), NpgsqlDbType.TimestampTz);
        Add(p, rows, row => stat(row.Value).Value);
    }

    private static void AddOptionalStat(NpgsqlParameterCollection p, IReadOnlyList<KeyValuePair<SeriesKey, SeriesSummary>> rows, Func<SeriesSummary, PointStat?> stat)
    {
        Add(p, rows, row => stat(row.Value)?.Position.Epoch);
        Add(p, rows, row => stat(row.Value)?.Position.Step);
        Add(p, rows, row => stat(row.Value) is { } s ? ToDateTime(s.Position.Time) : (DateTime?)null, NpgsqlDbType.TimestampTz);
        Add(p, rows, row => stat(row.Value)?.Value);
    }

    private static void Add<T>(NpgsqlParameterCollection p, IReadOnlyList<KeyValuePair<SeriesKey, SeriesSummary>> rows, Func<KeyValuePair<SeriesKey, SeriesSummary>, T> value, NpgsqlDbType? type = null)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        var parameter = new NpgsqlParameter<T[]> { TypedValue = values };
        if (type is { } known)
            parameter.NpgsqlDbType = NpgsqlDbType.Array | known;
        p.Add(parameter);
    }
}
