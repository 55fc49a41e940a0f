namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>
/// The distinct values of runs in their order, each with a number from 0: what ClickHouse groups and orders by in their place. Missing values come last in both directions.
/// </summary>
internal sealed class CodedValues
{
    private static readonly ValueOrder Ascending = new(descending: false);
    private static readonly ValueOrder Descending = new(descending: true);

    private readonly bool _descending;

    private CodedValues(object?[] values, uint[] codes, bool descending) => (Values, Codes, _descending) = (values, codes, descending);

    /// <summary>The distinct values by their numbers: texts, doubles or longs, null for the missing ones.</summary>
    public object?[] Values { get; }

    /// <summary>The number of each row's value.</summary>
    public uint[] Codes { get; }

    /// <summary>Numbers values.</summary>
    /// <param name="values">A value for each row: texts, doubles or longs, null for none.</param>
    /// <param name="descending">Whether the greatest comes first.</param>
    public static CodedValues Of(IReadOnlyList<object?> values, bool descending)
    {
        var distinct = new Dictionary<object, uint>();
        var hasMissing = false;
        foreach (var value in values)
        {
            if (value is null)
            {
                hasMissing = true;
            }
            else
            {
                distinct.TryAdd(value, 0);
            }
        }

        List<object?> sorted = [.. distinct.Keys];
        sorted.Sort((a, b) => Compare(a!, b!, descending));
        for (var code = 0; code < sorted.Count; code++)
        {
            distinct[sorted[code]!] = (uint)code;
        }

        var missing = (uint)sorted.Count;
        if (hasMissing)
        {
            sorted.Add(null);
        }

        return new CodedValues([.. sorted], [.. values.Select(value => value is null ? missing : distinct[value])], descending);
    }

    /// <summary>The place of a value among the numbers: its own, or between those of its neighbours.</summary>
    public double Find(object? value)
    {
        var count = Values is [.., null] ? Values.Length - 1 : Values.Length;
        if (value is null)
        {
            return count;
        }

        var at = 0;
        while (at < count && Compare(Values[at]!, value, _descending) < 0)
        {
            at++;
        }

        return at < count && Values[at]!.Equals(value) ? at : at - 0.5;
    }

    private static int Compare(object a, object b, bool descending) => (a, b) switch
    {
        (string x, string y) => (descending ? Descending : Ascending).Compare(x, y),
        _ when descending => Comparer<object>.Default.Compare(b, a),
        _ => Comparer<object>.Default.Compare(a, b),
    };
}
