using System.Text;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Values of an enum type, each written as its name.</summary>
/// <param name="names">The names as they are written, shared by all columns of the enum.</param>
/// <param name="values">For each row the index of its name, or -1 for null.</param>
/// <param name="mayHaveNulls">False promises that no row is null.</param>
public sealed class EnumColumn(EnumNames names, int[] values, bool mayHaveNulls = true) : LeafColumn
{
    /// <summary>The index of each row's name, or -1.</summary>
    public int[] Values { get; } = values;

    /// <inheritdoc />
    public override int Count => Values.Length;

    /// <inheritdoc />
    public override bool MayHaveNulls { get; } = mayHaveNulls;

    /// <inheritdoc />
    public override bool IsNull(int row) => Values[row] < 0;

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteRaw(names.Quoted(Values[row]));
}

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
