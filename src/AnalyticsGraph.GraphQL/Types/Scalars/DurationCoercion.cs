using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Duration: ISO 8601 of weeks, days, hours, minutes and seconds. Years and months are refused: how long they are depends on when.</summary>
internal sealed partial class DurationCoercion() : PlainCoercion("Duration must be an ISO 8601 string of weeks, days and time such as \"P1DT2H30M0.5S\", found")
{
    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = literal is StringValueNode text && TryParse(text.Value, out var duration) ? duration : null;
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind == JsonValueKind.String && TryParse(json.GetString()!, out var duration) ? duration : null;
        return value is not null;
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out TimeSpan? duration)
    {
        duration = null;
        var match = Iso8601().Match(text);
        var parts = match.Groups["part"].Captures;
        if (!match.Success || parts.Count == 0 || text.EndsWith('T'))
        {
            return false;
        }

        decimal ticks = 0;
        foreach (var part in parts.Select(capture => capture.Value))
        {
            // Digits beyond a tick are cut off; so many before the point are more than a duration holds.
            var number = part[..^1].Replace(',', '.');
            number = number.Length > 27 ? number[..27] : number;
            var perUnit = TicksPer(part[^1]);
            var value = decimal.Parse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            if (value > long.MaxValue / perUnit)
            {
                return false;
            }

            ticks += decimal.Truncate(value * perUnit);
        }

        if (ticks > long.MaxValue)
        {
            return false;
        }

        duration = TimeSpan.FromTicks(match.Groups["sign"].Value == "-" ? -(long)ticks : (long)ticks);
        return true;
    }

    private static long TicksPer(char unit) => unit switch
    {
        'W' => 7 * TimeSpan.TicksPerDay,
        'D' => TimeSpan.TicksPerDay,
        'H' => TimeSpan.TicksPerHour,
        'M' => TimeSpan.TicksPerMinute,
        _ => TimeSpan.TicksPerSecond,
    };

    [GeneratedRegex("""^(?<sign>[+-])?P(?<part>[0-9]+W)?(?<part>[0-9]+D)?(T(?<part>[0-9]+H)?(?<part>[0-9]+M)?(?<part>[0-9]+([.,][0-9]+)?S)?)?\z""", RegexOptions.ExplicitCapture)]
    private static partial Regex Iso8601();
}
