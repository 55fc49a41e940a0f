using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>DateTime: RFC 3339 with its offset, read into UTC. Digits below 100 ns are cut off; a leap second reads as the second after it.</summary>
internal sealed partial class DateTimeCoercion() : PlainCoercion("DateTime must be an RFC 3339 string such as \"2026-01-31T12:00:00.5Z\", found")
{
    protected override bool TryRead(ValueNode literal, out object? value)
    {
        value = literal is StringValueNode text && TryParse(text.Value, out var time) ? time : null;
        return value is not null;
    }

    protected override bool TryRead(JsonElement json, out object? value)
    {
        value = json.ValueKind == JsonValueKind.String && TryParse(json.GetString()!, out var time) ? time : null;
        return value is not null;
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out DateTimeOffset? time)
    {
        time = null;
        var match = Rfc3339().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var parts = match.Groups;
        var seconds = Number(parts["second"]);
        if (!DateTime.TryParseExact($"{parts["date"].Value}T{parts["minute"].Value}", "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var minute)
            || seconds > 60 || Number(parts["offsetHours"]) > 23 || Number(parts["offsetMinutes"]) > 59)
        {
            return false;
        }

        var ticks = minute.Ticks + (seconds * TimeSpan.TicksPerSecond) + Number(parts["fraction"], digits: 7);
        var offset = ((Number(parts["offsetHours"]) * 60) + Number(parts["offsetMinutes"])) * TimeSpan.TicksPerMinute;
        ticks += parts["sign"].Value == "-" ? offset : -offset;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static long Number(Group group, int digits = 0)
    {
        var text = digits == 0 ? group.Value : group.Value.PadRight(digits, '0')[..digits];
        return text.Length == 0 ? 0 : long.Parse(text, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("""^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<minute>[0-9]{2}:[0-9]{2}):(?<second>[0-9]{2})(\.(?<fraction>[0-9]+))?([Zz]|(?<sign>[+-])(?<offsetHours>[0-9]{2}):(?<offsetMinutes>[0-9]{2}))\z""", RegexOptions.ExplicitCapture)]
    private static partial Regex Rfc3339();
}
