using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>The rules of the incremental delivery RFC.</summary>
public sealed class DeferStreamRuleTests
{
    private static readonly Schema Incremental = DifferentialSchemas.Build(DifferentialSchemas.Incremental);

    [Fact]
    public void Validate_Should_Accept_When_PartsAreDeferredBelowTheRoot()
        => Assert.Equal([], Messages("query q($b: Boolean!) { dog { ... @defer(label: \"a\", if: $b) { name } siblings @stream(label: \"b\", initialCount: 2) { id } } }"));

    [Fact]
    public void Validate_Should_TellLabels_When_TheyAreRepeatedOrNotStatic()
        => Assert.Equal(
            [
                "Value for arguments \"defer(label:)\" and \"stream(label:)\" must be unique across all Defer/Stream directive usages.",
                "Argument \"@stream(label:)\" must be a static string.",
            ],
            Messages("query q($l: String) { dog { ... @defer(label: \"a\") { name } ... @defer(label: \"a\") { id } siblings @stream(label: $l) { id } } }"));

    [Fact]
    public void Validate_Should_TellTheField_When_WhatIsStreamedIsNoList()
        => Assert.Equal(["Directive \"@stream\" cannot be used on non-list field \"Dog.owner\"."], Messages("{ dog { owner @stream { id } } }"));

    [Fact]
    public void Validate_Should_TellTheRoot_When_AMutationDefersItsFields()
        => Assert.Equal(
            ["Defer directive cannot be used on root mutation type \"Mutation\"."],
            Messages("mutation { ... @defer { remove(ids: [1]) } }"));

    [Fact]
    public void Validate_Should_AskForACondition_When_ASubscriptionDefers()
        => Assert.Equal(
            ["Defer directive not supported on subscription operations. Disable `@defer` by setting the `if` argument to `false`."],
            Messages("subscription { painted { ... @defer { name } ... @defer(if: false) { id } } }"));

    [Fact]
    public void Validate_Should_TellWhatIsWrongBesides_When_TheSchemaHasNoIncrementalDelivery()
    {
        var schema = DifferentialSchemas.Build(DifferentialSchemas.Rich);

        var errors = DocumentValidator.Validate(schema, Utf8Parser.Parse("mutation { ... @defer(label: 1) { remove(ids: [1]) } }"));

        Assert.Equal(
            ["Defer directive cannot be used on root mutation type \"Mutation\".", "Unknown directive \"@defer\".", "Argument \"@defer(label:)\" must be a static string."],
            errors.Select(error => error.Message));
    }

    private static IEnumerable<string> Messages(string document) => DocumentValidator.Validate(Incremental, Utf8Parser.Parse(document)).Select(error => error.Message);
}
