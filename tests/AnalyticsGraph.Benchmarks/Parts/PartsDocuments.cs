using System.Text;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.Benchmarks.Parts;

/// <summary>The documents that the parts work on.</summary>
internal static class PartsDocuments
{
    /// <summary>As clients write them: a few fragments, some of them within others.</summary>
    public const string Ordinary =
        """
        query Dashboard {
          run { ...Head params { ...Pair } owner { name } }
          runs { ...Head loss params { ...Pair } }
        }

        fragment Head on Run { id name status ...Times }

        fragment Times on Run { startTime endTime }

        fragment Pair on Param { key value }
        """;

    /// <summary>A thousand aliases over the list: about 100 kB.</summary>
    public static string Large { get; } = Repeat(1_000, i => $"runs{i}: runs {{ id name user status startTime endTime steps loss isBest params {{ key value }} owner {{ name }} }}");

    /// <summary>One field a thousand times, each with a selection of its own: all of them merge.</summary>
    public static string EqualFields { get; } = Repeat(1_000, _ => "runs { id name params { key value } }");

    /// <summary>Two hundred fragments, each within the one before it.</summary>
    public static string Chain { get; } =
        "{ run { ...F0 } }\n" + string.Join('\n', Enumerable.Range(0, 200).Select(i => $"fragment F{i} on Run {{ id {(i < 199 ? $"...F{i + 1}" : "name")} }}"));

    public static DocumentNode Parse(string text) => Utf8Parser.Parse(Encoding.UTF8.GetBytes(text), new ParserLimits { MaxTokens = 100_000 });

    private static string Repeat(int count, Func<int, string> selection) => $"{{\n{string.Join('\n', Enumerable.Range(0, count).Select(selection))}\n}}";
}
