using System.Globalization;
using System.Text.Json;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>Aggregates by brute force, and how they are compared with answers.</summary>
public static class AggregateOracle
{
    /// <summary>What is selected of a fact: fields of every kind, every function of each.</summary>
    public const string Selection = """
        count fields {
          small { count distinct sum avg min max } large { count distinct sum avg min max }
          number { count distinct nanCount sum avg min max } weight { count distinct nanCount sum avg min max }
          text { count distinct min max } at { count distinct min max } color { count distinct min max } flag { count distinct } code { count distinct }
          depth { count distinct sum avg min max } size { width { count distinct nanCount sum avg min max } height { count distinct sum avg min max } } }
        """;

    /// <summary>Every field that can be grouped by: the entry of <c>groupBy</c>, the value of a fact, as it is ordered, and the path in <c>group</c>.</summary>
    public static readonly (string Entry, Func<Fact, object?> Value, string Path)[] Keys =
    [
        ("small: {", fact => (long?)fact.Small, "small"),
        ("large: {", fact => fact.Large, "large"),
        ("large: {width: 7, ", fact => (long)Math.Floor(fact.Large / 7.0) * 7, "large"),
        ("number: {", fact => fact.Number, "number"),
        ("number: {width: 0.5, ", fact => Bin(fact.Number, 0.5), "number"),
        ("weight: {width: 2.5, ", fact => Bin(fact.Weight, 2.5), "weight"),
        ("text: {", fact => fact.Text, "text"),
        ("at: {", fact => fact.At, "at"),
        ("at: {unit: MINUTE, ", fact => InZone(fact.At, "UTC", t => t.Date.AddHours(t.Hour).AddMinutes(t.Minute)), "at"),
        ("at: {unit: DAY, ", fact => InZone(fact.At, "UTC", t => t.Date), "at"),
        ("at: {unit: DAY, zone: \"Europe/Berlin\", ", fact => InZone(fact.At, "Europe/Berlin", t => t.Date), "at"),
        ("at: {unit: WEEK, zone: \"America/St_Johns\", ", fact => InZone(fact.At, "America/St_Johns", t => t.Date.AddDays(-(((int)t.DayOfWeek + 6) % 7))), "at"),
        ("at: {unit: MONTH, zone: \"Asia/Kolkata\", ", fact => InZone(fact.At, "Asia/Kolkata", t => new DateTime(t.Year, t.Month, 1)), "at"),
        ("at: {unit: QUARTER, ", fact => InZone(fact.At, "UTC", t => new DateTime(t.Year, (((t.Month - 1) / 3) * 3) + 1, 1)), "at"),
        ("at: {unit: YEAR, zone: \"Europe/Berlin\", ", fact => InZone(fact.At, "Europe/Berlin", t => new DateTime(t.Year, 1, 1)), "at"),
        ("color: {", fact => fact.Stored, "color"),
        ("flag: {", fact => fact.Flag, "flag"),
        ("code: {", fact => fact.Code.ToString(), "code"),
        ("depth: {", fact => fact.Depth, "depth"),
        ("size: {width: {", fact => fact.Width, "size.width"),
        ("size: {height: {width: 4, ", fact => fact.Height is { } height ? (long?)(height / 4 * 4) : null, "size.height"),
        ("owner: {name: {", fact => fact.OwnerName, "owner.name"),
        ("mark: {key: \"k\", stat: NUMBER, ", fact => fact.Mark, ""),
    ];

    /// <summary>Checks an aggregate of all of its rows.</summary>
    public static void Check(IReadOnlyList<Fact> rows, JsonElement aggregate)
    {
        Assert.Equal(rows.Count, aggregate.GetProperty("count").GetInt64());
        var fields = aggregate.GetProperty("fields");
        CheckNumbers(rows.Select(fact => (double?)fact.Small), fields.GetProperty("small"));
        CheckNumbers(rows.Select(fact => (double?)fact.Large), fields.GetProperty("large"));
        CheckNumbers(rows.Select(fact => fact.Number), fields.GetProperty("number"));
        CheckNumbers(rows.Select(fact => (double?)fact.Weight), fields.GetProperty("weight"));
        CheckNumbers(rows.Select(fact => (double?)fact.Depth), fields.GetProperty("depth"));
        CheckNumbers(rows.Select(fact => fact.Width), fields.GetProperty("size").GetProperty("width"));
        CheckNumbers(rows.Select(fact => (double?)fact.Height), fields.GetProperty("size").GetProperty("height"));
        CheckOrdered(rows.Select(fact => fact.Text), fields.GetProperty("text"));
        CheckOrdered(rows.Select(fact => fact.Stored), fields.GetProperty("color"));
        CheckOrdered(rows.Select(fact => (object?)fact.At), fields.GetProperty("at"));
        CheckOrdered(rows.Select(fact => (object?)fact.Flag), fields.GetProperty("flag"));
        CheckOrdered(rows.Select(fact => fact.Code.ToString()), fields.GetProperty("code"));
    }

    /// <summary>Class first, then the value: the order of groups.</summary>
    public static int Compare(object? a, object? b, bool descending)
    {
        var classes = Class(a).CompareTo(Class(b));
        return classes != 0 ? classes : Class(a) > 0 ? 0
            : (a is string text ? string.CompareOrdinal(text, (string)b!) : Comparer<object>.Default.Compare(a, b)) * (descending ? -1 : 1);
    }

    /// <summary>A value as an answer has it.</summary>
    public static string Json(object? value) => value switch
    {
        null => "null",
        double.NaN => "\"NaN\"",
        double.PositiveInfinity => "\"Infinity\"",
        double.NegativeInfinity => "\"-Infinity\"",
        "azure" => "\"BLUE\"",
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Whether an answer has the value; sums by a relative tolerance.</summary>
    public static bool Matches(object? expected, JsonElement actual) => expected switch
    {
        null => actual.ValueKind == JsonValueKind.Null,
        _ when actual.ValueKind == JsonValueKind.Null => false,
        "azure" => actual.GetString() == "BLUE",
        string text => actual.GetString() == text,
        bool flag => actual.GetBoolean() == flag,
        DateTime time => actual.GetDateTimeOffset().UtcDateTime == time,
        double number when !double.IsFinite(number) => actual.ValueKind == JsonValueKind.String && actual.GetString() == (double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity"),
        double number => actual.ValueKind == JsonValueKind.Number && Math.Abs(actual.GetDouble() - number) <= 1e-9 * Math.Max(1, Math.Abs(number)) && actual.GetRawText() != "-0",
        _ => actual.GetInt64() == Convert.ToInt64(expected, CultureInfo.InvariantCulture),
    };

    private static int Class(object? value) => value is null ? 2 : value is double.NaN ? 1 : 0;

    private static void CheckNumbers(IEnumerable<double?> values, JsonElement actual)
    {
        var given = values.OfType<double>().ToList();
        var numbers = given.Where(value => !double.IsNaN(value)).ToList();
        Assert.Equal(given.Count, actual.GetProperty("count").GetInt32());
        Assert.Equal(numbers.Distinct().Count() + (numbers.Count < given.Count ? 1 : 0), actual.GetProperty("distinct").GetInt32());
        Assert.Equal(given.Count - numbers.Count, actual.TryGetProperty("nanCount", out var nans) ? nans.GetInt32() : 0);
        foreach (var (name, expected) in new (string, double?)[]
        {
            ("sum", numbers.Count == 0 ? null : numbers.Sum()),
            ("avg", numbers.Count == 0 ? null : numbers.Sum() / numbers.Count),
            ("min", numbers.Count == 0 ? null : numbers.Min()),
            ("max", numbers.Count == 0 ? null : numbers.Max()),
        })
        {
            Assert.True(Matches(expected, actual.GetProperty(name)), $"{name}: expected {expected}, got {actual}");
        }
    }

    private static void CheckOrdered(IEnumerable<object?> values, JsonElement actual)
    {
        var given = values.OfType<object>().ToList();
        Assert.Equal(given.Count, actual.GetProperty("count").GetInt32());
        Assert.Equal(given.Distinct().Count(), actual.GetProperty("distinct").GetInt32());
        if (actual.TryGetProperty("min", out var min))
        {
            given.Sort((a, b) => Compare(a, b, false));
            Assert.True(Matches(given.FirstOrDefault(), min), $"min: got {actual}");
            Assert.True(Matches(given.LastOrDefault(), actual.GetProperty("max")), $"max: got {actual}");
        }
    }

    private static double? Bin(double? value, double width) => value is { } number ? double.IsFinite(number) ? (Math.Floor(number / width) * width) + 0.0 : number : null;

    private static DateTime? InZone(DateTime? utc, string zone, Func<DateTime, DateTime> begin)
    {
        if (utc is null)
        {
            return null;
        }

        var found = TimeZoneInfo.FindSystemTimeZoneById(zone);
        return TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(begin(TimeZoneInfo.ConvertTimeFromUtc(utc.Value, found)), DateTimeKind.Unspecified), found);
    }
}
