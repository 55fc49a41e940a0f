namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.5.2.3, Fragment Spread Is Possible.</summary>
public sealed class FragmentSpreadIsPossibleRuleTests
{
    [Theory]
    [InlineData("{ dog { ... on Dog { barkVolume } } }")]
    [InlineData("{ dog { ...petNameFragment ...catOrDogFragment } } fragment petNameFragment on Pet { name } fragment catOrDogFragment on CatOrDog { ... on Cat { meowVolume } }")]
    [InlineData("{ pet { ... on CatOrDog { ... on Dog { barkVolume } } ... on Dog { barkVolume } } }")]
    [InlineData("{ humanOrAlien { ... on Sentient { name } } }")]
    public void Validate_Should_Accept_When_TypesOverlap(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { ... on Cat { meowVolume } } }",
        """Fragment cannot be spread here as objects of type "Dog" can never be of type "Cat". @ 1:9""")]
    [InlineData(
        "{ human { ... on Pet { name } } }",
        """Fragment cannot be spread here as objects of type "Human" can never be of type "Pet". @ 1:11""")]
    [InlineData(
        "{ humanOrAlien { ... on Cat { meowVolume } } }",
        """Fragment cannot be spread here as objects of type "HumanOrAlien" can never be of type "Cat". @ 1:18""")]
    [InlineData(
        "{ pet { ...sentientFragment } } fragment sentientFragment on Sentient { name }",
        """Fragment "sentientFragment" cannot be spread here as objects of type "Pet" can never be of type "Sentient". @ 1:9""")]
    [InlineData(
        "{ catOrDog { ...f } } fragment f on HumanOrAlien { ... on Human { name } }",
        """Fragment "f" cannot be spread here as objects of type "CatOrDog" can never be of type "HumanOrAlien". @ 1:14""")]
    public void Validate_Should_TellWhatIsWrong_When_TypesDoNotOverlap(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Fragment-Spread-Is-Possible", errors);
}
