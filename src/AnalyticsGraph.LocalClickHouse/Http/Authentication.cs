using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>
/// Checks who asks. There is one user, <c>default</c>, with an optional password; the engine in process has no users of its own.
/// Credentials come by header, Basic authentication, or URL, as ClickHouse takes them.
/// </summary>
internal sealed class Authentication(string? password)
{
    private readonly byte[] _expected = SHA256.HashData(Encoding.UTF8.GetBytes(password ?? ""));

    /// <exception cref="ServerException">Another user, or the wrong password.</exception>
    internal void Check(HttpRequest request)
    {
        var (user, given) = Credentials(request);
        var known = user is "" or "default";
        // Hashes of equal length, compared in constant time.
        var right = CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _expected);
        if (known && (right || string.IsNullOrEmpty(password))) return;
        throw ServerException.Create(ErrorCode.AuthenticationFailed,
            $"{(user.Length == 0 ? "default" : user)}: Authentication failed: password is incorrect, or there is no user with such name");
    }

    private static (string User, string Password) Credentials(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TryGetValue("X-ClickHouse-User", out var user) || headers.ContainsKey("X-ClickHouse-Key"))
        {
            return (user.ToString(), headers["X-ClickHouse-Key"].ToString());
        }
        if (AuthenticationHeaderValue.TryParse(headers.Authorization.ToString(), out var basic)
            && basic.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && Decode(basic.Parameter ?? "") is { } pair)
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? (pair, "") : (pair[..colon], pair[(colon + 1)..]);
        }
        return (request.Query["user"].ToString(), request.Query["password"].ToString());
    }

    private static string? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
