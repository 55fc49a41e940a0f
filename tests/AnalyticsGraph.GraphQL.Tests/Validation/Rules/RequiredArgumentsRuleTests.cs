namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.4.3, Required Arguments.</summary>
public sealed class RequiredArgumentsRuleTests
{
    [Theory]
    [InlineData("{ arguments { booleanArgField(booleanArg: true) } }")]
    [InlineData("{ arguments { nonNullBooleanArgField(nonNullBooleanArg: true) } }")]
    [InlineData("{ arguments { booleanArgField } }")]
    [InlineData("{ arguments { optionalNonNullBooleanArgField } }")]
    public void Validate_Should_Accept_When_TheyAreGivenOrOptional(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ arguments { nonNullBooleanArgField } }",
        """Argument "Arguments.nonNullBooleanArgField(nonNullBooleanArg:)" of type "Boolean!" is required, but it was not provided. @ 1:15""")]
    [InlineData(
        "{ arguments { multipleRequirements } }",
        """Argument "Arguments.multipleRequirements(x:)" of type "Int!" is required, but it was not provided. @ 1:15""",
        """Argument "Arguments.multipleRequirements(y:)" of type "Int!" is required, but it was not provided. @ 1:15""")]
    [InlineData(
        "{ arguments { multipleRequirements(y: 1) } }",
        """Argument "Arguments.multipleRequirements(x:)" of type "Int!" is required, but it was not provided. @ 1:15""")]
    [InlineData(
        "{ dog { name @include } }",
        """Argument "@include(if:)" of type "Boolean!" is required, but it was not provided. @ 1:14""")]
    [InlineData(
        "{ __type { name } }",
        """Argument "<meta>.__type(name:)" of type "String!" is required, but it was not provided. @ 1:3""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyAreMissing(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Required-Arguments", errors);
}
