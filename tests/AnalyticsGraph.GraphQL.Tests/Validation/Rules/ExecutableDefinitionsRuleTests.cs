namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.1.1, Executable Definitions.</summary>
public sealed class ExecutableDefinitionsRuleTests
{
    [Theory]
    [InlineData("{ dog { ...f } } fragment f on Dog { name }")]
    public void Validate_Should_Accept_When_OnlyOperationsAndFragmentsAreDefined(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { name } } extend type Dog { color: String }",
        """The "Dog" definition is not executable. @ 1:18""")]
    [InlineData(
        "{ dog { name } } type Cow { name: String } schema { query: Cow } directive @moo on FIELD",
        """The "Cow" definition is not executable. @ 1:18""",
        "The schema definition is not executable. @ 1:44",
        """The "moo" definition is not executable. @ 1:66""")]
    public void Validate_Should_TellWhatIsWrong_When_TypesAreDefined(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Executable-Definitions", errors);
}
