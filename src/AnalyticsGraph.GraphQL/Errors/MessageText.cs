namespace AnalyticsGraph.GraphQL.Errors;

/// <summary>Keeps messages readable, whatever a caller sent.</summary>
internal static class MessageText
{
    /// <summary>Cuts a text that would make a message unreadable; what was cut off is shown by three dots.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">The most UTF-16 units that are kept.</param>
    public static string Shorten(string text, int most = 1_000)
    {
        if (text.Length <= most)
        {
            return text;
        }

        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most), "...");
    }
}
