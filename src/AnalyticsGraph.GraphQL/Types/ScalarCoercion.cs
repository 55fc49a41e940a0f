using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>
/// Reads input values of a scalar. Internal values are: Int <see cref="int"/>, Float and Double <see cref="double"/>, String, ID <see cref="string"/>,
/// Boolean <see cref="bool"/>, Long <see cref="long"/>, DateTime <see cref="DateTimeOffset"/> in UTC, Duration <see cref="TimeSpan"/>, JSON
/// <see cref="JsonElement"/>. A scalar that nobody describes passes JSON through.
/// </summary>
public abstract class ScalarCoercion
{
    /// <summary>Section 3.5: coerces a literal.</summary>
    /// <param name="literal">A constant value; variables inside lists and objects of a JSON scalar are given by <paramref name="variables"/>.</param>
    /// <param name="variables">Coerced variables, or null where none may stand.</param>
    /// <param name="value">The internal value.</param>
    /// <param name="error">What is wrong, for example <c>Int cannot represent non-integer value: 1.5</c>.</param>
    /// <returns>Whether it could be coerced.</returns>
    public abstract bool TryCoerceLiteral(ValueNode literal, IReadOnlyDictionary<string, object?>? variables, out object? value, out string? error);

    /// <summary>Section 3.5: coerces a variable's value as it came in JSON.</summary>
    /// <param name="json">The value; never null or undefined.</param>
    /// <param name="value">The internal value.</param>
    /// <param name="error">What is wrong.</param>
    /// <returns>Whether it could be coerced.</returns>
    public abstract bool TryCoerceJson(JsonElement json, out object? value, out string? error);

    /// <summary>Coerces the value that a reader stands at, never null; what is wrong is for <see cref="TryCoerceJson"/> to tell.</summary>
    /// <param name="reader">Stands at the value's last token afterwards.</param>
    /// <param name="value">The internal value.</param>
    /// <returns>Whether it could be coerced.</returns>
    internal virtual bool TryReadJson(ref Utf8JsonReader reader, out object? value) => TryCoerceJson(JsonElement.ParseValue(ref reader), out value, out _);

    /// <summary>A column for a field of the scalar. One that overrides this reads its values without an object for each.</summary>
    internal virtual InputColumn NewColumn(InputValueDefinition field) => new InputColumn<object>(field, TryReadJson);
}
