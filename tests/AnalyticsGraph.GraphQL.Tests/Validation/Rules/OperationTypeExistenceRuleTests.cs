using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.2.1.1, Operation Type Existence.</summary>
public sealed class OperationTypeExistenceRuleTests
{
    [Fact]
    public void Validate_Should_TellTheOperation_When_TheSchemaHasNoRootForIt()
    {
        var schema = DifferentialSchemas.Build("type Query { name: String }");

        var errors = DocumentValidator.Validate(schema, Utf8Parser.Parse("query A { name } mutation B { name } subscription C { name }"));

        Assert.Equal(
            ["The mutation operation is not supported by the schema.", "The subscription operation is not supported by the schema."],
            errors.Select(error => error.Message));
        Assert.All(errors, error => Assert.Equal(RuleSchema.Specification + "sec-Operation-Type-Existence", error.Extensions?["specifiedBy"]));
        Assert.Equal([18, 38], errors.Select(error => error.Locations[0].Column));
    }
}
