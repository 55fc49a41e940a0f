using System.Collections.Frozen;
using System.Text;

namespace AnalyticsGraph.ClickHouse;

/// <summary>Names of settings, parameters and tables: checked or quoted before they reach a URL or SQL.</summary>
internal static class Names
{
    /// <summary>What the HTTP interface itself means by these; a setting of such a name would change the request.</summary>
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "query", "database", "default_format", "query_id", "session_id", "session_timeout", "session_check", "user", "password", "quota_key", "compress", "decompress", "stacktrace", "role",
        "buffer_size", "close_session", "client_protocol_version",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">It is no setting's name.</exception>
    public static void RequireSetting(string name)
    {
        if (!IsIdentifier(name) || Reserved.Contains(name) || name.StartsWith("param_", StringComparison.Ordinal))
            throw new ArgumentException($"'{name}' is no name of a ClickHouse setting.", nameof(name));
    }

    /// <exception cref="ArgumentException">It is no identifier.</exception>
    public static void RequireIdentifier(string name, string what)
    {
        if (!IsIdentifier(name))
            throw new ArgumentException($"'{name}' is no name for {what}: it takes letters, digits and underscores, and no digit first.", nameof(name));
    }

    /// <summary>An identifier as SQL takes it whatever it contains.</summary>
    public static string Quote(string identifier)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        var quoted = new StringBuilder(identifier.Length + 2).Append('`');
        foreach (var c in identifier)
        {
            if (c is '`' or '\\')
                quoted.Append('\\');
            quoted.Append(c);
        }
        return quoted.Append('`').ToString();
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
