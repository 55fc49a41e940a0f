using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using AnalyticsGraph.GraphQL.Observability;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>
/// Planned documents by their text or its hash. Reading takes no lock; memory is bounded by the number and the size of documents. When it is full, the clock's hand goes round and
/// drops the first one that was not asked for since it last came by.
/// </summary>
internal sealed class DocumentCache(int maxDocuments, long maxBytes)
{
    private readonly ConcurrentDictionary<byte[], Entry> _entries = new(new BytesComparer());
    private readonly List<Entry> _clock = [];
    private readonly Lock _lock = new();
    private int _hand;
    private long _bytes;

    /// <summary>The number of documents held.</summary>
    public int Count => _entries.Count;

    /// <summary>Finds a document.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out PlannedDocument? document)
    {
        if (_entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var entry))
        {
            if (!entry.WasUsed)
            {
                entry.WasUsed = true;
            }

            document = entry.Document;
            return true;
        }

        document = null;
        return false;
    }

    /// <summary>Keeps a document, unless it alone is larger than an eighth of the cache.</summary>
    /// <param name="key">Its text or its hash.</param>
    /// <param name="document">The document.</param>
    /// <param name="size">How many bytes its text has.</param>
    public void Add(ReadOnlySpan<byte> key, PlannedDocument document, int size)
    {
        if (size > maxBytes / 8 || maxDocuments <= 0)
        {
            return;
        }

        lock (_lock)
        {
            var entry = new Entry(key.ToArray(), document, size);
            if (!_entries.TryAdd(entry.Key, entry))
            {
                return;
            }

            while (_clock.Count >= maxDocuments || (_clock.Count > 0 && _bytes + size > maxBytes))
            {
                DropOne();
            }

            _clock.Add(entry);
            _bytes += size;
            GraphQLTelemetry.CachedDocuments.Add(1);
        }
    }

    private void DropOne()
    {
        for (; ; _hand++)
        {
            _hand = _hand >= _clock.Count ? 0 : _hand;
            var entry = _clock[_hand];
            if (entry.WasUsed)
            {
                entry.WasUsed = false;
                continue;
            }

            _entries.TryRemove(entry.Key, out _);
            _bytes -= entry.Size;
            _clock[_hand] = _clock[^1];
            _clock.RemoveAt(_clock.Count - 1);
            GraphQLTelemetry.CachedDocuments.Add(-1);
            return;
        }
    }

    private sealed class Entry(byte[] key, PlannedDocument document, int size)
    {
        public byte[] Key { get; } = key;

        public int Size { get; } = size;

        public PlannedDocument Document { get; } = document;

        public volatile bool WasUsed;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        // The hash of strings is seeded by the process, so that nobody can send documents that all collide.
        public int GetHashCode(ReadOnlySpan<byte> alternate) => string.GetHashCode(MemoryMarshal.Cast<byte, char>(alternate)) ^ alternate.Length;

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
