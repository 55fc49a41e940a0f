namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.4.2, Argument Uniqueness.</summary>
public sealed class ArgumentUniquenessRuleTests
{
    [Theory]
    [InlineData("{ arguments { multipleRequirements(x: 1, y: 2) } }")]
    public void Validate_Should_Accept_When_NamesDiffer(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ arguments { multipleRequirements(x: 1, y: 2, x: 3) } }",
        """There can be only one argument named "x". @ 1:36, 1:48""")]
    [InlineData(
        "{ dog { name @skip(if: true, if: false, if: true) } }",
        """There can be only one argument named "if". @ 1:20, 1:30, 1:41""")]
    [InlineData(
        "{ arguments { multipleRequirements(x: 1, y: 2, x: 3, y: 4) } }",
        """There can be only one argument named "x". @ 1:36, 1:48""",
        """There can be only one argument named "y". @ 1:42, 1:54""")]
    public void Validate_Should_TellWhatIsWrong_When_NamesAreEqual(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Argument-Uniqueness", errors);
}
