namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.3.2, Field Selection Merging.</summary>
public sealed class FieldSelectionMergingRuleTests
{
    [Theory]
    [InlineData("{ dog { name name } }")]
    [InlineData("{ dog { otherName: name otherName: name } }")]
    [InlineData("{ dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: SIT) } }")]
    [InlineData("query q($dogCommand: DogCommand!) { dog { doesKnowCommand(dogCommand: $dogCommand) doesKnowCommand(dogCommand: $dogCommand) } }")]
    [InlineData("{ pet { ... on Dog { volume: barkVolume } ... on Cat { volume: meowVolume } } }")]
    [InlineData("{ pet { ... on Dog { doesKnowCommand(dogCommand: SIT) } ... on Cat { doesKnowCommand(catCommand: JUMP) } } }")]
    [InlineData("{ arguments { multipleRequirements(x: 1, y: 2) multipleRequirements(y: 2, x: 1) } }")]
    [InlineData("""{ findDog(searchBy: { name: "a", owner: "b" }) { name } findDog(searchBy: { owner: "b", name: "a" }) { nickname } }""")]
    [InlineData("{ dog { ...f ...f } } fragment f on Dog { name ...g } fragment g on Dog { name owner { name } }")]
    public void Validate_Should_Accept_When_FieldsCanBeMerged(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { name: nickname name } }",
        """Fields "name" conflict because "nickname" and "name" are different fields. Use different aliases on the fields to fetch both if this was intentional. @ 1:9, 1:24""")]
    [InlineData(
        "{ dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: HEEL) } }",
        """Fields "doesKnowCommand" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @ 1:9, 1:42""")]
    [InlineData(
        "query q($dogCommand: DogCommand!) { dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: $dogCommand) } }",
        """Fields "doesKnowCommand" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @ 1:43, 1:76""")]
    [InlineData(
        "query q($a: DogCommand!, $b: DogCommand!) { dog { doesKnowCommand(dogCommand: $a) doesKnowCommand(dogCommand: $b) } }",
        """Fields "doesKnowCommand" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @ 1:51, 1:83""")]
    [InlineData(
        "{ dog { isHouseTrained(atOtherHomes: true) isHouseTrained } }",
        """Fields "isHouseTrained" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @ 1:9, 1:44""")]
    [InlineData(
        "{ pet { ... on Dog { someValue: nickname } ... on Cat { someValue: meowVolume } } }",
        """Fields "someValue" conflict because they return conflicting types "String" and "Int". Use different aliases on the fields to fetch both if this was intentional. @ 1:22, 1:57""")]
    [InlineData(
        "{ dog { owner { name } } dog { owner { name: __typename } } }",
        """Fields "dog" conflict because subfields "owner" conflict because subfields "name" conflict because "name" and "__typename" are different fields. Use different aliases on the fields to fetch both if this was intentional. @ 1:3, 1:9, 1:17, 1:26, 1:32, 1:40""")]
    [InlineData(
        "{ dog { ...a ...b } } fragment a on Dog { x: name } fragment b on Dog { x: nickname }",
        """Fields "x" conflict because "name" and "nickname" are different fields. Use different aliases on the fields to fetch both if this was intentional. @ 1:43, 1:73""")]
    [InlineData(
        "{ dog { x: name ...a } } fragment a on Dog { y: name ...b } fragment b on Dog { x: barkVolume }",
        """Fields "x" conflict because "name" and "barkVolume" are different fields. Use different aliases on the fields to fetch both if this was intentional. @ 1:9, 1:81""")]
    [InlineData(
        "{ pet { ... on Dog { x: owner { name } } ... on Cat { x: name } } }",
        """Fields "x" conflict because they return conflicting types "Human" and "String!". Use different aliases on the fields to fetch both if this was intentional. @ 1:22, 1:55""")]
    [InlineData(
        "{ pet { ... on Dog { x: toys } ... on Cat { x: nickname } } }",
        """Fields "x" conflict because they return conflicting types "[String!]" and "String". Use different aliases on the fields to fetch both if this was intentional. @ 1:22, 1:45""")]
    [InlineData(
        "{ a: dog { x: name y: name } a: dog { x: nickname y: barkVolume } }",
        """Fields "a" conflict because subfields "x" conflict because "name" and "nickname" are different fields and subfields "y" conflict because "name" and "barkVolume" are different fields. Use different aliases on the fields to fetch both if this was intentional. @ 1:3, 1:12, 1:20, 1:30, 1:39, 1:51""")]
    [InlineData(
        "{ dog { nickname: name nickname nickname: barkVolume } }",
        """Fields "nickname" conflict because "name" and "nickname" are different fields. Use different aliases on the fields to fetch both if this was intentional. @ 1:9, 1:24""",
        """Fields "nickname" conflict because "name" and "barkVolume" are different fields. Use different aliases on the fields to fetch both if this was intentional. @ 1:9, 1:33""",
        """Fields "nickname" conflict because "nickname" and "barkVolume" are different fields. Use different aliases on the fields to fetch both if this was intentional. @ 1:24, 1:33""")]
    [InlineData(
        """{ findDog(searchBy: { tags: ["a", "b"] }) { name } findDog(searchBy: { tags: ["b", "a"] }) { name } }""",
        """Fields "findDog" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @ 1:3, 1:52""")]
    [InlineData(
        """"{ findDog(searchBy: { name: "a" }) { name } findDog(searchBy: { name: """a""" }) { name } }"""",
        """Fields "findDog" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @ 1:3, 1:45""")]
    public void Validate_Should_TellWhatIsWrong_When_FieldsConflict(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Field-Selection-Merging", errors);
}
