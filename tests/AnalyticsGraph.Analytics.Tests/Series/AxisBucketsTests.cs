using AnalyticsGraph.Analytics.Series;

namespace AnalyticsGraph.Analytics.Tests.Series;

public sealed class AxisBucketsTests
{
    [Theory]
    [InlineData(0, 999_999, 1000)]
    [InlineData(1, 1_000_000, 1000)]
    [InlineData(-37, 5, 2)]
    [InlineData(7, 7, 1)]
    [InlineData(-1, 0, 1)]
    [InlineData(1_700_000_000_000, 1_700_000_000_001, 200)]
    [InlineData(long.MinValue, long.MaxValue, 1000)]
    [InlineData(0, long.MaxValue, 3)]
    [InlineData(long.MinValue, long.MaxValue, 4)]
    [InlineData(long.MinValue, long.MaxValue - 5, 7)]
    public void Buckets_Should_CoverTheRangeWithoutBeingTooMany(long first, long last, int most)
    {
        var buckets = AxisBuckets.Of(first, last, most, AxisScale.Linear);

        var count = (((Int128)buckets.StartOf(last) - buckets.StartOf(first)) / buckets.Width) + 1;
        Assert.True(count <= most, $"{count} of {buckets.Width}");
        // At most an eighth wider than needed, and one more bucket for not beginning with the range.
        Assert.True(count * 2 >= Int128.Min(most, (Int128)last - first + 1) - 2, $"{count} of {buckets.Width}");
    }

    [Theory]
    [InlineData(long.MinValue, long.MaxValue, 1)]
    [InlineData(long.MinValue, long.MaxValue, 3)]
    [InlineData(-2, long.MaxValue, 1)]
    [InlineData(0, long.MaxValue, 1)]
    public void Buckets_Should_BeASingleOne_When_FewerAreAskedThanTheWidestOnesAre(long first, long last, int most)
    {
        var buckets = AxisBuckets.Of(first, last, most, AxisScale.Linear);

        Assert.All([first, -1, 0, last], position => Assert.Equal(first, buckets.StartOf(position)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1_000_000_007)]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 62)]
    public void Buckets_Should_BeInOrder_When_TheLowestBeginsBelowTheLeastInteger(long width)
    {
        var buckets = new AxisBuckets(width, 0, 0);
        var starts = new[] { long.MinValue, long.MinValue + 1, long.MinValue + 2, long.MinValue + 3, -1, 0, long.MaxValue }.Select(buckets.StartOf).ToArray();

        Assert.Equal(starts.Order(), starts);
        Assert.Equal((long.MinValue, 0), (starts[0], starts[^2]));
    }

    [Fact]
    public void Buckets_Should_EqualTheReference_When_RangesAreRandom()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var first = random.NextInt64(-3000, 3000);
            var last = first + random.NextInt64(0, 20_000);
            var most = random.Next(1, 300);
            var (buckets, reference) = (AxisBuckets.Of(first, last, most, AxisScale.Linear), ReferenceThinning.Buckets(first, last, most));

            Assert.All(Enumerable.Range(0, 50).Select(_ => random.NextInt64(first, last + 1)), position =>
            {
                Assert.Equal(reference(position), buckets.StartOf(position));
                CheckEnd(buckets, position);
            });
        }
    }

    [Theory]
    [InlineData(1, 1_000_000, 130)]
    [InlineData(0, 1_000_000, 1000)]
    [InlineData(-70_000, 3, 200)]
    [InlineData(long.MinValue, long.MaxValue, 130)]
    public void LogarithmicBuckets_Should_BeAsManyForEachPowerOfTwo(long first, long last, int most)
    {
        var buckets = AxisBuckets.Of(first, last, most, AxisScale.Log);

        var random = new Random(4);
        var positions = Enumerable.Range(0, 64).SelectMany(bit => new[] { 1L << bit, (1L << bit) - 1, -(1L << bit) }).Concat(Enumerable.Range(0, 2000).Select(_ => random.NextInt64(first, last)))
            .Where(position => position >= first && position <= last).Order().ToArray();
        var starts = positions.Select(buckets.StartOf).ToArray();
        Assert.Equal(starts.Order(), starts);
        Assert.All(positions.Zip(starts), pair => Assert.True(pair.Second <= pair.First && buckets.StartOf(pair.Second) == pair.Second, $"{pair}"));
        Assert.InRange(starts.Distinct().Count(), 1, most);
        Assert.All(starts.Where(start => start >= buckets.PerOctave).GroupBy(start => System.Numerics.BitOperations.Log2((ulong)start)), octave => Assert.True(octave.Distinct().Count() <= buckets.PerOctave));
        Assert.All(positions, position => CheckEnd(buckets, position));
    }

    private static void CheckEnd(AxisBuckets buckets, long position)
    {
        var end = buckets.EndOf(position);
        Assert.True(end >= position && buckets.StartOf(end) == buckets.StartOf(position), $"{position}: {end}");
        Assert.True(end == long.MaxValue || buckets.StartOf(end + 1) == end + 1, $"{position}: {end}");
    }
}
