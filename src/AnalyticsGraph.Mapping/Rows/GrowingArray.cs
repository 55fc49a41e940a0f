using System.Buffers;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>
/// An array under construction. The first one has the expected size, so that a page is read into its final array; beyond that, growth borrows from the pool and the end
/// copies once, so that a large result leaves one large array behind and not a trail of them.
/// </summary>
internal struct GrowingArray<T>(int capacity)
{
    private T[] _items = new T[Math.Max(capacity, 1)];
    private bool _isRented;

    public int Count { get; private set; }

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Grow(1);
        }

        _items[Count++] = item;
    }

    /// <summary>Room for so many more items.</summary>
    public Span<T> Free(int atLeast)
    {
        if (_items.Length - Count < atLeast)
        {
            Grow(atLeast);
        }

        return _items.AsSpan(Count);
    }

    /// <summary>The array itself, for readers that fill one.</summary>
    public readonly T[] Items => _items;

    public void Advance(int count) => Count += count;

    /// <summary>Ends the construction.</summary>
    /// <param name="exact">Whether the array must not be longer than its content.</param>
    public T[] ToArray(bool exact)
    {
        if (!_isRented && (!exact || _items.Length == Count))
        {
            return _items;
        }

        var result = _items.AsSpan(0, Count).ToArray();
        if (_isRented)
        {
            ArrayPool<T>.Shared.Return(_items);
        }

        _items = result;
        _isRented = false;
        return result;
    }

    private void Grow(int more)
    {
        var grown = ArrayPool<T>.Shared.Rent(Math.Max(_items.Length * 2, checked(Count + more)));
        _items.AsSpan(0, Count).CopyTo(grown);
        if (_isRented)
        {
            ArrayPool<T>.Shared.Return(_items);
        }

        _items = grown;
        _isRented = true;
    }
}
