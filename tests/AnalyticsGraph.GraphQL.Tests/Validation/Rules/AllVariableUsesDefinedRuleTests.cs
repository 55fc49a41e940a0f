namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.8.3, All Variable Uses Defined.</summary>
public sealed class AllVariableUsesDefinedRuleTests
{
    [Theory]
    [InlineData("query q($atOtherHomes: Boolean) { dog { isHouseTrained(atOtherHomes: $atOtherHomes) } }")]
    [InlineData("query q($atOtherHomes: Boolean) { dog { ...f } } fragment f on Dog { ...g } fragment g on Dog { isHouseTrained(atOtherHomes: $atOtherHomes) }")]
    public void Validate_Should_Accept_When_TheyAreDefined(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "query variableIsNotDefined { dog { isHouseTrained(atOtherHomes: $atOtherHomes) } }",
        """Variable "$atOtherHomes" is not defined by operation "variableIsNotDefined". @ 1:65, 1:1""")]
    [InlineData(
        "{ dog { ...f } } fragment f on Dog { ...g } fragment g on Dog { isHouseTrained(atOtherHomes: $atOtherHomes) }",
        """Variable "$atOtherHomes" is not defined. @ 1:94, 1:1""")]
    [InlineData(
        "query A($atOtherHomes: Boolean) { dog { ...f } } query B { dog { ...f } } fragment f on Dog { isHouseTrained(atOtherHomes: $atOtherHomes) }",
        """Variable "$atOtherHomes" is not defined by operation "B". @ 1:124, 1:50""")]
    [InlineData(
        "query q { findDog(searchBy: { name: $a, tags: [$b] }) { name @skip(if: $c) } }",
        """Variable "$a" is not defined by operation "q". @ 1:37, 1:1""",
        """Variable "$b" is not defined by operation "q". @ 1:48, 1:1""",
        """Variable "$c" is not defined by operation "q". @ 1:72, 1:1""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyAreNot(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-All-Variable-Uses-Defined", errors);
}
