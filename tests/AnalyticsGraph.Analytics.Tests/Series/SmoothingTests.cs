using AnalyticsGraph.Analytics.Series;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Tests.Series;

public sealed class SmoothingTests
{
    [Fact]
    public void Ema_Should_KeepAConstant_When_Debiased()
    {
        var values = Enumerable.Repeat(3.5, 20).ToArray();

        Ema(0.9).Apply(values);

        Assert.All(values, v => Assert.Equal(3.5, v, 1e-12));
    }

    [Fact]
    public void Ema_Should_WeighByHand_When_Debiased()
    {
        double[] values = [1, 2, 4];

        Ema(0.5).Apply(values);

        // s = .5, 1.25, 2.625 over 1 - .5^n
        Assert.Equal([1, 1.25 / 0.75, 2.625 / 0.875], values);
    }

    [Fact]
    public void Ema_Should_StartFromTheFirstValue_When_NotDebiased()
    {
        double[] values = [1, 2, 4];

        Ema(0.5, debias: false).Apply(values);

        Assert.Equal([1, 1.5, 2.75], values);
    }

    [Fact]
    public void Smoothing_Should_PassOverValuesThatAreNotFinite()
    {
        double[] ema = [1, double.NaN, 2, double.PositiveInfinity, 4];
        double[] average = [1, double.NaN, 2, double.PositiveInfinity, 4];

        Ema(0.5).Apply(ema);
        MovingAverage(2).Apply(average);

        Assert.Equal([1, double.NaN, 1.25 / 0.75, double.PositiveInfinity, 2.625 / 0.875], ema);
        Assert.Equal([1, double.NaN, 1.5, double.PositiveInfinity, 3], average);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void MovingAverage_Should_EqualTheMeanOfItsWindow(int window)
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 500).Select(_ => random.NextDouble() * 1e6).ToArray();
        var expected = values.Select((_, i) => values[Math.Max(0, i - window + 1)..(i + 1)].Average()).ToArray();

        MovingAverage(window).Apply(values);

        Assert.All(values.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void MovingAverage_Should_ForgetALargeValue_When_ItLeftTheWindow()
    {
        double[] values = [1e300, 1, 1, 1];

        MovingAverage(2).Apply(values);

        Assert.Equal(1, values[^1]);
    }

    [Fact]
    public void MovingAverage_Should_BeFinite_When_ItsSumWouldNotBe()
    {
        double[] values = [1.7e308, 1.7e308, double.MaxValue, 1, 1, -1.7e308, -1.7e308];

        MovingAverage(2).Apply(values);

        Assert.Equal([1.7e308, 1.7e308, (double.MaxValue / 2) + (1.7e308 / 2), double.MaxValue / 2, 1, -1.7e308 / 2, -1.7e308], values);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Ema_Should_Refuse_When_AlphaIsOutOfRange(double alpha)
    {
        var error = Assert.Throws<GraphQLException>(() => Smoothing.From(Input("ema", new KeyValuePair<string, object?>("alpha", alpha)))).Error;

        Assert.Equal(ErrorCodes.BadUserInput, error.Code);
        Assert.Equal("smoothing.ema.alpha", error.Extensions!["argument"]);
    }

    [Fact]
    public void Ema_Should_HalveAWeight_When_ItsHalfLifeHasPassed()
    {
        double[] byHalfLife = [1, 5, 2, 8];
        double[] byAlpha = [1, 5, 2, 8];

        Smoothing.From(Input("ema", new KeyValuePair<string, object?>("halfLife", 1.0)))!.Apply(byHalfLife);
        Ema(0.5).Apply(byAlpha);

        Assert.Equal(byAlpha, byHalfLife);
    }

    private static Smoothing Ema(double weight, bool debias = true) =>
        Smoothing.From(Input("ema", new("alpha", 1 - weight), new("debias", debias)))!;

    private static Smoothing MovingAverage(int window) => Smoothing.From(Input("movingAverage", new KeyValuePair<string, object?>("window", window)))!;

    private static ArgumentValues Input(string name, params KeyValuePair<string, object?>[] options) =>
        new(new KeyValuePair<string, object?>(name, new ArgumentValues(options)));
}
