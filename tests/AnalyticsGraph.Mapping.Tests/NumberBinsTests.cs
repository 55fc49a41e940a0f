using System.Globalization;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Tests;

public sealed class NumberBinsTests
{
    [Theory]
    [InlineData("0.01")]
    [InlineData("0.1")]
    [InlineData("0.001")]
    [InlineData("0.05")]
    [InlineData("0.25")]
    [InlineData("0.3")]
    [InlineData("2.5")]
    [InlineData("7")]
    [InlineData("0.0000123")]
    public void Multiples_Should_BeginTheBinsOfTheirNames(string width)
    {
        var bins = new NumberBins(Parse(width));
        for (var k = -5000; k <= 5000; k++)
        {
            var (written, before) = (Written(k), Written(k - 1));

            Assert.Equal(written, bins.StartOf(written));
            Assert.Equal(before, bins.StartOf(Math.BitDecrement(written)));
        }

        double Written(int k) => Parse((k * decimal.Parse(width, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1 / 3.0)]
    [InlineData(0.1 + 0.2)]
    [InlineData(1e-300)]
    [InlineData(1e22)]
    [InlineData(1.2345e200)]
    public void Numbers_Should_BeWithinTheirBins(double width)
    {
        var bins = new NumberBins(width);
        var random = new Random(3);
        for (var i = 0; i < 10_000; i++)
        {
            var number = (random.NextDouble() - 0.5) * width * 1e6;
            var start = bins.StartOf(number);

            Assert.InRange(number, start, start + width);
            Assert.Equal(start, bins.StartOf(start));
        }
    }

    [Theory]
    [InlineData(double.NaN, 1, double.NaN)]
    [InlineData(double.PositiveInfinity, 1, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, 1, double.NegativeInfinity)]
    [InlineData(1e30, 0.1, 1e30)]
    [InlineData(-1e30, 0.1, -1e30)]
    [InlineData(double.MaxValue, 1e300, double.MaxValue)]
    [InlineData(-1.7e308, 1e308, -1.7e308)]
    [InlineData(-5e307, 1e308, -1e308)]
    [InlineData(5e-324, 2, 0)]
    [InlineData(-5e-324, 2, -2)]
    [InlineData(-0.0, 2, 0)]
    [InlineData(1e-299, 5e-324, 1e-299)]
    public void Numbers_Should_HaveABin_When_TheyAreExtreme(double number, double width, double start) => Assert.Equal(start, new NumberBins(width).StartOf(number));

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
