using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.Analytics.Series;

/// <summary>The fields of <c>Series</c> and its parts: columns that are already there.</summary>
internal static class SeriesColumns
{
    private const string Series = "Series";
    private const string Buckets = "SeriesBuckets";
    private const string NonFinite = "NonFiniteColumns";

    /// <summary>Binds all of them.</summary>
    /// <param name="bindings">The schema's bindings.</param>
    public static void Bind(SchemaBindings bindings)
    {
        Leaf(bindings, Series, "key", (a, n) => new StringColumn(Repeat(a.Request.Key, n), mayHaveNulls: false));
        Leaf(bindings, Series, "label", (a, n) => new StringColumn(Repeat(a.Request.Label, n), mayHaveNulls: false));
        bindings.Bind(Series, "scope", FieldResolver.FromBatch((batch, context) => new(Scopes(batch, context))));
        Leaf(bindings, Series, "count", (a, n) => new Int64Column(a.Totals));
        Leaf(bindings, Series, "exact", (a, n) => new BooleanColumn(a.Exact ?? Repeat(true, n)));
        Leaf(bindings, Series, "steps", (a, n) => Points(a, points => Longs(points, points.Steps)));
        Leaf(bindings, Series, "times", (a, n) => Points(a, Times));
        Leaf(bindings, Series, "values", (a, n) => Points(a, points => a.Request.Sampling.Kind == SamplingKind.Bucket ? Means(points, points.Values) : Doubles(points, points.Values)));
        Leaf(bindings, Series, "smoothed", (a, n) => a.Smoothed is null ? new NullColumn(n)
            : a.Request.Sampling.Kind == SamplingKind.Bucket ? Means(a.Points, a.Smoothed) : Doubles(a.Points, a.Smoothed));
        bindings.Bind(Series, "buckets", Part(Buckets, a => a.Request.Sampling.Kind == SamplingKind.Bucket));
        bindings.Bind(Series, "nonFinite", Part(NonFinite, _ => true));

        Leaf(bindings, Buckets, "lastSteps", (a, n) => Longs(a.Points, a.Points.LastSteps));
        Leaf(bindings, Buckets, "counts", (a, n) => Longs(a.Points, a.Points.Counts));
        Leaf(bindings, Buckets, "nanCounts", (a, n) => Longs(a.Points, a.Points.NaNs));
        Leaf(bindings, Buckets, "min", (a, n) => Means(a.Points, a.Points.Lows));
        Leaf(bindings, Buckets, "max", (a, n) => Means(a.Points, a.Points.Highs));
        Leaf(bindings, Buckets, "mean", (a, n) => Means(a.Points, a.Points.Values));

        Leaf(bindings, NonFinite, "count", (a, n) => new Int64Column(a.NonFiniteTotals));
        Leaf(bindings, NonFinite, "steps", (a, n) => Longs(a.NonFinite, a.NonFinite.Steps));
        Leaf(bindings, NonFinite, "times", (a, n) => Times(a.NonFinite));
        Leaf(bindings, NonFinite, "values", (a, n) => Doubles(a.NonFinite, a.NonFinite.Values));
    }

    private static void Leaf(SchemaBindings bindings, string type, string field, Func<SeriesAnswer, int, Column> column) =>
        bindings.Bind(type, field, FieldResolver.FromBatch((batch, _) => new(column((SeriesAnswer)batch.Source, batch.Count))));

    // Parts of a series are read from the same answer: an object for each series, or none.
    private static FieldResolver Part(string type, Func<SeriesAnswer, bool> exists) => FieldResolver.FromBatch((batch, context) =>
    {
        var answer = (SeriesAnswer)batch.Source;
        var partType = (ObjectType)context.Request.Schema.Types[type];
        return new(exists(answer)
            ? new ObjectColumn(new ObjectBatch(partType, batch.Count, answer))
            : new ObjectColumn(new ObjectBatch(partType, 0, answer), Repeat(-1, batch.Count)));
    });

    private static EnumColumn Scopes(ObjectBatch batch, StepContext context)
    {
        var names = new EnumNames((EnumType)context.Field.Definition.Type.Named);
        return new EnumColumn(names, Repeat(names.IndexOf(((SeriesAnswer)batch.Source).Request.Scope), batch.Count), mayHaveNulls: false);
    }

    private static Column Points(SeriesAnswer answer, Func<PointColumns, ListColumn> list) =>
        answer.Feed is { } feed ? new OpenListColumn(feed, () => list(feed.Points).Items) : list(answer.Points);

    private static ListColumn Longs(PointColumns points, long[] values) => new(points.Offsets, new Int64Column(values, count: points.Count));

    private static ListColumn Times(PointColumns points) => new(points.Offsets, new UnixMillisecondsColumn(points.Times, count: points.Count));

    private static ListColumn Doubles(PointColumns points, double[] values) => new(points.Offsets, new DoubleColumn(values, count: points.Count));

    // A bucket's numbers are over its finite values; where it has none, its mean is NaN, and they are null.
    private static ListColumn Means(PointColumns points, double[] values)
    {
        var none = Array.ConvertAll(points.Values, double.IsNaN);
        return new ListColumn(points.Offsets, new DoubleColumn(values, none, points.Count));
    }

    private static T[] Repeat<T>(T value, int count)
    {
        var all = new T[count];
        Array.Fill(all, value);
        return all;
    }
}
