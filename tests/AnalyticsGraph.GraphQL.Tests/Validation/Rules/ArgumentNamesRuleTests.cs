namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.4.1, Argument Names.</summary>
public sealed class ArgumentNamesRuleTests
{
    [Theory]
    [InlineData("{ dog { doesKnowCommand(dogCommand: SIT) } }")]
    [InlineData("{ dog { isHouseTrained(atOtherHomes: true) @include(if: true) } }")]
    public void Validate_Should_Accept_When_ArgumentsAreDefined(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { isHouseTrained(command: SIT) } }",
        """Unknown argument "command" on field "Dog.isHouseTrained". @ 1:24""")]
    [InlineData(
        "{ dog { name @include(if: true, unless: false) } }",
        """Unknown argument "unless" on directive "@include". @ 1:33""")]
    [InlineData(
        "{ dog { isHouseTrained(atOtherHome: true) } }",
        """Unknown argument "atOtherHome" on field "Dog.isHouseTrained". Did you mean "atOtherHomes"? @ 1:24""")]
    [InlineData(
        "{ dog { name(a: 1, b: 2) } }",
        """Unknown argument "a" on field "Dog.name". @ 1:14""",
        """Unknown argument "b" on field "Dog.name". @ 1:20""")]
    [InlineData(
        "{ __typename(x: 1) }",
        """Unknown argument "x" on field "<meta>.__typename". @ 1:14""")]
    public void Validate_Should_TellWhatIsWrong_When_ArgumentsAreUnknown(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Argument-Names", errors);
}
