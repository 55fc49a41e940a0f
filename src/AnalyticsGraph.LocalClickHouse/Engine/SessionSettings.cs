namespace AnalyticsGraph.LocalClickHouse.Engine;

/// <summary>What a request's session looks like: current database and settings, in the order they came.</summary>
internal sealed record SessionSettings
{
    internal SessionSettings(string database, IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        Database = database == "default" ? "" : database;
        Settings = settings;
        Key = string.Join('\0', settings.Select(s => $"{s.Key}={s.Value}").Prepend(Database));
    }

    /// <summary>The current database; empty for <c>default</c>.</summary>
    internal string Database { get; }

    /// <summary>Setting names and values.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Settings { get; }

    /// <summary>Equal for equal sessions.</summary>
    internal string Key { get; }

    /// <summary>A ClickHouse literal or quoted identifier.</summary>
    internal static string Quote(string text, char quote) =>
        quote + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace($"{quote}", $"\\{quote}", StringComparison.Ordinal) + quote;
}
