namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>Section 5.5.2.2, Fragment Spreads Must Not Form Cycles.</summary>
public sealed class FragmentSpreadsMustNotFormCyclesRuleTests
{
    [Theory]
    [InlineData("{ dog { ...a ...b } } fragment a on Dog { ...b ...b } fragment b on Dog { name }")]
    public void Validate_Should_Accept_When_TheyFormATree(string document) => RuleSchema.AssertValid(document);

    [Theory]
    [InlineData(
        "{ dog { ...nameFragment } } fragment nameFragment on Dog { name ...barkVolumeFragment } fragment barkVolumeFragment on Dog { barkVolume ...nameFragment }",
        """Cannot spread fragment "nameFragment" within itself via "barkVolumeFragment". @ 1:65, 1:137""")]
    [InlineData(
        "{ dog { ...f } } fragment f on Dog { ...f }",
        """Cannot spread fragment "f" within itself. @ 1:38""")]
    [InlineData(
        "{ dog { ...a } } fragment a on Dog { ...b ...c } fragment b on Dog { ...a } fragment c on Dog { owner { ...h } ...b } fragment h on Human { pets { ...c } }",
        """Cannot spread fragment "a" within itself via "b". @ 1:38, 1:70""",
        """Cannot spread fragment "c" within itself via "h". @ 1:105, 1:148""")]
    [InlineData(
        "{ dog { ...a } } fragment a on Dog { ...b } fragment b on Dog { ...c ...b } fragment c on Dog { ...a ...b }",
        """Cannot spread fragment "a" within itself via "b", "c". @ 1:38, 1:65, 1:97""",
        """Cannot spread fragment "b" within itself via "c". @ 1:65, 1:102""",
        """Cannot spread fragment "b" within itself. @ 1:70""")]
    public void Validate_Should_TellWhatIsWrong_When_TheyFormCycles(string document, params string[] errors)
        => RuleSchema.AssertInvalid(document, "sec-Fragment-Spreads-Must-Not-Form-Cycles", errors);
}
