using System.Text;

namespace AnalyticsGraph.Mapping.Model;

/// <summary>The column that stands behind a field without a directive: <c>startTime</c> is <c>start_time</c>, <c>runUUID</c> is <c>run_uuid</c>.</summary>
internal static class SnakeCase
{
    public static string From(string name)
    {
        var result = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsAsciiLetterUpper(name[i])
                && (!char.IsAsciiLetterUpper(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])))
                && name[i - 1] != '_';
            if (startsWord)
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }
}
