using System.Diagnostics.CodeAnalysis;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Coerced values by name: a field's arguments (section 6.4.1) or an input object's fields. Absent differs from null. Internal values are those of
/// <see cref="Types.ScalarCoercion"/>; enum values are their names (<see cref="string"/>), lists are <c>object?[]</c>, input objects are <see cref="ArgumentValues"/>;
/// lists of input objects that <see cref="SchemaBindings.ReadInColumns"/> names are <see cref="InputColumns"/>.
/// </summary>
public sealed class ArgumentValues
{
    private readonly KeyValuePair<string, object?>[] _values;

    /// <summary>Takes the values over.</summary>
    /// <param name="values">Distinct names, in the order of the definition.</param>
    public ArgumentValues(params KeyValuePair<string, object?>[] values) => _values = values;

    /// <summary>No values.</summary>
    public static ArgumentValues Empty { get; } = new();

    /// <summary>The values given, defaults included, in the order of the definition.</summary>
    public ReadOnlySpan<KeyValuePair<string, object?>> Values => _values;

    /// <summary>Whether the name has a value, null included.</summary>
    /// <param name="name">The argument's or field's name.</param>
    /// <param name="value">Its value.</param>
    public bool TryGet(string name, out object? value)
    {
        foreach (var pair in _values)
        {
            if (pair.Key == name)
            {
                value = pair.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>The value, or <paramref name="otherwise"/> if absent or null.</summary>
    /// <typeparam name="T">The internal type.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="otherwise">What to return if absent or null.</param>
    [return: NotNullIfNotNull(nameof(otherwise))]
    public T? Get<T>(string name, T? otherwise = default) => TryGet(name, out var value) && value is not null ? (T)value : otherwise;
}
