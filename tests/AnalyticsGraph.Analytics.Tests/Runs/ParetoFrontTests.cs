using AnalyticsGraph.Analytics.Runs;

namespace AnalyticsGraph.Analytics.Tests.Runs;

public sealed class ParetoFrontTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Front_Should_BeTheRunsThatNoneIsBetterThan_When_ManyAreEqual(int objectives)
    {
        var random = new Random(objectives);
        for (var round = 0; round < 50; round++)
        {
            (long Run, double[] Values)[] runs = [.. Enumerable.Range(0, 60).Select(run => ((long)run, Enumerable.Range(0, objectives).Select(_ => (double)random.Next(4)).ToArray()))];

            var front = ParetoFront.Of(runs, [.. Enumerable.Repeat(true, objectives)], CancellationToken.None);

            var expected = runs.Where(one => !Array.Exists(runs, other => other.Values.Zip(one.Values).All(pair => pair.First >= pair.Second) && !other.Values.SequenceEqual(one.Values)));
            Assert.Equal(expected.Select(one => one.Run), front.Select(one => one.Run).Order());
        }
    }

    [Fact]
    public void Front_Should_HaveAllRuns_When_VeryManyAreEqual()
    {
        var runs = Enumerable.Range(0, 300_000).Select(run => ((long)run, new[] { 1.0 }));

        Assert.Equal(300_000, ParetoFront.Of(runs, [true], CancellationToken.None).Count);
    }

    [Fact]
    public void Front_Should_NotBeSought_When_NobodyWaitsForIt() =>
        Assert.Throws<OperationCanceledException>(() => ParetoFront.Of([(1, [1, 2, 3])], [true, true, true], new CancellationToken(canceled: true)));
}
