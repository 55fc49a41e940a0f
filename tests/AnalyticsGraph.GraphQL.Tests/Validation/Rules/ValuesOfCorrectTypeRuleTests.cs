namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.6.1, Values of Correct Type.</summary>
public sealed class ValuesOfCorrectTypeRuleTests
{
    [Theory]
    [InlineData("""{ arguments { booleanArgField(booleanArg: true) floatArgField(floatArg: 1) intArgField(intArg: -1) stringArgField(stringArg: "") idArgField(idArg: 4) } }""")]
    [InlineData("{ arguments { booleanListArgField(booleanListArg: true) } }")]
    [InlineData("{ arguments { booleanListArgField(booleanListArg: [true, null]) booleanArgField(booleanArg: null) } }")]
    [InlineData("""query goodComplexDefaultValue($search: FindDogInput = { name: "Fido" }) { findDog(searchBy: $search) { name } }""")]
    [InlineData("{ dog { doesKnowCommand(dogCommand: SIT) } }")]
    [InlineData("""mutation { addPet(pet: { cat: { name: "Brontie" } }) { name } }""")]
    public void Validate_Should_Accept_When_ValuesFit(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        """{ arguments { intArgField(intArg: "123") } }""",
        """Int cannot represent non-integer value: "123" @ 1:35""")]
    [InlineData(
        "query badComplexValue { findDog(searchBy: { name: 123 }) { name } }",
        "String cannot represent a non string value: 123 @ 1:51")]
    [InlineData(
        """{ arguments { intArgField(intArg: 9999999999) floatArgField(floatArg: "1") idArgField(idArg: 1.5) stringArgField(stringArg: ENUM) booleanArgField(booleanArg: 2) } }""",
        "Int cannot represent non 32-bit signed integer value: 9999999999 @ 1:35",
        """Float cannot represent non numeric value: "1" @ 1:71""",
        "ID cannot represent a non-string and non-integer value: 1.5 @ 1:94",
        "String cannot represent a non string value: ENUM @ 1:125",
        "Boolean cannot represent a non boolean value: 2 @ 1:159")]
    [InlineData(
        "{ dog { doesKnowCommand(dogCommand: SITT) } }",
        """Value "SITT" does not exist in "DogCommand" enum. Did you mean the enum value "SIT"? @ 1:37""")]
    [InlineData(
        """{ dog { doesKnowCommand(dogCommand: "SIT") } }""",
        """Enum "DogCommand" cannot represent non-enum value: "SIT". Did you mean the enum value "SIT"? @ 1:37""")]
    [InlineData(
        "{ dog { doesKnowCommand(dogCommand: null) } }",
        """Expected value of non-null type "DogCommand!" not to be null. @ 1:37""")]
    [InlineData(
        "{ arguments { nonNullBooleanListField(nonNullBooleanListArg: [true, null, 1]) } }",
        """Expected value of non-null type "Boolean!" not to be null. @ 1:69""",
        "Boolean cannot represent a non boolean value: 1 @ 1:75")]
    [InlineData(
        """{ findDog(searchBy: "name") { name } }""",
        """Expected value of type "FindDogInput" to be an object, found: "name". @ 1:21""")]
    [InlineData(
        "query q($x: Int = 1.5, $y: DogCommand = JUMP) { arguments { intArgField(intArg: $x) } dog { doesKnowCommand(dogCommand: $y) } }",
        "Int cannot represent non-integer value: 1.5 @ 1:19",
        """Value "JUMP" does not exist in "DogCommand" enum. @ 1:41""")]
    [InlineData(
        """mutation { addPet(pet: { cat: { name: "a" }, dog: { name: "b" } }) { name } }""",
        """Within OneOf Input Object type "PetInput", exactly one field must be specified, and the value for that field must be non-null. @ 1:24""")]
    [InlineData(
        "mutation { addPet(pet: {}) { name } }",
        """Within OneOf Input Object type "PetInput", exactly one field must be specified, and the value for that field must be non-null. @ 1:24""")]
    [InlineData(
        "mutation { addPet(pet: { cat: null }) { name } }",
        """Within OneOf Input Object type "PetInput", exactly one field must be specified, and the value for that field must be non-null. @ 1:24""")]
    [InlineData(
        """{ dog @include(if: "yes") { name } }""",
        """Boolean cannot represent a non boolean value: "yes" @ 1:20""")]
    [InlineData(
        """{ findDog(searchBy: { tags: ["a", null, 3] }) { name } }""",
        """Expected value of non-null type "String!" not to be null. @ 1:35""",
        "String cannot represent a non string value: 3 @ 1:41")]
    public void Validate_Should_TellWhatIsWrong_When_ValuesDoNotFit(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Values-of-Correct-Type", errors);
}
