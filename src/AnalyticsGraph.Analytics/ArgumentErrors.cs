using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Analytics;

/// <summary>Errors of fields' arguments.</summary>
internal static class ArgumentErrors
{
    /// <summary>An argument that does not fit.</summary>
    /// <param name="argument">Its path within the field's arguments.</param>
    /// <param name="message">What is wrong and what would fit.</param>
    public static GraphQLException BadInput(string argument, string message) => new(new GraphQLError(message, ErrorCodes.BadUserInput)
    {
        Extensions = ImmutableDictionary<string, object?>.Empty.Add("argument", argument),
    });

    /// <summary>More than may be asked for.</summary>
    /// <param name="argument">The argument's path.</param>
    /// <param name="message">What the limit is and what to do.</param>
    public static GraphQLException Limit(string argument, string message) => new(new GraphQLError(message, ErrorCodes.LimitExceeded)
    {
        Extensions = ImmutableDictionary<string, object?>.Empty.Add("argument", argument),
    });

    /// <summary>The text, if a store can hold it.</summary>
    /// <param name="argument">The argument's path.</param>
    /// <param name="value">What was given.</param>
    public static string Storable(string argument, string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var isPair = char.IsHighSurrogate(value[i]) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
            if (value[i] == '\0' || (char.IsSurrogate(value[i]) && !isPair))
            {
                throw BadInput(argument, $"`{argument}` contains a character that no store can hold: U+0000, or half of a surrogate pair.");
            }

            i += isPair ? 1 : 0;
        }

        return value;
    }
}
