using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Tracking.Rules;

/// <summary>The limits and forms of what callers send (domain.md, "limits"). Errors are collected, so that a caller is told all of them at once.</summary>
internal sealed class InputRules
{
    public const int LongestKey = 250;
    public const int LongestParam = 6000;
    public const int LongestTag = 8000;
    public const int LongestExperimentName = 256;
    public const int LongestDescription = 100_000;
    public const int LongestRunName = 250;
    public const int LongestUri = 2000;
    public const int LongestUser = 256;
    public const int LongestToken = 128;
    public const int MostMetrics = 1000;
    public const int MostParams = 100;
    public const int MostTags = 100;

    // What a DateTime of .NET, a timestamptz and a DateTime64(3) all can hold and write.
    private static readonly SearchValues<char> PlainKeyCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-: ");
    private static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2299, 12, 31, 23, 59, 59, 999, TimeSpan.Zero);

    private static readonly long EarliestMilliseconds = Earliest.ToUnixTimeMilliseconds();
    private static readonly long LatestMilliseconds = Latest.ToUnixTimeMilliseconds();

    private readonly List<UserError> _errors = [];

    public IReadOnlyList<UserError> Errors => _errors;

    public static string[] Path(params object[] parts) => [.. parts.Select(part => Convert.ToString(part, CultureInfo.InvariantCulture)!)];

    public void Add(UserError error) => _errors.Add(error);

    /// <summary>A text that may be empty.</summary>
    public void Text(string? text, int longest, string what, params object[] path)
    {
        if (text is null)
            return;
        if (text.Length > longest)
            Invalid($"{what} has {text.Length} characters; the most are {longest}.", path);
        if (text.Contains('\0', StringComparison.Ordinal))
            Invalid($"{what} contains the character U+0000, which no store can hold.", path);
        if (HasLoneSurrogate(text))
            Invalid($"{what} contains half of a surrogate pair, which is no valid text.", path);
    }

    /// <summary>A name that must say something.</summary>
    public void Name(string name, int longest, string what, params object[] path)
    {
        if (string.IsNullOrWhiteSpace(name))
            Invalid($"{what} is empty.", path);
        Text(name, longest, what, path);
    }

    /// <summary>A moment that every store can hold.</summary>
    public void Time(DateTimeOffset? time, string what, params object[] path)
    {
        if (!IsInRange(time))
            Invalid($"{what} {time:O} is not between the years 1900 and 2299. Is it in milliseconds?", path);
    }

    /// <summary>Whether every store can hold the moment.</summary>
    public static bool IsInRange(DateTimeOffset? time) => !(time < Earliest || time > Latest);

    /// <summary>Whether every store can hold the moment, in milliseconds since 1970.</summary>
    public static bool IsInRange(long unixMilliseconds) => unixMilliseconds >= EarliestMilliseconds && unixMilliseconds <= LatestMilliseconds;

    /// <summary>A number within its range.</summary>
    public void Number(double number, FieldCheck check, string what, params object[] path)
    {
        if (number < check.Min)
            Invalid(string.Create(CultureInfo.InvariantCulture, $"{what} is {number}; the least is {check.Min}."), path);
        if (number > check.Max)
            Invalid(string.Create(CultureInfo.InvariantCulture, $"{what} is {number}; the most is {check.Max}."), path);
    }

    /// <summary>A document: its shape, its length as text, and that its texts can be stored.</summary>
    public void Document(JsonElement document, FieldCheck check, string what, params object[] path)
    {
        if (document.ValueKind == JsonValueKind.Null)
            return;
        if (check.Shape == DocumentShape.Object && document.ValueKind != JsonValueKind.Object)
            Invalid($"{what} is no JSON object.", path);
        if (check.Shape == DocumentShape.Array && document.ValueKind != JsonValueKind.Array)
            Invalid($"{what} is no JSON array.", path);
        var text = document.GetRawText();
        if (text.Length > check.Length)
            Invalid($"{what} has {text.Length} characters as JSON; the most are {check.Length}.", path);
        else if (!PostgresJson.CanHold(document))
            Invalid($"{what} contains U+0000, half of a surrogate pair, or a number beyond all bounds, which no store can hold.", path);
    }

    /// <summary>
    /// The name of a metric, param or tag. As MLflow has it: letters, digits, and _ - . / : space; and it must be a plain relative path, because files are named after it.
    /// </summary>
    public void Key(string key, string what, params object[] path)
    {
        if (key.Length == 0)
        {
            Invalid($"{what} is empty.", path);
            return;
        }

        if (key.Length > LongestKey)
            Invalid($"{what} has {key.Length} characters; the most are {LongestKey}.", path);
        foreach (var rune in key.EnumerateRunes())
        {
            if (!System.Text.Rune.IsLetterOrDigit(rune) && rune.Value is not ('_' or '-' or '.' or '/' or ':' or ' '))
            {
                Invalid($"{what} contains U+{rune.Value:X4}; allowed are letters, digits, and _ - . / : and spaces.", path);
                return;
            }
        }

        if (key.Split('/') is var parts && (parts.Contains("") || parts.Contains(".") || parts.Contains("..")))
            Invalid($"{what} '{key}' is no plain path: it may not begin or end with '/', nor contain '//', '.' or '..' as a part.", path);
    }

    /// <summary>Whether <see cref="Key"/> has surely nothing to say of a key: the quick answer for most of them.</summary>
    public static bool IsPlainKey(string key)
    {
        if (key.Length is 0 or > LongestKey)
            return false;
        for (ReadOnlySpan<char> rest = key; ;)
        {
            var end = rest.IndexOfAnyExcept(PlainKeyCharacters);
            if (end < 0)
                return rest.Length > 0;

            // Within a path, or within a part that is more than dots.
            if (end == 0 || rest[end] is not ('/' or '.'))
                return false;
            rest = rest[(end + 1)..];
        }
    }

    /// <summary>Params or tags: their keys, values, number, and that no key stands twice with different values.</summary>
    public void Pairs(IReadOnlyList<KeyText> pairs, int most, int longest, string kind, string field)
    {
        if (pairs.Count > most)
            Invalid($"There are {pairs.Count} {kind}s; the most in one call are {most}. Send several calls.", "input", field);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < pairs.Count; i++)
        {
            Key(pairs[i].Key, $"The {kind}'s key", "input", field, i, "key");
            Text(pairs[i].Value, LongestOf(pairs[i].Key), $"The value of {kind} '{Shortened(pairs[i].Key)}'", "input", field, i, "value");
            if (!seen.TryAdd(pairs[i].Key, pairs[i].Value) && seen[pairs[i].Key] != pairs[i].Value)
                Invalid($"The {kind} '{Shortened(pairs[i].Key)}' stands twice with different values.", "input", field, i, "key");
        }

        // These become a run's name and user, which keep to their own limits.
        int LongestOf(string key) => (kind, key) switch
        {
            ("tag", "mlflow.runName") => LongestRunName,
            ("tag", "mlflow.user") => LongestUser,
            _ => longest,
        };
    }

    public void Token(string? token)
    {
        if (token is { Length: 0 })
            Invalid("The client token is empty; leave it out or give one that is unique to the call.", "input", "clientToken");
        Text(token, LongestToken, "The client token", "input", "clientToken");
    }

    public void Invalid(string message, params object[] path) => _errors.Add(new InvalidInputError(message, Path(path)));

    public static string Shortened(string text) => text.Length <= 60 ? text : text[..60] + "...";

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return true;
            i++;
        }

        return false;
    }
}

/// <summary>A name and a text: a param or a tag.</summary>
/// <param name="Key">The name.</param>
/// <param name="Value">The text.</param>
public readonly record struct KeyText(string Key, string Value);
