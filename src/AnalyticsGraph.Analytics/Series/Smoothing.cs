using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>
/// Smooths the values of a series, over all its points, before thinning. Values that are not finite stay what they are and do not take part.
/// </summary>
internal abstract class Smoothing
{
    /// <summary>The widest moving average, in points.</summary>
    public const int MaxWindow = 100_000;

    /// <summary>Reads the <c>@oneOf</c> input.</summary>
    /// <param name="input">The input, or null.</param>
    public static Smoothing? From(ArgumentValues? input)
    {
        if (input is null)
        {
            return null;
        }

        var (name, value) = input.Values[0];
        var options = (ArgumentValues)value!;
        if (name == "ema")
        {
            return new ExponentialMovingAverage(Weight(options), options.Get("debias", true));
        }

        var window = options.Get<int?>("window") ?? 0;
        return window is >= 1 and <= MaxWindow
            ? new MovingAverage(window)
            : throw ArgumentErrors.BadInput("smoothing.movingAverage.window", $"`smoothing.movingAverage.window` must be from 1 to {MaxWindow}; it is {window}.");
    }

    // The weight of what was before: 1 - alpha, or such that it halves after so many points.
    private static double Weight(ArgumentValues options)
    {
        var alpha = options.Get<double?>("alpha");
        var halfLife = options.Get<double?>("halfLife");
        return (alpha, halfLife) switch
        {
            ( > 0 and <= 1, null) => 1 - alpha.Value,
            (not null, null) => throw ArgumentErrors.BadInput("smoothing.ema.alpha", $"`smoothing.ema.alpha` must be above 0 and at most 1; it is {alpha.Value:R}."),
            (null, > 0 and <= double.MaxValue) => Math.Pow(0.5, 1 / halfLife.Value),
            (null, not null) => throw ArgumentErrors.BadInput("smoothing.ema.halfLife", $"`smoothing.ema.halfLife` must be above 0 and finite; it is {halfLife.Value:R}."),
            _ => throw ArgumentErrors.BadInput("smoothing.ema", "Give either `smoothing.ema.alpha` or `smoothing.ema.halfLife`."),
        };
    }

    /// <summary>Smooths one series in place.</summary>
    /// <param name="values">The values in the order of their steps.</param>
    public abstract void Apply(Span<double> values);

    /// <summary>
    /// s = weight * s + (1 - weight) * value. Debiased, as TensorBoard and W&amp;B have it: from s = 0, divided by 1 - weight^n, so that the first points are not drawn towards zero: each is the
    /// weighted mean of what came so far. Else from the first value, which then weighs most for long, as pandas has it with <c>adjust=False</c>.
    /// </summary>
    private sealed class ExponentialMovingAverage(double weight, bool debias) : Smoothing
    {
        public override void Apply(Span<double> values)
        {
            var state = 0.0;
            var remaining = 1.0;
            var first = true;
            foreach (ref var value in values)
            {
                if (!double.IsFinite(value))
                {
                    continue;
                }

                if (!debias && first)
                {
                    state = value;
                }
                else
                {
                    state = (weight * state) + ((1 - weight) * value);
                    remaining *= weight;
                }

                first = false;
                value = debias ? state / (1 - remaining) : state;
            }
        }
    }

    /// <summary>The mean of the last finite values, the point's own included; of fewer at the beginning.</summary>
    private sealed class MovingAverage(int window) : Smoothing
    {
        public override void Apply(Span<double> values)
        {
            // Nothing is ever taken away from a sum, so that a large value leaves no error behind: each round through the ring has its own sum, to which that of what is left of the round before
            // is added.
            var ring = new double[Math.Min(window, Math.Max(values.Length, 1))];
            var left = new CompensatedSum[ring.Length + 1];
            var unit = UnitOf(values);
            var (count, next) = (0, 0);
            var round = new CompensatedSum();
            foreach (ref var value in values)
            {
                if (!double.IsFinite(value))
                {
                    continue;
                }

                if (next == ring.Length)
                {
                    for (next--; next >= 0; next--)
                    {
                        left[next] = left[next + 1].Plus(ring[next]);
                    }

                    (next, round) = (0, default);
                }

                ring[next] = value * unit;
                round = round.Plus(ring[next++]);
                count = Math.Min(count + 1, ring.Length);
                value = round.Plus(left[next].Value).Value / count / unit;
            }
        }

        // A power of two that no sum overflows with; it changes no digit of numbers that large.
        private static double UnitOf(ReadOnlySpan<double> values)
        {
            const double Small = 1.0 / (1 << 20);
            foreach (var value in values)
            {
                if (double.IsFinite(value) && Math.Abs(value) > double.MaxValue * Small)
                {
                    return Small;
                }
            }

            return 1;
        }
    }

    /// <summary>Neumaier's sum.</summary>
    private readonly record struct CompensatedSum(double Sum, double Compensation)
    {
        public double Value => Sum + Compensation;

        public CompensatedSum Plus(double value)
        {
            var sum = Sum + value;
            return new CompensatedSum(sum, Compensation + (Math.Abs(Sum) >= Math.Abs(value) ? Sum - sum + value : value - sum + Sum));
        }
    }
}
