namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.3.1, Field Selections.</summary>
public sealed class FieldSelectionsRuleTests
{
    [Theory]
    [InlineData("{ dog { name nickname } }")]
    [InlineData("{ __typename dog { __typename ... on Pet { __typename name } } catOrDog { __typename } }")]
    [InlineData("{ catOrDog { ... on Pet { name } ... on Dog { barkVolume } } }")]
    [InlineData("""{ __schema { queryType { name } } __type(name: "Dog") { name } }""")]
    public void Validate_Should_Accept_When_FieldsAreDefined(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { ...f } } fragment f on Dog { meowVolume }",
        """Cannot query field "meowVolume" on type "Dog". Did you mean "barkVolume"? @ 1:38""")]
    [InlineData(
        "{ dog { ...f } } fragment f on Dog { barkVolume: kawVolume }",
        """Cannot query field "kawVolume" on type "Dog". Did you mean "barkVolume"? @ 1:38""")]
    [InlineData(
        "{ pet { ...f } } fragment f on Pet { nickname }",
        """Cannot query field "nickname" on type "Pet". Did you mean to use an inline fragment on "Cat" or "Dog"? @ 1:38""")]
    [InlineData(
        "{ catOrDog { ...f } } fragment f on CatOrDog { name barkVolume }",
        """Cannot query field "name" on type "CatOrDog". Did you mean to use an inline fragment on "Pet", "Cat", or "Dog"? @ 1:48""",
        """Cannot query field "barkVolume" on type "CatOrDog". Did you mean to use an inline fragment on "Dog"? @ 1:53""")]
    [InlineData(
        "{ dog { nam barkVolum } }",
        """Cannot query field "nam" on type "Dog". Did you mean "name"? @ 1:9""",
        """Cannot query field "barkVolum" on type "Dog". Did you mean "barkVolume"? @ 1:13""")]
    [InlineData(
        "{ dog { completelyDifferent } }",
        """Cannot query field "completelyDifferent" on type "Dog". @ 1:9""")]
    [InlineData(
        "{ dog { __schema { queryType { name } } } }",
        """Cannot query field "__schema" on type "Dog". @ 1:9""")]
    [InlineData(
        "{ humanOrAlien { name } }",
        """Cannot query field "name" on type "HumanOrAlien". Did you mean to use an inline fragment on "Sentient", "Alien", or "Human"? @ 1:18""")]
    public void Validate_Should_TellWhatIsWrong_When_FieldsAreUnknown(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Field-Selections", errors);
}
