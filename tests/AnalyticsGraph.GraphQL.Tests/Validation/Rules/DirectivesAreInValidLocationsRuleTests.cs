namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.7.2, Directives Are in Valid Locations.</summary>
public sealed class DirectivesAreInValidLocationsRuleTests
{
    [Theory]
    [InlineData("query @onQuery { dog { ... @skip(if: true) { name } ...f @include(if: false) } } fragment f on Dog { name }")]
    public void Validate_Should_Accept_When_PlacesAreAllowed(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "query @skip(if: true) { dog { name } }",
        """Directive "@skip" may not be used on QUERY. @ 1:7""")]
    [InlineData(
        "mutation @onQuery { mutateDog { name @onQuery } }",
        """Directive "@onQuery" may not be used on MUTATION. @ 1:10""",
        """Directive "@onQuery" may not be used on FIELD. @ 1:38""")]
    [InlineData(
        "query q($x: Boolean @onQuery) { dog { ...f @onQuery isHouseTrained(atOtherHomes: $x) } } fragment f on Dog @onQuery { ... @onQuery { name } }",
        """Directive "@onQuery" may not be used on VARIABLE_DEFINITION. @ 1:21""",
        """Directive "@onQuery" may not be used on FRAGMENT_SPREAD. @ 1:44""",
        """Directive "@onQuery" may not be used on FRAGMENT_DEFINITION. @ 1:108""",
        """Directive "@onQuery" may not be used on INLINE_FRAGMENT. @ 1:123""")]
    [InlineData(
        "{ dog { name @deprecated } }",
        """Directive "@deprecated" may not be used on FIELD. @ 1:14""")]
    public void Validate_Should_TellWhatIsWrong_When_PlacesAreNot(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Directives-Are-in-Valid-Locations", errors);
}
