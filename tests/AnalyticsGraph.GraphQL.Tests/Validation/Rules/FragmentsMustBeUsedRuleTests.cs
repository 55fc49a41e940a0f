namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.5.1.4, Fragments Must Be Used.</summary>
public sealed class FragmentsMustBeUsedRuleTests
{
    [Theory]
    [InlineData("{ dog { ...a } } fragment a on Dog { ...b } fragment b on Dog { name }")]
    public void Validate_Should_Accept_When_TheyAreSpread(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "fragment nameFragment on Dog { name } { dog { name } }",
        """Fragment "nameFragment" is never used. @ 1:1""")]
    [InlineData(
        "{ dog { name } } fragment a on Dog { ...b } fragment b on Dog { name }",
        """Fragment "a" is never used. @ 1:18""",
        """Fragment "b" is never used. @ 1:45""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyAreNot(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Fragments-Must-Be-Used", errors);
}
