using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>
/// Errors on the wire. Before any byte of a result: the HTTP status, <c>X-ClickHouse-Exception-Code</c>, the text as the body.
/// Within a result: a block that names the tag announced in <c>X-ClickHouse-Exception-Tag</c>, so that data which merely looks
/// like an error is never taken for one; the connection then ends without the last chunk, so that nobody takes the result for whole.
/// </summary>
internal static class ExceptionWriter
{
    /// <summary>The header that announces a response's tag.</summary>
    internal const string TagHeader = "X-ClickHouse-Exception-Tag";

    // ClickHouse's own limit: clients look for the block in what arrives last.
    private const int LongestMessage = 16 << 10;

    /// <summary>A tag no result can know.</summary>
    internal static string NewTag() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 16);

    /// <summary>Answers with an error; the response has not started.</summary>
    internal static async Task Write(HttpContext context, ServerException error)
    {
        var response = context.Response;
        response.StatusCode = HttpStatus.Of(error.Code);
        response.ContentType = "text/plain; charset=UTF-8";
        response.Headers["X-ClickHouse-Exception-Code"] = error.Code.ToString(CultureInfo.InvariantCulture);
        response.Headers.ContentEncoding = default;
        if (error.Code == (int)ErrorCode.RequiredPassword) response.Headers.WWWAuthenticate = "Basic realm=\"ClickHouse server HTTP API\"";
        var body = Encoding.UTF8.GetBytes(error.Message + "\n");
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The block for a result that has begun.</summary>
    internal static byte[] Block(ServerException error, string tag)
    {
        var message = Encoding.UTF8.GetBytes(error.Message + "\n");
        if (message.Length > LongestMessage)
        {
            message = message[..LongestMessage];
            message[^1] = (byte)'\n';
        }
        return [
            .. Encoding.ASCII.GetBytes($"\r\n__exception__\r\n{tag}\r\n"),
            .. message,
            .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{message.Length} {tag}\r\n__exception__\r\n")),
        ];
    }
}

/// <summary>A result broke after it had begun; thrown past the server so that the connection ends without the last chunk.</summary>
internal sealed class ResultBrokenException(ServerException inner) : Exception(inner.Message, inner);
