namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.8.5, All Variable Usages Are Allowed.</summary>
public sealed class AllVariableUsagesAreAllowedRuleTests
{
    [Theory]
    [InlineData("query nonNullListToList($nonNullBooleanList: [Boolean]!) { arguments { booleanListArgField(booleanListArg: $nonNullBooleanList) } }")]
    [InlineData("query booleanArgQueryWithDefault($booleanArg: Boolean) { arguments { optionalNonNullBooleanArgField(optionalBooleanArg: $booleanArg) } }")]
    [InlineData("query booleanArgQueryWithDefault($booleanArg: Boolean = true) { arguments { nonNullBooleanArgField(nonNullBooleanArg: $booleanArg) } }")]
    [InlineData("mutation addCat($cat: CatInput!) { addPet(pet: { cat: $cat }) { name } }")]
    [InlineData("""mutation addCatWithDefault($cat: CatInput! = { name: "Brontie" }) { addPet(pet: { cat: $cat }) { name } }""")]
    public void Validate_Should_Accept_When_TypesFit(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "query intCannotGoIntoBoolean($intArg: Int) { arguments { booleanArgField(booleanArg: $intArg) } }",
        """Variable "$intArg" of type "Int" used in position expecting type "Boolean". @ 1:30, 1:86""")]
    [InlineData(
        "query booleanListCannotGoIntoBoolean($booleanListArg: [Boolean]) { arguments { booleanArgField(booleanArg: $booleanListArg) } }",
        """Variable "$booleanListArg" of type "[Boolean]" used in position expecting type "Boolean". @ 1:38, 1:108""")]
    [InlineData(
        "query booleanArgQuery($booleanArg: Boolean) { arguments { nonNullBooleanArgField(nonNullBooleanArg: $booleanArg) } }",
        """Variable "$booleanArg" of type "Boolean" used in position expecting type "Boolean!". @ 1:23, 1:101""")]
    [InlineData(
        "query listToNonNullList($booleanList: [Boolean]) { arguments { booleanListArgField(booleanListArg: $booleanList) } }",
        """Variable "$booleanList" of type "[Boolean]" used in position expecting type "[Boolean]!". @ 1:25, 1:100""")]
    [InlineData(
        "query q($l: [Boolean]) { arguments { nonNullBooleanListField(nonNullBooleanListArg: $l) } }",
        """Variable "$l" of type "[Boolean]" used in position expecting type "[Boolean!]". @ 1:9, 1:85""")]
    [InlineData(
        "query q($b: Boolean = null) { arguments { nonNullBooleanArgField(nonNullBooleanArg: $b) } }",
        """Variable "$b" of type "Boolean" used in position expecting type "Boolean!". @ 1:9, 1:85""")]
    [InlineData(
        "query q($t: String) { findDog(searchBy: { tags: [$t] }) { name @skip(if: $t) } }",
        """Variable "$t" of type "String" used in position expecting type "String!". @ 1:9, 1:50""",
        """Variable "$t" of type "String" used in position expecting type "Boolean!". @ 1:9, 1:74""")]
    [InlineData(
        "query q($s: String) { ...f } fragment f on Query { arguments { intArgField(intArg: $s) } }",
        """Variable "$s" of type "String" used in position expecting type "Int". @ 1:9, 1:84""")]
    [InlineData(
        "mutation addNullableCat($cat: CatInput) { addPet(pet: { cat: $cat }) { name } }",
        """Variable "$cat" is of type "CatInput" but must be non-nullable to be used for OneOf Input Object "PetInput". @ 1:25, 1:62""")]
    public void Validate_Should_TellWhatIsWrong_When_TypesDoNotFit(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-All-Variable-Usages-Are-Allowed", errors);
}
