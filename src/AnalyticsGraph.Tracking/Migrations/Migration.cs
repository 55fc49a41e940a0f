using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace AnalyticsGraph.Tracking.Migrations;

/// <summary>A step of a store's schema: a file <c>NNNN_name.sql</c>.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">Its text, with line feeds.</param>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, in hexadecimal.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>The migrations that are part of this build.</summary>
    /// <param name="store"><c>postgres</c> or <c>clickhouse</c>.</param>
    /// <returns>In order.</returns>
    public static IReadOnlyList<Migration> Embedded(string store)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var found = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(store + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            var name = resource[(store.Length + 1)..];
            found.Add(new Migration(int.Parse(name[..4], CultureInfo.InvariantCulture), name, reader.ReadToEnd().ReplaceLineEndings("\n")));
        }

        return found;
    }

    /// <summary>The statements of a ClickHouse migration, which takes one at a time: each ends with a semicolon at the end of a line.</summary>
    public IEnumerable<string> Statements() =>
        Sql.Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(statement => statement.TrimEnd(';'));
}

/// <summary>A database cannot be brought to this build's schema; the message says why and what to do.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
