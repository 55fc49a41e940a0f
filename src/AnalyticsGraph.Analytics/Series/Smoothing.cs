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
    /// s = weight * s + (1 - weight) * value, from s = 0; debiased by 1 - weight^n as Adam does, so that the first points are not drawn towards zero.
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
            var ring = new double[Math.Min(window, Math.Max(values.Length, 1))];
            var count = 0;
            var next = 0;
            var sum = new CompensatedSum();
            foreach (ref var value in values)
            {
                if (!double.IsFinite(value))
                {
                    continue;
                }

                if (count == ring.Length)
                {
                    sum.Add(-ring[next]);
                }
                else
                {
                    count++;
                }

                ring[next] = value;
                next = next + 1 == ring.Length ? 0 : next + 1;
                sum.Add(value);
                value = sum.Value / count;
            }
        }
    }

    /// <summary>Neumaier's sum: adding and later taking away a large value leaves no error behind in the small ones.</summary>
    private struct CompensatedSum
    {
        private double _sum;
        private double _compensation;

        public readonly double Value => _sum + _compensation;

        public void Add(double value)
        {
            var sum = _sum + value;
            _compensation += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
            _sum = sum;
        }
    }
}
