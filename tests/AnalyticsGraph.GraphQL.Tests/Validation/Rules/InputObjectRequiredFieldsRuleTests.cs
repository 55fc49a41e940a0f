namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.6.4, Input Object Required Fields.</summary>
public sealed class InputObjectRequiredFieldsRuleTests
{
    [Theory]
    [InlineData("""mutation { addPet(pet: { cat: { name: "a", nickname: "b" } }) { name } }""")]
    public void Validate_Should_Accept_When_TheyAreGiven(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        """mutation { addPet(pet: { dog: { nickname: "b" } }) { name } }""",
        """Expected value of type "DogInput" to include required field "name", found: { nickname: "b" }. @ 1:31""")]
    [InlineData(
        "mutation { addPets(pets: [{ cat: { meowVolume: 3 } }, { dog: {} }]) { name } }",
        """Expected value of type "CatInput" to include required field "name", found: { meowVolume: 3 }. @ 1:34""",
        """Expected value of type "DogInput" to include required field "name", found: {  }. @ 1:62""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyAreMissing(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Input-Object-Required-Fields", errors);
}
