using System.Globalization;
using System.Text.Json;

namespace AnalyticsGraph.Tracking.Rules;

/// <summary>What PostgreSQL's <c>jsonb</c> can hold: documents are stored as their text, and read by path through it.</summary>
internal static class PostgresJson
{
    // numeric has 131,072 digits before the point and 16,383 behind it.
    private const int LargestExponent = 16_000;

    public static bool CanHold(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(member => CanHoldText(member.Name) && CanHold(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(CanHold),
        JsonValueKind.String => IsText(value),
        JsonValueKind.Number => CanHoldNumber(value.GetRawText()),
        _ => true,
    };

    // Half of a surrogate pair can be written as an escape, but is no text: reading it fails.
    private static bool IsText(JsonElement value)
    {
        try
        {
            return CanHoldText(value.GetString()!);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool CanHoldText(string text) => !text.Contains('\0', StringComparison.Ordinal);

    private static bool CanHoldNumber(string number)
    {
        var exponent = number.IndexOfAny(['e', 'E']);
        return number.Length < LargestExponent
            && (exponent < 0 || (int.TryParse(number.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) && Math.Abs((long)power) < LargestExponent - number.Length));
    }
}
