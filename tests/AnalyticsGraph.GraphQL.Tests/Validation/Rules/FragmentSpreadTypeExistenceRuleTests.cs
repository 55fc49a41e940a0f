namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.5.1.2, Fragment Spread Type Existence.</summary>
public sealed class FragmentSpreadTypeExistenceRuleTests
{
    [Theory]
    [InlineData("{ dog { ...f ... on Dog { name } ... @include(if: true) { name } } } fragment f on Dog { name }")]
    public void Validate_Should_Accept_When_TypesExist(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { ...notOnExistingType } } fragment notOnExistingType on NotInSchema { name }",
        """Unknown type "NotInSchema". Did you mean "__Schema"? @ 1:64""")]
    [InlineData(
        "{ dog { ... on NotInSchema { name } } }",
        """Unknown type "NotInSchema". Did you mean "__Schema"? @ 1:16""")]
    [InlineData(
        "{ dog { ... on Doggy { name } } }",
        """Unknown type "Doggy". Did you mean "Dog"? @ 1:16""")]
    [InlineData(
        "{ dog { ... on Dgo { name ... on Ca { x } } } }",
        """Unknown type "Dgo". Did you mean "Dog"? @ 1:16""",
        """Unknown type "Ca". Did you mean "Cat"? @ 1:34""")]
    public void Validate_Should_TellWhatIsWrong_When_TypesAreUnknown(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Fragment-Spread-Type-Existence", errors);
}
