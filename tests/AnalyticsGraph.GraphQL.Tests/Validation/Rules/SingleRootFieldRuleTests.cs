namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.2.4.1, Single Root Field.</summary>
public sealed class SingleRootFieldRuleTests
{
    [Theory]
    [InlineData("subscription sub { newMessage { body sender } }")]
    [InlineData("subscription sub { ...newMessageFields } fragment newMessageFields on Subscription { newMessage { body sender } }")]
    [InlineData("subscription { newMessage { body } newMessage { sender } }")]
    [InlineData("subscription { newMessage { body @skip(if: true) } }")]
    [InlineData("subscription { ... on Subscription { newMessage { body } } }")]
    public void Validate_Should_Accept_When_OneFieldIsSelected(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "subscription sub { newMessage { body sender } disallowedSecondRootField }",
        """Subscription "sub" must select only one top level field. @ 1:47""")]
    [InlineData(
        "subscription sub { ...multipleSubscriptions } fragment multipleSubscriptions on Subscription { newMessage { body sender } disallowedSecondRootField }",
        """Subscription "sub" must select only one top level field. @ 1:123""")]
    [InlineData(
        "subscription requiredRuntimeValidation($bool: Boolean!) { newMessage @include(if: $bool) { body sender } disallowedSecondRootField @skip(if: $bool) }",
        """Subscription "requiredRuntimeValidation" must not use `@skip` or `@include` directives in the top level selection. @ 1:70, 1:132""")]
    [InlineData(
        "subscription sub { __typename }",
        """Subscription "sub" must not select an introspection top level field. @ 1:20""")]
    [InlineData(
        "subscription { __typename newMessage { body } }",
        "Anonymous Subscription must select only one top level field. @ 1:27",
        "Anonymous Subscription must not select an introspection top level field. @ 1:16")]
    [InlineData(
        "subscription { ... @include(if: true) { newMessage { body } } }",
        "Anonymous Subscription must not use `@skip` or `@include` directives in the top level selection. @ 1:20")]
    [InlineData(
        "subscription { a: disallowedSecondRootField b: disallowedSecondRootField a: disallowedSecondRootField c: newMessage { body } }",
        "Anonymous Subscription must select only one top level field. @ 1:45, 1:103")]
    public void Validate_Should_TellWhatIsWrong_When_OtherThanOneFieldIsSelected(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Single-Root-Field", errors);
}
