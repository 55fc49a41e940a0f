using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>The different texts of a column, numbered in the order they came. A body says few of them often, so each is decoded, checked and looked up once.</summary>
internal sealed class TextTable
{
    private readonly Dictionary<byte[], int> _numbers = new(new Utf8Comparer());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<byte[]> _utf8 = [];
    private readonly List<string> _texts = [];

    public TextTable() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _texts.Count;

    /// <summary>The size of all of them in bytes.</summary>
    public long Bytes { get; private set; }

    public string this[int number] => _texts[number];

    /// <summary>A text's number; -1 for bytes that are no UTF-8.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="guess">The number of the one before, most likely the same.</param>
    public int NumberOf(ReadOnlySpan<byte> utf8, int guess)
    {
        if ((uint)guess < (uint)_utf8.Count && utf8.SequenceEqual(_utf8[guess]))
            return guess;
        if (_lookup.TryGetValue(utf8, out var number))
            return number;
        if (!Utf8.IsValid(utf8))
            return -1;
        number = _texts.Count;
        var own = utf8.ToArray();
        _numbers.Add(own, number);
        _utf8.Add(own);
        _texts.Add(Encoding.UTF8.GetString(utf8));
        Bytes += own.Length;
        return number;
    }

    public void Clear()
    {
        _numbers.Clear();
        _utf8.Clear();
        _texts.Clear();
        Bytes = 0;
    }

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
