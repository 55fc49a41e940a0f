using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What is wrong with an input value, and where in it.</summary>
/// <param name="Message">What was expected and what was found, for the caller's developer.</param>
/// <param name="Path">From the whole value to the faulty element: names (<see cref="string"/>) and list indices (<see cref="int"/>); empty for the value itself.</param>
/// <param name="Node">The faulty literal or input field; null for JSON.</param>
public sealed record InputError(string Message, ImmutableArray<object> Path, SyntaxNode? Node)
{
    /// <summary>What kind of fault it is; decides which rule of validation it breaks.</summary>
    internal InputFault Fault { get; init; }

    /// <summary>The path as it stands in messages: empty, or <c> at .filter.tags[2]</c> with a leading space.</summary>
    public string PathText
    {
        get
        {
            if (Path.IsEmpty)
            {
                return "";
            }

            var text = new StringBuilder(" at ");
            foreach (var key in Path)
            {
                _ = key is int index ? text.Append(CultureInfo.InvariantCulture, $"[{index}]") : text.Append('.').Append(key);
            }

            return text.ToString();
        }
    }
}
