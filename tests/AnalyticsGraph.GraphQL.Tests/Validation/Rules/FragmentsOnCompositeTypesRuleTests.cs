namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.5.1.3, Fragments on Object, Interface or Union Types.</summary>
public sealed class FragmentsOnCompositeTypesRuleTests
{
    [Theory]
    [InlineData("{ dog { ...a ...b ...c } } fragment a on Dog { name } fragment b on Pet { name } fragment c on CatOrDog { ... on Dog { name } }")]
    public void Validate_Should_Accept_When_TypesAreComposite(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { ...fragOnScalar } } fragment fragOnScalar on Int { something }",
        """Fragment "fragOnScalar" cannot condition on non composite type "Int". @ 1:54""")]
    [InlineData(
        "{ dog { ... on Boolean { somethingElse } } }",
        """Fragment cannot condition on non composite type "Boolean". @ 1:16""")]
    [InlineData(
        "{ dog { ... on FindDogInput { name } ... on DogCommand { name } } }",
        """Fragment cannot condition on non composite type "FindDogInput". @ 1:16""",
        """Fragment cannot condition on non composite type "DogCommand". @ 1:45""")]
    public void Validate_Should_TellWhatIsWrong_When_TypesAreNot(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Fragments-on-Object-Interface-or-Union-Types", errors);
}
