using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>How a series is thinned.</summary>
internal enum SamplingKind
{
    /// <summary>Every point.</summary>
    None,

    /// <summary>Largest triangle three buckets: the shape, by real points.</summary>
    Lttb,

    /// <summary>The smallest and the largest point of each bucket: every peak.</summary>
    MinMax,

    /// <summary>Mean, minimum, maximum and count of each bucket.</summary>
    Bucket,

    /// <summary>The last points.</summary>
    Last,
}

/// <summary>A way of thinning with its size.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Points">The most points to return; 0 where <paramref name="Width"/> or no thinning is asked.</param>
/// <param name="Width">The width of a bucket in steps; 0 where points are asked.</param>
/// <param name="Scale">How the steps are divided into buckets, where points are asked.</param>
internal readonly record struct Sampling(SamplingKind Kind, int Points = 0, long Width = 0, AxisScale Scale = AxisScale.Linear)
{
    /// <summary>The most points that thinning returns of a series.</summary>
    public const int MaxPoints = 100_000;

    /// <summary>The most buckets.</summary>
    public int Buckets => Kind == SamplingKind.MinMax ? Points / 2 : Points;

    /// <summary>Reads the <c>@oneOf</c> input.</summary>
    /// <param name="sample">The input, or null.</param>
    /// <param name="scale">The scale of the steps.</param>
    public static Sampling From(ArgumentValues? sample, AxisScale scale)
    {
        var sampling = sample is null ? default : Read(sample);
        if (scale == AxisScale.Linear)
        {
            return sampling;
        }

        return sampling.Kind is not (SamplingKind.MinMax or SamplingKind.Bucket) || sampling.Width > 0
            ? throw ArgumentErrors.BadInput("scale", "`scale: LOG` divides the steps for `sample.minMax` and `sample.bucket.points` alone.")
            : sampling.Buckets < AxisBuckets.FewestLogarithmic
            ? throw ArgumentErrors.BadInput("sample", $"`scale: LOG` needs at least {AxisBuckets.FewestLogarithmic} buckets; these are {sampling.Buckets}.")
            : sampling with { Scale = scale };
    }

    private static Sampling Read(ArgumentValues sample)
    {

        var (name, value) = sample.Values[0];
        var size = (ArgumentValues)value!;
        if (name == "bucket")
        {
            return size.TryGet("width", out var width)
                ? new Sampling(SamplingKind.Bucket, Width: Positive("sample.bucket.width", (long)width!))
                : new Sampling(SamplingKind.Bucket, Checked("sample.bucket.points", size.Get<int>("points"), 1));
        }

        var kind = name switch
        {
            "lttb" => SamplingKind.Lttb,
            "minMax" => SamplingKind.MinMax,
            "last" => SamplingKind.Last,
            _ => throw new InvalidOperationException($"The schema offers the sampling `{name}`, which no code serves."),
        };
        return new Sampling(kind, Checked($"sample.{name}.points", size.Get<int>("points"), kind == SamplingKind.Last ? 1 : 2));
    }

    private static int Checked(string path, int points, int least) => points >= least && points <= MaxPoints
        ? points
        : throw ArgumentErrors.BadInput(path, $"`{path}` must be from {least} to {MaxPoints}; it is {points}.");

    private static long Positive(string path, long width) => width > 0
        ? width
        : throw ArgumentErrors.BadInput(path, $"`{path}` must be at least 1; it is {width}.");
}
