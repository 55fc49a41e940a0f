namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.7.3, Directives Are Unique per Location.</summary>
public sealed class DirectivesAreUniquePerLocationRuleTests
{
    [Theory]
    [InlineData("query q($foo: Boolean = true, $bar: Boolean = false) { dog @skip(if: $foo) { name } dog @skip(if: $bar) { nickname } }")]
    [InlineData("""{ dog { name @delegateField(name: "a") @delegateField(name: "b") @skip(if: true) @include(if: true) } }""")]
    public void Validate_Should_Accept_When_EachStandsOnceOrIsRepeatable(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "query q($foo: Boolean = true, $bar: Boolean = false) { dog @skip(if: $foo) @skip(if: $bar) { name } }",
        """The directive "@skip" can only be used once at this location. @ 1:60, 1:76""")]
    [InlineData(
        "{ dog { ... @skip(if: true) @include(if: true) @skip(if: false) @skip(if: true) { name } } }",
        """The directive "@skip" can only be used once at this location. @ 1:13, 1:48""",
        """The directive "@skip" can only be used once at this location. @ 1:13, 1:65""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyAreRepeated(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Directives-Are-Unique-per-Location", errors);
}
