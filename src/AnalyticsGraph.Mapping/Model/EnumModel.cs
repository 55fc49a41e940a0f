using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>
/// How an enum's values are stored. A value with <c>@stored(as:)</c> stands for exactly that text; one without for its name, its name in lower case, and its
/// name with a capital: all of them are read, and all of them are found by a filter.
/// </summary>
public sealed class EnumModel
{
    private readonly FrozenDictionary<string, string[]> _texts;
    private readonly (byte[] Text, int Index)[] _spellings;

    internal EnumModel(EnumTypeDefinitionNode node)
    {
        Name = node.Name.Value;
        Values = [.. node.Values.Select(value => value.Name.Value)];
        Names = new EnumNames([.. Values]);
        _texts = node.Values.ToFrozenDictionary(value => value.Name.Value, Spellings, StringComparer.Ordinal);
        _spellings = [.. Values.SelectMany((value, index) => _texts[value].Select(text => (Encoding.UTF8.GetBytes(text), index)))];
    }

    /// <summary>The enum type's name.</summary>
    public string Name { get; }

    /// <summary>The values' names in order.</summary>
    public ImmutableArray<string> Values { get; }

    /// <summary>The names as they are written.</summary>
    public EnumNames Names { get; }

    /// <summary>The texts that a value may have in the store, the preferred one first.</summary>
    /// <param name="value">A value's name.</param>
    public IReadOnlyList<string> TextsOf(string value) => _texts[value];

    /// <summary>The value that a stored text stands for.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <returns>The value's index, or -1 if none has that text.</returns>
    public int IndexOf(ReadOnlySpan<byte> text)
    {
        foreach (var (spelling, index) in _spellings)
        {
            if (text.SequenceEqual(spelling))
            {
                return index;
            }
        }

        return -1;
    }

    private static string[] Spellings(EnumValueDefinitionNode value)
    {
        var name = value.Name.Value;
        return value.Directives.FirstOrDefault(d => d.Name.Value == "stored") is { } stored
            ? [stored.Text("as")]
            : [.. new[] { name, name.ToLowerInvariant(), name[..1] + name[1..].ToLowerInvariant() }.Distinct()];
    }
}
