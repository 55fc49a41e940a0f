namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.6.2, Input Object Field Names.</summary>
public sealed class InputObjectFieldNamesRuleTests
{
    [Theory]
    [InlineData("""{ findDog(searchBy: { name: "Fido" }) { name } }""")]
    public void Validate_Should_Accept_When_FieldsAreDefined(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        """{ findDog(searchBy: { favoriteCookieFlavor: "Bacon" }) { name } }""",
        """Expected value of type "FindDogInput" not to include unknown field "favoriteCookieFlavor", found: { favoriteCookieFlavor: "Bacon" }. @ 1:23""")]
    [InlineData(
        """{ findDog(searchBy: { nam: "Fido", owners: "x" }) { name } }""",
        """Expected value of type "FindDogInput" not to include unknown field "nam". Did you mean "name"? Found: { nam: "Fido", owners: "x" }. @ 1:23""",
        """Expected value of type "FindDogInput" not to include unknown field "owners". Did you mean "owner"? Found: { nam: "Fido", owners: "x" }. @ 1:36""")]
    public void Validate_Should_TellWhatIsWrong_When_FieldsAreUnknown(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Input-Object-Field-Names", errors);
}
