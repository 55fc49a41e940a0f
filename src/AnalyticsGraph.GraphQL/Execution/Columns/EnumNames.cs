using System.Text;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The names of enum values as they are written in JSON; made once.</summary>
public sealed class EnumNames
{
    private readonly byte[][] _quoted;
    private readonly Dictionary<string, int> _indices;

    /// <summary>Takes the names of an enum type in the order of its definition.</summary>
    /// <param name="type">The enum type.</param>
    public EnumNames(EnumType type)
        : this([.. type.Values.Keys])
    {
    }

    /// <summary>Takes names.</summary>
    /// <param name="names">Distinct names of one enum type; their places are the indices.</param>
    public EnumNames(params string[] names)
    {
        _quoted = [.. names.Select(name => Encoding.UTF8.GetBytes($"\"{name}\""))];
        _indices = names.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
    }

    /// <summary>The name with its quotes in UTF-8.</summary>
    /// <param name="index">From 0.</param>
    public ReadOnlySpan<byte> Quoted(int index) => _quoted[index];

    /// <summary>The index of a name, or -1.</summary>
    /// <param name="name">The name.</param>
    public int IndexOf(string name) => _indices.GetValueOrDefault(name, -1);
}
