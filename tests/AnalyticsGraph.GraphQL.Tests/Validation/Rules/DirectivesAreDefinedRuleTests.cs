namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.7.1, Directives Are Defined.</summary>
public sealed class DirectivesAreDefinedRuleTests
{
    [Theory]
    [InlineData("""query @onQuery { dog @skip(if: false) { name @include(if: true) @delegateField(name: "n") } }""")]
    public void Validate_Should_Accept_When_TheyAre(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog @unknown { name @alsoUnknown } }",
        """Unknown directive "@unknown". @ 1:7""",
        """Unknown directive "@alsoUnknown". @ 1:23""")]
    [InlineData(
        "query @nope { dog { ...f @nope ... @nope { name } } } fragment f on Dog @nope { name }",
        """Unknown directive "@nope". @ 1:7""",
        """Unknown directive "@nope". @ 1:26""",
        """Unknown directive "@nope". @ 1:36""",
        """Unknown directive "@nope". @ 1:73""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyAreUnknown(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Directives-Are-Defined", errors);
}
