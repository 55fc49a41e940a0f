using System.Text.RegularExpressions;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Differential;

/// <summary>
/// Where validation differs from graphql-js on purpose, and why; the engine's README lists these and all others. Three differences do not occur in the generated documents: it checks the arguments of an
/// unknown directive against those of the field around it, and takes a <c>@stream</c> on a fragment for one on that field, where we tell the directive's own fault alone; and it looks inside of type
/// system definitions, which section 5.1.1 refuses as a whole. A document that exceeds a limit ends with another message.
/// </summary>
internal static partial class JustifiedDifferences
{
    /// <summary>Whether two lists of errors, each as <c>message @ places</c>, are equal but for what is listed here.</summary>
    public static bool AreEqual(string[] expected, string[] actual)
    {
        // Errors that only we tell are passed over; all others must come in the same order.
        var at = 0;
        foreach (var error in actual)
        {
            if (at < expected.Length && AreEqual(expected[at], error))
            {
                at++;
            }
            else if (!IsOurs(error))
            {
                return false;
            }
        }

        return at == expected.Length;
    }

    private static bool AreEqual(string expected, string actual) => expected == actual || (VariablesReplaced(actual) is { } pattern && VariablesReplaced(expected) == pattern);

    /// <summary>
    /// Section 5.8.5 calls <c>mutation addNullableCat($cat: CatInput) { addPet(pet: { cat: $cat }) { name } }</c> invalid, where <c>pet: PetInput!</c>: the field of a OneOf
    /// input object is a non-null position. graphql-js 17.1 looks only at places of nullable OneOf types.
    /// </summary>
    private static bool IsOurs(string error) => error.Contains("must be non-nullable to be used for OneOf Input Object", StringComparison.Ordinal);

    /// <summary>A literal that no scalar reads is shown as it was written; graphql-js shows it with its variables replaced by null or left out.</summary>
    private static string? VariablesReplaced(string error)
    {
        var match = ScalarFault().Match(error);
        return match.Success ? $"{match.Groups[1].Value} @ {match.Groups[2].Value}" : null;
    }

    [GeneratedRegex(@"^((?:\w+|Enum ""\w+"") cannot represent [^:]*): [\[{][\s\S]*? @ ([\d:, ]+)$")]
    private static partial Regex ScalarFault();
}
