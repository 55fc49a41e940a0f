using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A read-only dictionary by name that keeps the order it was made in.</summary>
/// <typeparam name="T">What is found by name.</typeparam>
internal sealed class OrderedLookup<T> : IReadOnlyDictionary<string, T>
{
    private readonly KeyValuePair<string, T>[] _entries;
    private readonly string[] _keys;
    private readonly T[] _values;
    private readonly FrozenDictionary<string, T> _byName;

    private OrderedLookup(KeyValuePair<string, T>[] entries)
    {
        _entries = entries;
        _keys = Array.ConvertAll(entries, static entry => entry.Key);
        _values = Array.ConvertAll(entries, static entry => entry.Value);
        _byName = entries.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public int Count => _entries.Length;

    public IEnumerable<string> Keys => _keys;

    public IEnumerable<T> Values => _values;

    public T this[string key] => _byName[key];

    /// <summary>Makes a lookup; of several values of one name the first counts.</summary>
    public static IReadOnlyDictionary<string, T> From(IEnumerable<T> values, Func<T, string> name)
    {
        var entries = values.Select(value => KeyValuePair.Create(name(value), value)).DistinctBy(static entry => entry.Key).ToArray();
        return entries.Length == 0 ? FrozenDictionary<string, T>.Empty : new OrderedLookup<T>(entries);
    }

    public bool ContainsKey(string key) => _byName.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _byName.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, T>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
