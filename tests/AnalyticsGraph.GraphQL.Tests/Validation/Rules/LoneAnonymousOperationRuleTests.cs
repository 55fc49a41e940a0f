namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.2.3.1, Lone Anonymous Operation.</summary>
public sealed class LoneAnonymousOperationRuleTests
{
    [Theory]
    [InlineData("{ dog { name } }")]
    [InlineData("{ ...f } fragment f on Query { dog { name } }")]
    [InlineData("query A { dog { name } } query B { dog { name } }")]
    public void Validate_Should_Accept_When_ItIsAlone(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { name } } query getName { dog { owner { name } } }",
        "This anonymous operation must be the only defined operation. @ 1:1")]
    [InlineData(
        "{ dog { name } } { human { name } }",
        "This anonymous operation must be the only defined operation. @ 1:1",
        "This anonymous operation must be the only defined operation. @ 1:18")]
    public void Validate_Should_TellWhatIsWrong_When_OthersStandBeside(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Lone-Anonymous-Operation", errors);
}
