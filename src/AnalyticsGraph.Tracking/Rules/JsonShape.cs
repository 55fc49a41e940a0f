using System.Globalization;
using System.Text.Json;

namespace AnalyticsGraph.Tracking.Rules;

/// <summary>
/// What a part of a written document must be, so that the fields that read it find it. What is missing or null is fine, and so is what is not known: documents may say more than the graph has
/// fields for.
/// </summary>
internal sealed class JsonShape
{
    private const int MostErrors = 100;

    private readonly string _is;
    private readonly Func<JsonElement, bool> _fits;
    private readonly Func<string, JsonShape?> _member = _ => null;
    private readonly JsonShape? _item;

    private JsonShape(string what, Func<JsonElement, bool> fits) => (_is, _fits) = (what, fits);

    private JsonShape(Func<string, JsonShape?> member)
        : this("an object", value => value.ValueKind == JsonValueKind.Object) => _member = member;

    private JsonShape(JsonShape item)
        : this("an array", value => value.ValueKind == JsonValueKind.Array) => _item = item;

    /// <summary>Anything.</summary>
    public static JsonShape Any { get; } = new("anything", _ => true);

    public static JsonShape Text { get; } = new("a text", value => value.ValueKind == JsonValueKind.String);

    public static JsonShape Boolean { get; } = new("true or false", value => value.ValueKind is JsonValueKind.True or JsonValueKind.False);

    /// <summary>A number that a double can hold.</summary>
    public static JsonShape Number { get; } = new("a number", value => value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()));

    /// <summary>A number that counts or measures something.</summary>
    public static JsonShape Amount { get; } = new("a number, 0 or more", value => Number._fits(value) && value.GetDouble() >= 0);

    /// <summary>A whole number of 64 bits, however it is written.</summary>
    public static JsonShape Integer { get; } = new("a whole number of 64 bits", IsInteger);

    /// <summary>Seconds since 1970, as a number or, as some schedulers write it, as its text.</summary>
    public static JsonShape Seconds { get; } = new("a number of seconds since 1970", IsSeconds);

    public static JsonShape ListOf(JsonShape item) => new(item);

    /// <summary>An object with names of the caller's.</summary>
    public static JsonShape MapOf(JsonShape item) => new(_ => item);

    public static JsonShape Object(params (string Name, JsonShape Shape)[] members) => Any.With(members);

    /// <summary>The same, and an object with these members where it does not say of them itself.</summary>
    public JsonShape With(params (string Name, JsonShape Shape)[] members)
    {
        var known = members.ToDictionary(member => member.Name, member => member.Shape, StringComparer.Ordinal);
        return known.Count == 0 ? this : new(name => _member(name) ?? known.GetValueOrDefault(name));
    }

    /// <summary>Tells what does not fit, each with its path; of a document without end the first hundred.</summary>
    public void Check(JsonElement value, InputRules rules, params object[] path)
    {
        if (value.ValueKind == JsonValueKind.Null || rules.Errors.Count >= MostErrors)
            return;
        if (!_fits(value))
        {
            rules.Invalid($"`{path[^1]}` is {InputRules.Shortened(value.GetRawText())}; it must be {_is}.", path);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
                _member(member.Name)?.Check(member.Value, rules, [.. path, member.Name]);
        }
        else if (_item is not null)
        {
            var i = 0;
            foreach (var item in value.EnumerateArray())
                _item.Check(item, rules, [.. path, i++]);
        }
    }

    private static bool IsSeconds(JsonElement value)
    {
        var text = value.ValueKind switch { JsonValueKind.Number => value.GetRawText(), JsonValueKind.String => value.GetString(), _ => null };
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= -62135596800 and <= 253402300799;
    }

    private static bool IsInteger(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || (value.GetDouble() is > long.MinValue and < long.MaxValue and var number && Math.Truncate(number) == number));
}
