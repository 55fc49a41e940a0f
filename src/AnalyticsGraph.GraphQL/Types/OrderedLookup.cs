using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>A read-only dictionary by name that keeps the order it was made in.</summary>
/// <typeparam name="T">What is found by name.</typeparam>
internal sealed class OrderedLookup<T> : IReadOnlyDictionary<string, T>
{
    // Most are the arguments of a field: so few are found sooner by comparing, and a schema has thousands of them to make at start-up.
    private const int MostCompared = 8;

    private readonly KeyValuePair<string, T>[] _entries;
    private readonly string[] _keys;
    private readonly T[] _values;
    private readonly Dictionary<string, int>? _positions;

    private OrderedLookup(KeyValuePair<string, T>[] entries)
    {
        _entries = entries;
        _keys = Array.ConvertAll(entries, static entry => entry.Key);
        _values = Array.ConvertAll(entries, static entry => entry.Value);
        if (entries.Length > MostCompared)
        {
            _positions = new Dictionary<string, int>(entries.Length, StringComparer.Ordinal);
            for (var i = 0; i < entries.Length; i++)
            {
                _positions.Add(entries[i].Key, i);
            }
        }
    }

    public int Count => _entries.Length;

    public IEnumerable<string> Keys => _keys;

    public IEnumerable<T> Values => _values;

    public T this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no \"{key}\".");

    /// <summary>Makes a lookup of values with distinct names.</summary>
    public static IReadOnlyDictionary<string, T> From(IEnumerable<T> values, Func<T, string> name)
    {
        var entries = values.Select(value => KeyValuePair.Create(name(value), value)).ToArray();
        return entries.Length == 0 ? FrozenDictionary<string, T>.Empty : new OrderedLookup<T>(entries);
    }

    public bool ContainsKey(string key) => PositionOf(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        var position = PositionOf(key);
        value = position >= 0 ? _values[position] : default;
        return position >= 0;
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, T>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int PositionOf(string key)
    {
        if (_positions is not null)
        {
            return _positions.GetValueOrDefault(key, -1);
        }

        for (var i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] == key)
            {
                return i;
            }
        }

        return -1;
    }
}
