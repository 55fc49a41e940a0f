using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>Many subscribers of one topic: what the server consumes for each event that reaches one of them, compared with sockets written by hand that send the same bytes.</summary>
internal sealed class SubscriptionBenchmark(ChildProcess child, int rounds)
{
    private const int MostSubscribers = 1_000;
    private const int WarmUps = 3;

    /// <summary>Measures.</summary>
    /// <param name="events">How many events of each kind a round has.</param>
    /// <exception cref="InvalidDataException">The messages differ.</exception>
    public async Task<Finding> RunAsync(int events)
    {
        var count = Math.Min(MostSubscribers, (OpenFiles() - 200) / 2);

        // What the first connections bring along is nobody's.
        foreach (var path in new[] { LiveServer.GraphQL, LiveServer.Bare })
        {
            using var first = await Subscribers.OpenAsync(child, path, count / 4);
            await first.HearAsync(WarmUps);
        }

        var before = await MemoryAsync();
        using var graphQL = await Subscribers.OpenAsync(child, LiveServer.GraphQL, count);
        var message = await graphQL.HearAsync(events);
        var between = await MemoryAsync();
        using var bare = await Subscribers.OpenAsync(child, LiveServer.Bare, count);
        var other = await bare.HearAsync(events);
        var after = await MemoryAsync();
        if (message != other)
        {
            throw new InvalidDataException($"The messages differ.\nGraphQL: {message}\nby hand: {other}");
        }

        for (var i = 0; i < WarmUps; i++)
        {
            await graphQL.HearAsync(events);
            await bare.HearAsync(events);
        }

        var pairs = new List<(Round GraphQL, Round Bare)>();
        for (var round = 0; round < rounds; round++)
        {
            var first = await MeasureAsync(round % 2 == 0 ? graphQL : bare, events);
            var second = await MeasureAsync(round % 2 == 0 ? bare : graphQL, events);
            pairs.Add(round % 2 == 0 ? (first, second) : (second, first));
        }

        var told = (double)events * count;
        return new Finding($"an event to {count} subscribers", "server CPU", Spread.Of(pairs.Select(pair => pair.GraphQL.Spent.ProcessorTime / pair.Bare.Spent.ProcessorTime)),
            $"{Median(pair => pair.GraphQL.Spent.ProcessorTime.TotalMicroseconds / told):0.0} µs", $"{Median(pair => pair.Bare.Spent.ProcessorTime.TotalMicroseconds / told):0.0} µs",
            $"{Median(pair => pair.GraphQL.Spent.AllocatedBytes / told):N0} B : {Median(pair => pair.Bare.Spent.AllocatedBytes / told):N0} B; " +
            $"{Median(pair => told / pair.GraphQL.Time.TotalSeconds):N0} : {Median(pair => told / pair.Bare.Time.TotalSeconds):N0} a second; a connection {PerConnection(before, between)} : {PerConnection(between, after)}");

        double Median(Func<(Round GraphQL, Round Bare), double> value) => Spread.Of(pairs.Select(value)).Median;
        string PerConnection((long Resident, long Heap) one, (long Resident, long Heap) two) =>
            string.Create(CultureInfo.InvariantCulture, $"{(two.Resident - one.Resident) / 1024.0 / count:0.0} KiB resident, {(two.Heap - one.Heap) / 1024.0 / count:0.0} KiB heap");
    }

    private async Task<Round> MeasureAsync(Subscribers subscribers, int events)
    {
        var before = await child.ConsumptionAsync();
        var start = Stopwatch.GetTimestamp();
        await subscribers.HearAsync(events);
        var time = Stopwatch.GetElapsedTime(start);
        return new Round(await child.ConsumptionAsync() - before, time);
    }

    private async Task<(long Resident, long Heap)> MemoryAsync()
    {
        var numbers = (await child.GetAsync(LiveServer.Memory)).Split(' ');
        return (long.Parse(numbers[0], CultureInfo.InvariantCulture), long.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    private static int OpenFiles()
    {
        var limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return int.TryParse(limit, CultureInfo.InvariantCulture, out var files) ? files : int.MaxValue;
    }

    private readonly record struct Round(Consumption Spent, TimeSpan Time);
}
