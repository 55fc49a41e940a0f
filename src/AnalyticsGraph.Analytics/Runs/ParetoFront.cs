using AnalyticsGraph.Analytics.Aggregates;

namespace AnalyticsGraph.Analytics.Runs;

/// <summary>The runs that no other run is better than in every respect.</summary>
/// <param name="names">The objectives.</param>
/// <param name="front">The runs with their values, in the order of the first objective, then of the others, then of their ids.</param>
/// <param name="considered">How many runs have a number for each objective.</param>
/// <param name="shown">How many of the front are shown.</param>
internal sealed class ParetoFront(IReadOnlyList<string> names, IReadOnlyList<(long Run, double[] Values)> front, int considered, int shown)
{
    public int Considered => considered;

    public int Count => front.Count;

    public IEnumerable<ParetoPoint> Points => front.Take(shown).Select(point => new ParetoPoint(point.Run, point.Values));

    public IEnumerable<DataColumn> Columns =>
    [
        new DataColumn("run", DataColumnKind.Id, "Run", [.. front.Take(shown).Select(point => (object?)point.Run)]),
        .. names.Select((name, i) => new DataColumn(name, DataColumnKind.Number, null, [.. front.Take(shown).Select(point => (object?)point.Values[i])])),
    ];

    /// <summary>Finds the front.</summary>
    /// <param name="runs">The runs with a number for each objective.</param>
    /// <param name="isGreaterBetter">For each objective whether greater is better.</param>
    /// <param name="cancellationToken">Ends it: of three objectives and more each run may have to be compared with all of the front.</param>
    public static List<(long Run, double[] Values)> Of(IEnumerable<(long Run, double[] Values)> runs, IReadOnlyList<bool> isGreaterBetter, CancellationToken cancellationToken)
    {
        // In this order nothing is better in every respect than what comes before it; so what is on the front once stays there.
        var sorted = runs.ToList();
        sorted.Sort(Compare);
        var front = new List<(long Run, double[] Values)>();
        foreach (var run in sorted)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Equal runs stand behind each other.
            if ((front.Count > 0 && run.Values.AsSpan().SequenceEqual(front[^1].Values))
                || (isGreaterBetter.Count == 2 ? IsBestOfTwo(run.Values) : !front.Exists(other => Dominates(other.Values, run.Values))))
            {
                front.Add(run);
            }
        }

        return front;

        // Of two objectives the last of the front has the best second one so far.
        bool IsBestOfTwo(double[] values) => front.Count == 0 || Rank(values[1], 1) < Rank(front[^1].Values[1], 1);

        double Rank(double value, int objective) => isGreaterBetter[objective] ? -value : value;

        int Compare((long Run, double[] Values) a, (long Run, double[] Values) b)
        {
            for (var i = 0; i < isGreaterBetter.Count; i++)
            {
                if (Rank(a.Values[i], i).CompareTo(Rank(b.Values[i], i)) is not 0 and var order)
                {
                    return order;
                }
            }

            return a.Run.CompareTo(b.Run);
        }

        bool Dominates(double[] a, double[] b)
        {
            var isBetter = false;
            for (var i = 0; i < a.Length; i++)
            {
                if (Rank(a[i], i) > Rank(b[i], i))
                {
                    return false;
                }

                isBetter |= Rank(a[i], i) < Rank(b[i], i);
            }

            return isBetter;
        }
    }
}

/// <summary>A run of the front.</summary>
internal sealed record ParetoPoint(long RunId, double[] Values);
