namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.5.1.1, Fragment Name Uniqueness.</summary>
public sealed class FragmentNameUniquenessRuleTests
{
    [Theory]
    [InlineData("{ dog { ...fragmentOne ...fragmentTwo } } fragment fragmentOne on Dog { name } fragment fragmentTwo on Dog { owner { name } }")]
    public void Validate_Should_Accept_When_NamesDiffer(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { ...fragmentOne } } fragment fragmentOne on Dog { name } fragment fragmentOne on Dog { owner { name } }",
        """There can be only one fragment named "fragmentOne". @ 1:37, 1:74""")]
    public void Validate_Should_TellWhatIsWrong_When_NamesAreEqual(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Fragment-Name-Uniqueness", errors);
}
