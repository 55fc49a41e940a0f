using System.Net;
using System.Text.Json;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>What came back of an operation.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body.</param>
internal sealed record Answer(HttpStatusCode Status, JsonElement Json)
{
    /// <summary>The data, after making sure that there are no errors.</summary>
    public JsonElement Data
    {
        get
        {
            Assert.False(Json.TryGetProperty("errors", out var errors), errors.ValueKind == JsonValueKind.Undefined ? "" : errors.ToString());
            return Json.GetProperty("data");
        }
    }

    /// <summary>The codes of all errors, in order.</summary>
    public IReadOnlyList<string?> Codes => Json.TryGetProperty("errors", out var errors)
        ? [.. errors.EnumerateArray().Select(error => error.GetProperty("extensions").GetProperty("code").GetString())]
        : [];

    /// <summary>The first error's message.</summary>
    public string Message => Json.GetProperty("errors")[0].GetProperty("message").GetString()!;

    /// <summary>A value of the data by a path of names and indices: <c>runs.nodes.0.name</c>.</summary>
    public JsonElement At(string path) => Data.At(path);
}

/// <summary>Shorter ways through JSON.</summary>
internal static class JsonPaths
{
    /// <summary>A value by a path of names and indices; null (as JSON) below a null.</summary>
    public static JsonElement At(this JsonElement json, string path) => path.Split('.').Aggregate(
        json,
        (value, part) => value.ValueKind == JsonValueKind.Null ? value : int.TryParse(part, out var index) ? value[index] : value.GetProperty(part));

    /// <summary>The strings at a path of each item.</summary>
    public static List<string?> Texts(this JsonElement list, string path) => [.. list.EnumerateArray().Select(item => item.At(path).GetString())];

    /// <summary>A <c>Double</c> as the graph writes it.</summary>
    public static double AsDouble(this JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : value.GetString() switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        var other => throw new InvalidOperationException($"{other} is no Double."),
    };
}
