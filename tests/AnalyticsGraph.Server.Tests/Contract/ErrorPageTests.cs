using System.Reflection;
using System.Text.RegularExpressions;
using AnalyticsGraph.Engines;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Server.Tests.Contract;

/// <summary>docs/errors.md has every code there is, and no other.</summary>
public sealed partial class ErrorPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"));

    [Fact]
    public void Page_Should_HaveEveryCodeOfTheGraph_When_ItIsRead() => Assert.Equal(Constants(typeof(ErrorCodes)), Codes("Errors of the graph"));

    [Fact]
    public void Page_Should_HaveEveryCodeOfTheEngines_When_ItIsRead() => Assert.Equal(Constants(typeof(EngineErrorCodes)), Codes("Errors of the embedded engines"));

    [Fact]
    public void Page_Should_HaveEveryCodeOfTheRestore_When_ItIsRead()
    {
        var script = File.ReadAllText(Path.Combine(Repository.Root, "engines", "restore.mjs"));
        Assert.Equal(RestoreCode().Matches(script).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal), Codes("Errors of the package restore"));
    }

    [Fact]
    public void Page_Should_HaveEveryErrorOfMutations_When_ItIsRead() => Assert.Equal(
        typeof(UserError).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(UserError))).Select(type => type.Name).Order(StringComparer.Ordinal),
        UserErrorRows().Matches(Page).Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal));

    /// <summary>Each row says what it means and what to do.</summary>
    [Fact]
    public void Rows_Should_BeFilled_When_TheyNameACode() => Assert.All(Rows().Matches(Page), row => Assert.All(row.Value.Trim('|').Split('|'), cell => Assert.NotEmpty(cell.Trim())));

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Codes(string section)
    {
        var from = Page.IndexOf($"## {section}", StringComparison.Ordinal);
        Assert.True(from >= 0, $"docs/errors.md has no section '{section}'.");
        var to = Page.IndexOf("\n## ", from, StringComparison.Ordinal);
        return Rows().Matches(Page[from..(to < 0 ? Page.Length : to)]).Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^\| `([A-Z0-9_]+)` \|.*\|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"^\| `(\w+Error)` \|", RegexOptions.Multiline)]
    private static partial Regex UserErrorRows();

    [GeneratedRegex(@"AG\d{4}")]
    private static partial Regex RestoreCode();
}
