using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace AnalyticsGraph.GraphQL.Fuzz.Http;

/// <summary>Counts what came back.</summary>
internal sealed class Statuses
{
    private readonly ConcurrentDictionary<string, long> _counts = [];

    /// <summary>Counts one more of a kind.</summary>
    public void Count(string kind) => _counts.AddOrUpdate(kind, 1, (_, count) => count + 1);

    /// <summary>Counts the answers of a connection. Kestrel itself answers 505 to versions of HTTP that it does not speak, which is a refusal.</summary>
    /// <returns>The answers, if one of them says that the server failed; else null.</returns>
    public string? Failed(byte[] answer)
    {
        for (var at = 0; at < answer.Length;)
        {
            var found = answer.AsSpan(at).IndexOf("HTTP/1.1 "u8);
            if (found < 0)
            {
                break;
            }

            at += found + 9;
            if (at + 3 <= answer.Length && int.TryParse(answer.AsSpan(at, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                Count(status.ToString(CultureInfo.InvariantCulture));
                if (status >= 500 && status != (int)HttpStatusCode.HttpVersionNotSupported)
                {
                    return Encoding.UTF8.GetString(answer);
                }
            }
        }

        return null;
    }

    public override string ToString() =>
        "answers: " + string.Join(", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} x {count.Key}")));
}
