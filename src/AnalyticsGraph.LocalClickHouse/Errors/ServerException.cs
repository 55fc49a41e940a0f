using System.Globalization;
using System.Text.RegularExpressions;

namespace AnalyticsGraph.LocalClickHouse.Errors;

/// <summary>An error as ClickHouse reports it: code, name, and the text <c>Code: N. DB::Exception: ... (NAME) (version ...)</c>.</summary>
internal sealed partial class ServerException : Exception
{
    /// <summary>The engine's version as it stands at the end of every error text.</summary>
    internal const string Version = "26.7.2.1";

    private ServerException(int code, string name, string text)
        : base(text)
    {
        Code = code;
        Name = name;
    }

    /// <summary>ClickHouse's numeric code, such as 60.</summary>
    internal int Code { get; }

    /// <summary>ClickHouse's name of the code, such as UNKNOWN_TABLE.</summary>
    internal string Name { get; }

    /// <summary>An error this host raises, in ClickHouse's words.</summary>
    internal static ServerException Create(ErrorCode code, string message)
    {
        var name = code.Name();
        return new((int)code, name, $"Code: {((int)code).ToString(CultureInfo.InvariantCulture)}. DB::Exception: {message}. ({name}) (version {Version})");
    }

    /// <summary>An error text of the engine. A text without a code (the library's own complaints) becomes LOGICAL_ERROR.</summary>
    internal static ServerException FromEngine(string text)
    {
        var match = Shape().Match(text);
        if (!match.Success) return Create(ErrorCode.LogicalError, text.TrimEnd('.'));
        var code = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var names = Names().Matches(text);
        var name = names.Count > 0 ? names[^1].Groups[1].Value : "UNKNOWN_EXCEPTION";
        return new(code, name, text.Contains("(version ", StringComparison.Ordinal) && text.EndsWith(')') && !text.EndsWith($"({name})", StringComparison.Ordinal)
            ? text
            : $"{text} (version {Version})");
    }

    [GeneratedRegex(@"^Code: (\d+)\.")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\(([A-Z][A-Z0-9_]{2,})\)")]
    private static partial Regex Names();
}
