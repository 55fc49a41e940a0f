using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>Writes names and texts that belong to a record.</summary>
internal static class PairStatements
{
    /// <summary>Adds pairs; those that are there with another text are replaced.</summary>
    /// <param name="table">A table of key and value.</param>
    /// <param name="owner">Its column for whose they are.</param>
    /// <param name="key">Whose they are.</param>
    /// <param name="pairs">The pairs; of several with one name the first counts.</param>
    public static Statement Insert(string table, string owner, long key, IEnumerable<KeyText> pairs)
    {
        var distinct = pairs.DistinctBy(pair => pair.Key).ToArray();
        return new Statement("INSERT INTO ").Name(table).Add(" (").Name(owner).Add(", key, value) SELECT ").Bind(key)
            .Add(", t.key, t.value FROM unnest(").Bind([.. distinct.Select(pair => pair.Key)]).Add(", ").Bind([.. distinct.Select(pair => pair.Value)])
            .Add(") AS t (key, value) ON CONFLICT (").Name(owner).Add(", key) DO UPDATE SET value = EXCLUDED.value WHERE ").Name(table).Add(".value IS DISTINCT FROM EXCLUDED.value");
    }
}
