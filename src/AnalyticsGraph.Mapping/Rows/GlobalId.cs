using System.Globalization;
using System.Text;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>
/// A Relay global id: Base64 of <c>Type:key</c>. A key of several columns is joined by <c>:</c>, in whose text parts <c>%</c> and <c>:</c> are written <c>%25</c> and <c>%3A</c>.
/// </summary>
/// <param name="TypeName">The object type.</param>
/// <param name="Key">The key's text, not yet split.</param>
public sealed record GlobalId(string TypeName, string Key)
{
    /// <summary>Reads a global id.</summary>
    /// <param name="id">What the caller gave.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">It is none.</exception>
    public static GlobalId Parse(string id)
    {
        var buffer = new byte[(id.Length * 3 / 4) + 3];
        if (id.Length is > 0 and <= 4096 && Convert.TryFromBase64String(id, buffer, out var length))
        {
            try
            {
                var text = StrictUtf8.GetString(buffer, 0, length);
                var colon = text.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0)
                {
                    return new GlobalId(text[..colon], text[(colon + 1)..]);
                }
            }
            catch (DecoderFallbackException)
            {
                // Not UTF-8, so no id of ours: told below.
            }
        }

        throw InputErrors.Bad($"\"{(id.Length > 100 ? id[..100] + "..." : id)}\" is no global id; take ids as they come in the field `id`.");
    }

    /// <summary>Makes the id of a row with a key of one integer.</summary>
    /// <param name="typeName">The object type.</param>
    /// <param name="key">The key.</param>
    public static string Of(string typeName, long key) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{typeName}:{key}")));

    /// <summary>Reads the id of a row with a key of one integer.</summary>
    /// <param name="id">What the caller gave.</param>
    /// <param name="typeName">The type it must be of.</param>
    /// <exception cref="GraphQL.Errors.GraphQLException">It is no id, or one of another type.</exception>
    public static long ParseInt64(string id, string typeName)
    {
        var parsed = Parse(id);
        return parsed.TypeName == typeName && long.TryParse(parsed.Key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key)
            ? key
            : throw InputErrors.Bad($"\"{id}\" is no id of {typeName}.");
    }

    /// <summary>The key's columns as parameters of their types, or null if no row of the table can have it.</summary>
    internal object[]? ReadKey(TableModel table)
    {
        var parts = table.Key.Length == 1 ? [Key] : Key.Split(':');
        if (parts.Length != table.Key.Length)
        {
            return null;
        }

        var values = new object[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = table.Key.Length == 1 ? parts[i] : parts[i].Replace("%3A", ":", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
            object? value = SqlTypes.Of(table.Column(table.Key[i]).Kind) switch
            {
                SqlType.Int64 => long.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
                SqlType.Boolean => part == "true" ? true : part == "false" ? false : null,
                SqlType.Timestamp => DateTime.TryParse(part, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time : null,
                var type => FilterValues.Convert(part, type),
            };
            if (value is null)
            {
                return null;
            }

            values[i] = value;
        }

        return values;
    }

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
}
