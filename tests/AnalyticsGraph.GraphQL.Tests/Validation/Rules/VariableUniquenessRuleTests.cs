namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.8.1, Variable Uniqueness.</summary>
public sealed class VariableUniquenessRuleTests
{
    [Theory]
    [InlineData("query A($atOtherHomes: Boolean) { ...f } query B($atOtherHomes: Boolean) { ...f } fragment f on Query { dog { isHouseTrained(atOtherHomes: $atOtherHomes) } }")]
    public void Validate_Should_Accept_When_NamesDiffer(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "query houseTrainedQuery($atOtherHomes: Boolean, $atOtherHomes: Boolean) { dog { isHouseTrained(atOtherHomes: $atOtherHomes) } }",
        """There can be only one variable named "$atOtherHomes". @ 1:26, 1:50""")]
    [InlineData(
        "query q($x: Int, $y: Int, $x: Int, $y: Int, $x: Int) { arguments { a: intArgField(intArg: $x) b: intArgField(intArg: $y) } }",
        """There can be only one variable named "$x". @ 1:10, 1:28, 1:46""",
        """There can be only one variable named "$y". @ 1:19, 1:37""")]
    public void Validate_Should_TellWhatIsWrong_When_NamesAreEqual(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Variable-Uniqueness", errors);
}
