using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Tests;

[Collection("tracking")]
public sealed class HistoryTests(TrackingEngines engines)
{
    /// <summary>A run's name as of a time: the present row if it was true then, else the version that was.</summary>
    private const string AsOf =
        "SELECT name FROM run WHERE id = $1 AND changed_at <= $2 UNION ALL SELECT name FROM run_history WHERE id = $1 AND valid @> $2::timestamptz";

    [Fact]
    public async Task Run_Should_ReadAsItWas_When_ItIsAskedForAsOfATime()
    {
        var run = await engines.CreateRunAsync();
        var times = new List<DateTime>();
        foreach (var name in new[] { "first", "second", "third" })
        {
            await engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Name = name }, Caller.Anonymous);
            times.Add(await engines.ScalarAsync<DateTime>("SELECT clock_timestamp()"));
        }

        Assert.Equal("first", await engines.ScalarAsync<string>(AsOf, run, times[0]));
        Assert.Equal("second", await engines.ScalarAsync<string>(AsOf, run, times[1]));
        Assert.Equal("third", await engines.ScalarAsync<string>(AsOf, run, times[2]));
    }

    [Fact]
    public async Task History_Should_HaveNoGapsAndNoOverlaps_When_ARowChangesOftenAndAtOnce()
    {
        var run = await engines.CreateRunAsync();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => engines.Store.UpdateRunAsync(new UpdateRunRequest { RunId = run, Name = $"n{i}" }, Caller.Anonymous)));
        Assert.Equal(0L, await engines.ScalarAsync<long>(
            """
            SELECT count(*) FROM (
                SELECT upper(valid) AS ends, coalesce(lead(lower(valid)) OVER (ORDER BY lower(valid)), (SELECT changed_at FROM run WHERE id = $1)) AS next
                FROM run_history WHERE id = $1) v WHERE ends <> next
            """, run));
        Assert.Equal(12L, await engines.ScalarAsync<long>("SELECT count(*) FROM run_history WHERE id = $1", run));
    }

    [Fact]
    public async Task History_Should_HaveNothing_When_AnUpdateChangesNothing()
    {
        var experiment = await engines.CreateExperimentAsync();
        await engines.ScalarAsync<long>("UPDATE experiment SET name = name WHERE id = $1 RETURNING id", experiment);
        Assert.Equal(0L, await engines.ScalarAsync<long>("SELECT count(*) FROM experiment_history WHERE id = $1", experiment));
    }

    [Fact]
    public async Task History_Should_KeepTheLastVersion_When_ARowIsRemoved()
    {
        var run = await engines.CreateRunAsync();
        await engines.Log.LogBatchAsync(new LogBatchRequest { RunId = run, Tags = [new("k", "v")] }, Caller.Anonymous);
        await engines.ScalarAsync<long>("DELETE FROM run WHERE id = $1 RETURNING id", run);
        Assert.Equal("v", await engines.ScalarAsync<string>("SELECT value FROM run_tag_history WHERE run_id = $1 AND key = 'k'", run));
        Assert.Equal("RUNNING", await engines.ScalarAsync<string>("SELECT status FROM run_history WHERE id = $1", run));
    }

    [Theory]
    [InlineData("1e-3", 0.001)]
    [InlineData(" 7 ", 7.0)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("nan", double.NaN)]
    [InlineData("1e-400", 0.0)]
    [InlineData("1e999", null)]
    [InlineData("1e", null)]
    [InlineData("0x10", null)]
    [InlineData("", null)]
    [InlineData("True", null)]
    public async Task Param_Should_HaveANumber_When_ItsTextIsOneThatADoubleHolds(string text, double? number)
    {
        await using var command = engines.Postgres.CreateCommand("SELECT numeric_value($1)");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = text });
        Assert.Equal(number, await command.ExecuteScalarAsync() as double?);
    }
}
