using System.Text;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>The distinct names of one document: each becomes a string once, however often it occurs.</summary>
internal struct NameTable
{
    private string?[] _slots;
    private int _count;

    public NameTable() => _slots = new string?[64];

    /// <summary>The string of a name.</summary>
    /// <param name="name">Letters, digits and underscores.</param>
    public string Get(ReadOnlySpan<byte> name)
    {
        var mask = _slots.Length - 1;
        for (var slot = Hash(name) & mask; ; slot = (slot + 1) & mask)
        {
            var known = _slots[slot];
            if (known is null)
            {
                return Add(slot, Encoding.ASCII.GetString(name));
            }

            if (Ascii.Equals(name, known))
            {
                return known;
            }
        }
    }

    private string Add(int slot, string name)
    {
        _slots[slot] = name;
        if (++_count * 2 > _slots.Length)
        {
            Grow();
        }

        return name;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new string?[old.Length * 2];
        var mask = _slots.Length - 1;
        Span<byte> bytes = stackalloc byte[256];
        foreach (var name in old)
        {
            if (name is null)
            {
                continue;
            }

            var utf8 = name.Length <= bytes.Length ? bytes[..Encoding.ASCII.GetBytes(name, bytes)] : Encoding.ASCII.GetBytes(name);
            var slot = Hash(utf8) & mask;
            while (_slots[slot] is not null)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = name;
        }
    }

    // Randomized per process: names that collide on purpose would make parsing quadratic.
    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = default(HashCode);
        hash.AddBytes(name);
        return hash.ToHashCode();
    }
}
