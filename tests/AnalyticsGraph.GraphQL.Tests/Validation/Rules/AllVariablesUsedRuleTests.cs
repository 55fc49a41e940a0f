namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.8.4, All Variables Used.</summary>
public sealed class AllVariablesUsedRuleTests
{
    [Theory]
    [InlineData("query variableUsedInFragment($atOtherHomes: Boolean) { dog { ...f } } fragment f on Dog { isHouseTrained(atOtherHomes: $atOtherHomes) }")]
    [InlineData("query q($a: String, $b: String!) { findDog(searchBy: { name: $a, tags: [$b] }) { name } }")]
    public void Validate_Should_Accept_When_TheyAreUsed(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "query variableUnused($atOtherHomes: Boolean) { dog { isHouseTrained } }",
        """Variable "$atOtherHomes" is never used in operation "variableUnused". @ 1:22""")]
    [InlineData(
        "query ($extra: Int, $more: Int) { dog { name } }",
        """Variable "$extra" is never used. @ 1:8""",
        """Variable "$more" is never used. @ 1:21""")]
    [InlineData(
        "query A($atOtherHomes: Boolean) { dog { ...f } } query B($atOtherHomes: Boolean, $extra: Int) { dog { ...f } } fragment f on Dog { isHouseTrained(atOtherHomes: $atOtherHomes) }",
        """Variable "$extra" is never used in operation "B". @ 1:82""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyAreNot(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-All-Variables-Used", errors);
}
