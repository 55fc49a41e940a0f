namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.5.2.1, Fragment Spread Target Defined.</summary>
public sealed class FragmentSpreadTargetDefinedRuleTests
{
    [Theory]
    [InlineData("{ dog { ...f } } fragment f on Dog { name }")]
    public void Validate_Should_Accept_When_FragmentsAreDefined(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { ...undefinedFragment } }",
        """Unknown fragment "undefinedFragment". @ 1:12""")]
    [InlineData(
        "{ dog { ...a } } fragment a on Dog { ...b ...c }",
        """Unknown fragment "b". @ 1:41""",
        """Unknown fragment "c". @ 1:46""")]
    public void Validate_Should_TellWhatIsWrong_When_FragmentsAreUnknown(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Fragment-Spread-Target-Defined", errors);
}
