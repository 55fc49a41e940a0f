namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.2.2.1, Operation Name Uniqueness.</summary>
public sealed class OperationNameUniquenessRuleTests
{
    [Theory]
    [InlineData("query getDogName { dog { name } } query getOwnerName { dog { owner { name } } }")]
    [InlineData("query f { dog { ...f } } fragment f on Dog { name }")]
    public void Validate_Should_Accept_When_NamesDiffer(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "query getName { dog { name } } query getName { dog { owner { name } } }",
        """There can be only one operation named "getName". @ 1:7, 1:38""")]
    [InlineData(
        "query dogOperation { dog { name } } mutation dogOperation { mutateDog { name } }",
        """There can be only one operation named "dogOperation". @ 1:7, 1:46""")]
    [InlineData(
        "query A { dog { name } } query A { human { name } } query A { pet { name } }",
        """There can be only one operation named "A". @ 1:7, 1:32""",
        """There can be only one operation named "A". @ 1:7, 1:59""")]
    public void Validate_Should_TellWhatIsWrong_When_NamesAreEqual(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Operation-Name-Uniqueness", errors);
}
