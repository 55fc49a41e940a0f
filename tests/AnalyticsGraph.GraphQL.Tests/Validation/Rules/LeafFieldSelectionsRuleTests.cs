namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.3.3, Leaf Field Selections.</summary>
public sealed class LeafFieldSelectionsRuleTests
{
    [Theory]
    [InlineData("{ dog { barkVolume } }")]
    [InlineData("{ dog { toys } }")]
    public void Validate_Should_Accept_When_LeavesHaveNoSelection(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { barkVolume { sinceWhen } } }",
        """Field "barkVolume" must not have a selection since type "Int" has no subfields. @ 1:20""")]
    [InlineData(
        "{ human }",
        """Field "human" of type "Human" must have a selection of subfields. Did you mean "human { ... }"? @ 1:3""")]
    [InlineData(
        "{ pet }",
        """Field "pet" of type "Pet" must have a selection of subfields. Did you mean "pet { ... }"? @ 1:3""")]
    [InlineData(
        "{ catOrDog }",
        """Field "catOrDog" of type "CatOrDog" must have a selection of subfields. Did you mean "catOrDog { ... }"? @ 1:3""")]
    [InlineData(
        "{ dog { toys { length } } }",
        """Field "toys" must not have a selection since type "[String!]" has no subfields. @ 1:14""")]
    [InlineData(
        "{ human { pets } }",
        """Field "pets" of type "[Pet!]" must have a selection of subfields. Did you mean "pets { ... }"? @ 1:11""")]
    public void Validate_Should_TellWhatIsWrong_When_SelectionsAreMissingOrTooMany(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Leaf-Field-Selections", errors);
}
