using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace AnalyticsGraph.ClickHouse;

/// <summary>
/// Reads the server's errors: the body of an error response, and what follows half a result. Since 25.11 that is
/// <c>\r\n__exception__\r\nTAG\r\nmessage\nLENGTH TAG\r\n__exception__\r\n</c> with the tag of the header <c>X-ClickHouse-Exception-Tag</c>; before that the bare
/// message, since 24.11 after the word <c>__exception__</c>.
/// </summary>
internal static partial class ServerErrorText
{
    private static ReadOnlySpan<byte> Marker => "__exception__"u8;

    private static ReadOnlySpan<byte> LegacyStart => "Code: "u8;

    /// <summary>The error of a response whose status says so.</summary>
    public static ClickHouseException FromResponse(HttpStatusCode status, string? codeHeader, string body, string queryId)
    {
        var error = FromMessage(body, queryId);
        if (error is not null)
            return error;
        if (int.TryParse(codeHeader, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            return new ClickHouseException(code, Shown(code, ClickHouseErrorNames.Of(code), body), queryId);
        var answer = body.Trim();
        return new ClickHouseTransportException(
            $"The server answered {(int)status} {status}{(answer.Length == 0 ? "" : ": " + (answer.Length > 500 ? answer[..500] + "..." : answer))}. Is it ClickHouse's HTTP interface?");
    }

    /// <summary>Whether a block begins here that is none: the tagged error.</summary>
    public static bool StartsWithTagged(ReadOnlySpan<byte> unread, string? tag)
    {
        if (tag is null || unread.IsEmpty)
            return false;
        var trimmed = unread.TrimStart("\r\n"u8);
        return trimmed.StartsWith(Marker) && FromTail(unread, tag, "") is not null;
    }

    /// <summary>The error at the end of what was read; null when there is none.</summary>
    public static ClickHouseException? FromTail(ReadOnlySpan<byte> tail, string? tag, string queryId)
    {
        if (tag is not null)
        {
            var message = Tagged(tail, Encoding.ASCII.GetBytes(tag));
            return message is null ? null : FromMessage(message, queryId) ?? new ClickHouseException(0, message, queryId, "UNKNOWN_EXCEPTION");
        }
        var marker = tail.LastIndexOf(Marker);
        var start = tail[Math.Max(0, marker)..].IndexOf(LegacyStart);
        return start < 0 ? null : FromMessage(Encoding.UTF8.GetString(tail[(Math.Max(0, marker) + start)..]), queryId);
    }

    private static string? Tagged(ReadOnlySpan<byte> tail, ReadOnlySpan<byte> tag)
    {
        // The last tag closes ("LENGTH TAG"); the length says where the message begins, so nothing inside a message can be taken for its start.
        var closing = tail.LastIndexOf(tag);
        if (closing <= 0 || tail[closing - 1] != ' ')
            return null;
        var beforeTag = tail[..(closing - 1)];
        var digits = beforeTag.Length;
        while (digits > 0 && beforeTag[digits - 1] is >= (byte)'0' and <= (byte)'9')
            digits--;
        if (!Utf8Parser.TryParse(beforeTag[digits..], out int length, out _))
            return null;
        var message = beforeTag[..digits];
        return Encoding.UTF8.GetString(message[Math.Max(0, message.Length - length - 2)..]).Trim();
    }

    private static ClickHouseException? FromMessage(string text, string queryId)
    {
        var match = Message().Match(text);
        if (!match.Success || !int.TryParse(match.Groups["code"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            return null;
        var named = Name().Match(match.Groups["text"].Value);
        var name = named.Success ? named.Groups["name"].Value : ClickHouseErrorNames.Of(code);
        return new ClickHouseException(code, Shown(code, name, named.Success ? match.Groups["text"].Value[..named.Index] : match.Groups["text"].Value), queryId, name);
    }

    private static string Shown(int code, string? name, string text) => $"{name ?? "Error"} ({code.ToString(CultureInfo.InvariantCulture)}): {text.Trim()}";

    [GeneratedRegex(@"Code:\s*(?<code>\d+)[.,]\s*(e\.displayText\(\) = )?DB::[A-Za-z:]*Exception:\s*(?<text>.*)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Message();

    /// <summary>The name and version that end a message. The message itself may contain such text, the last one counts.</summary>
    [GeneratedRegex(@"\((?<name>[A-Z][A-Z0-9_]+)\)(\s*\(version [^\n]*\))?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
