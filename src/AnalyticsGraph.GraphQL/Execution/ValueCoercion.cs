using System.Collections.Immutable;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>
/// Input coercion (sections 3.5 to 3.12): literals and JSON values to internal values. Scalars as <see cref="ScalarType.Coercion"/> yields them, enum values as
/// their names (<see cref="string"/>), lists as <c>object?[]</c> (a single value becomes a list of one), input objects as <see cref="ArgumentValues"/> in the order
/// of the definition with defaults filled in. Messages are those of graphql-js 17.
/// </summary>
public static class ValueCoercion
{
    /// <summary>How many errors of one value are told at most.</summary>
    public const int DefaultErrorLimit = 50;

    /// <summary>Coerces a literal.</summary>
    /// <param name="literal">The value as written.</param>
    /// <param name="type">An input type.</param>
    /// <param name="variables">
    /// Coerced variables. A nullable place whose variable has no value reads as null in a list and as not given in an input object; at the top it yields null (section
    /// 6.4.1 makes the caller look there first, because a default may stand in). Null where no variable may stand: those that stand there all the same are not checked.
    /// </param>
    /// <param name="value">The internal value; null when there are errors.</param>
    /// <param name="errors">What is wrong, in the order of the definition; empty on success.</param>
    /// <param name="errorLimit">How many errors to tell.</param>
    /// <returns>Whether it could be coerced.</returns>
    public static bool TryCoerceLiteral(
        ValueNode literal,
        GraphQLType type,
        IReadOnlyDictionary<string, object?>? variables,
        out object? value,
        out ImmutableArray<InputError> errors,
        int errorLimit = DefaultErrorLimit)
    {
        var collector = new InputErrorCollector(errorLimit, suggest: true);
        value = new LiteralCoercer(collector, variables).Coerce(literal, type);
        errors = collector.ToErrors();
        if (!errors.IsEmpty)
        {
            value = null;
        }

        return errors.IsEmpty;
    }

    /// <summary>Coerces a JSON value.</summary>
    /// <param name="json">The value; <see cref="JsonValueKind.Undefined"/> counts as not given.</param>
    /// <param name="type">An input type.</param>
    /// <param name="value">The internal value; null when there are errors.</param>
    /// <param name="errors">What is wrong, in the order of the definition; empty on success.</param>
    /// <param name="errorLimit">How many errors to tell.</param>
    /// <returns>Whether it could be coerced.</returns>
    public static bool TryCoerceJson(
        JsonElement json,
        GraphQLType type,
        out object? value,
        out ImmutableArray<InputError> errors,
        int errorLimit = DefaultErrorLimit)
    {
        ArgumentNullException.ThrowIfNull(type);
        errors = [];
        if (JsonReading.TryRead(json, type, out value))
        {
            return true;
        }

        var collector = new InputErrorCollector(errorLimit, suggest: true);
        value = new JsonCoercer(collector).Coerce(json, type);
        errors = collector.ToErrors();
        if (!errors.IsEmpty)
        {
            value = null;
        }

        return errors.IsEmpty;
    }
}
