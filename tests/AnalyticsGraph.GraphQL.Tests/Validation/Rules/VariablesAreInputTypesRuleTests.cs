namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.8.2, Variables Are Input Types.</summary>
public sealed class VariablesAreInputTypesRuleTests
{
    [Theory]
    [InlineData("query q($a: Boolean, $b: [Boolean!], $c: FindDogInput) { dog { isHouseTrained(atOtherHomes: $a) } booleanList(booleanListArg: $b) findDog(searchBy: $c) { name } }")]
    public void Validate_Should_Accept_When_TheyAre(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "query takesCat($cat: Cat) { dog { name @skip(if: $cat) } }",
        """Variable "$cat" cannot be non-input type "Cat". @ 1:22""",
        """Variable "$cat" of type "Cat" used in position expecting type "Boolean!". @ 1:16, 1:50""")]
    [InlineData(
        "query q($a: Bolean) { dog { isHouseTrained(atOtherHomes: $a) } }",
        """Unknown type "Bolean". Did you mean "Boolean"? @ 1:13""")]
    [InlineData(
        "query q($a: [Unknown!]!) { dog { isHouseTrained(atOtherHomes: $a) } }",
        """Unknown type "Unknown". @ 1:14""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyAreNot(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Variables-Are-Input-Types", errors);
}
