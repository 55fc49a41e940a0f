namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.6.3, Input Object Field Uniqueness.</summary>
public sealed class InputObjectFieldUniquenessRuleTests
{
    [Theory]
    [InlineData("""mutation { addPets(pets: [{ cat: { name: "a" } }, { cat: { name: "b" } }]) { name } }""")]
    public void Validate_Should_Accept_When_NamesDiffer(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        """{ findDog(searchBy: { name: "a", name: "b" }) { name } }""",
        """There can be only one input field named "name". @ 1:23, 1:34""")]
    [InlineData(
        """{ findDog(searchBy: { name: "a", owner: "o", name: "b", owner: "p", name: "c" }) { name } }""",
        """There can be only one input field named "name". @ 1:23, 1:46""",
        """There can be only one input field named "owner". @ 1:34, 1:57""",
        """There can be only one input field named "name". @ 1:23, 1:69""")]
    public void Validate_Should_TellWhatIsWrong_When_NamesAreEqual(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Input-Object-Field-Uniqueness", errors);
}
