using System.Text;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Validation.Rules;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Tests.Validation;

/// <summary>What hostile documents cost: little, or they are refused by a named limit.</summary>
public sealed class ValidationLimitTests
{
    private static readonly ParserLimits Large = new() { MaxBytes = int.MaxValue, MaxTokens = int.MaxValue, MaxAliases = int.MaxValue, MaxDirectives = int.MaxValue };

    // The hungriest takes a third of it. Time is not measured: tests share the machine, and what bounds the work is the number of steps.
    private const long MostBytes = 100_000_000;

    public static TheoryData<string, bool> Hostile => new()
    {
        { "ten thousand aliases of one field", true },
        { "ten thousand times the same field with a selection", true },
        { "ten thousand times the same leaf", true },
        { "a chain of ten thousand fragments", true },
        { "fragments that fan out over thirty levels", true },
        { "fragments that spread all others", true },
        { "a chain of fragments that nest fields", true },
        { "a long chain of fragments beside fields", true },
        { "two thousand cycles", false },
        { "a cycle of ten thousand fragments", true },
        { "one hundred thousand unknown fields", true },
        { "a list of one hundred thousand wrong values", true },
        { "an object of ten thousand unknown fields", true },
        { "a thousand operations that share a thousand fragments", false },
        { "ten thousand directives at one place", true },
        { "selection sets in each other, each twice", true },
        { "twenty thousand uses of one variable that is not defined", true },
        { "ten thousand times the same field, one of another name", false },
        { "ten thousand fields of different names under one key", true },
        { "fields of all types, ten thousand times", true },
        { "fragments that double at each level", true },
        { "names as long as the document", true },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Validate_Should_BoundItsWork_When_DocumentIsHostile(string shape, bool withinSteps)
    {
        var document = Utf8Parser.Parse(Document(shape), Large);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var errors = DocumentValidator.Validate(RuleSchema.Schema, document);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        Assert.InRange(errors.Length, 0, ValidationOptions.Default.MaxErrors + 1);
        Assert.Equal(withinSteps, errors.IsEmpty || errors[^1].Code == ErrorCodes.Validation);
        Assert.Equal(!withinSteps, !errors.IsEmpty && errors[^1].Code == ErrorCodes.LimitExceeded);
    }

    [Theory]
    [InlineData("ten thousand times the same field with a selection")]
    [InlineData("ten thousand times the same leaf")]
    [InlineData("fields of all types, ten thousand times")]
    [InlineData("a chain of fragments that nest fields")]
    [InlineData("fragments that double at each level")]
    public void Validate_Should_Accept_When_FieldsAreManyButCanBeMerged(string shape)
        => Assert.Empty(DocumentValidator.Validate(RuleSchema.Schema, Utf8Parser.Parse(Document(shape), Large)));

    [Fact]
    public void Validate_Should_TellTheConflict_When_ItStandsAmongTenThousandFields()
    {
        var errors = DocumentValidator.Validate(RuleSchema.Schema, Utf8Parser.Parse(Document("ten thousand times the same field, one of another name"), Large));

        Assert.StartsWith("Fields \"x\" conflict because \"name\" and \"nickname\" are different fields.", errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_Should_SayThatThereAreMore_When_ErrorsExceedTheLimit()
    {
        var document = Utf8Parser.Parse("query q($unused: Int) { dog { a b c d } }");

        var errors = DocumentValidator.Validate(RuleSchema.Schema, document, new ValidationOptions { MaxErrors = 2 });

        Assert.Equal(3, errors.Length);
        Assert.Equal("Too many validation errors, error limit reached. Validation aborted.", errors[2].Message);
    }

    [Fact]
    public void Validate_Should_NameNothingOfTheSchema_When_SuggestionsAreOff()
    {
        var document = Utf8Parser.Parse("{ dgo findDog(searchBy: { nam: 1 }) { ... on Dgo { x } doesKnowCommand(dogCommand: SITT, x: 1) } }");

        var errors = DocumentValidator.Validate(RuleSchema.Schema, document, new ValidationOptions { Suggest = false });

        Assert.Equal(5, errors.Length);
        Assert.DoesNotContain(errors, error => error.Message.Contains("Did you mean", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_Should_ShortenTheMessage_When_TheLiteralIsLong()
    {
        var document = Utf8Parser.Parse($"{{ findDog(searchBy: [\"{new string('x', 100_000)}\"]) {{ name }} }}");

        var error = Assert.Single(DocumentValidator.Validate(RuleSchema.Schema, document));

        Assert.InRange(error.Message.Length, 500, 2000);
    }

    private static string Document(string shape) => shape switch
    {
        "ten thousand aliases of one field" => "{" + Repeat(10_000, i => $"a{i}: dog {{ name }} ") + "}",
        "ten thousand times the same field with a selection" => "{" + Repeat(10_000, _ => "dog { name } ") + "}",
        "ten thousand times the same leaf" => "{ dog {" + Repeat(10_000, _ => "name ") + "} }",
        "a chain of ten thousand fragments" => "{ ...f0 }" + Repeat(10_000, i => $" fragment f{i} on Query {{ ...f{i + 1} }}") + " fragment f10000 on Query { dog { name } }",
        "fragments that fan out over thirty levels" => "{ ...f0 }" + Repeat(30, i => $" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}") + " fragment f30 on Query { dog { name } }",
        "fragments that spread all others" => "{ ...f0 }" + Repeat(1_000, i => $" fragment f{i} on Query {{ {Repeat(20, j => $"...f{Math.Min(i + j + 1, 1000)} ")} a{i}: dog {{ name }} }}") + " fragment f1000 on Query { dog { name } }",
        "a chain of fragments that nest fields" =>
            "{ dog { owner { ...f0 ...g0 } } }" + Repeat(5_000, i => $" fragment f{i} on Human {{ pets {{ ... on Dog {{ owner {{ ...f{i + 1} }} }} }} }} fragment g{i} on Human {{ pets {{ ... on Dog {{ owner {{ ...g{i + 1} }} }} }} }}")
            + " fragment f5000 on Human { name } fragment g5000 on Human { name }",
        "a long chain of fragments beside fields" => "{ ...f0 a: dog { name } }" + Repeat(5_000, i => $" fragment f{i} on Query {{ ...f{i + 1} a: dog {{ name }} }}") + " fragment f5000 on Query { dog { name } }",
        "two thousand cycles" => "{ ...f0 }" + Repeat(2_000, i => $" fragment f{i} on Query {{ ...f{i + 1} ...f0 }}") + " fragment f2000 on Query { ...f0 }",
        "a cycle of ten thousand fragments" => "{ ...f0 }" + Repeat(10_000, i => $" fragment f{i} on Query {{ ...f{(i + 1) % 10_000} }}"),
        "one hundred thousand unknown fields" => "{" + Repeat(100_000, i => $"x{i} ") + "}",
        "a list of one hundred thousand wrong values" => "{ booleanList(booleanListArg: [" + Repeat(100_000, _ => "1 ") + "]) }",
        "an object of ten thousand unknown fields" => "{ findDog(searchBy: {" + Repeat(10_000, i => $"x{i}: 1 ") + "}) { name } }",
        "a thousand operations that share a thousand fragments" =>
            Repeat(1_000, i => $"query q{i} {{ ...f0 }} ") + Repeat(1_000, i => $" fragment f{i} on Query {{ ...f{i + 1} }}") + " fragment f1000 on Query { dog { name } }",
        "ten thousand directives at one place" => "{ dog { name" + Repeat(10_000, i => $" @d{i}") + " } }",
        "selection sets in each other, each twice" => "{ dog " + Repeat(40, _ => "{ owner { pets { ... on Dog ") + "{ name name }" + Repeat(40, _ => "} } }") + " }",
        "twenty thousand uses of one variable that is not defined" => "{ dog {" + Repeat(20_000, i => $"a{i}: isHouseTrained(atOtherHomes: $x) ") + "} }",
        "ten thousand times the same field, one of another name" => "{ dog {" + Repeat(10_000, _ => "x: name ") + "x: nickname } }",
        "ten thousand fields of different names under one key" => "{ dog {" + Repeat(10_000, i => $"x: f{i} ") + "} }",
        "fields of all types, ten thousand times" =>
            "{" + Repeat(5_000, i => $"pet {{ ... on Dog {{ x: doesKnowCommand(dogCommand: SIT) owner {{ name }} }} ... on Cat {{ x: doesKnowCommand(catCommand: JUMP) name }} }} ") + "}",
        "fragments that double at each level" =>
            "{ dog { ...f0 } }" + Repeat(60, i => $" fragment f{i} on Dog {{ owner {{ pets {{ ...f{i + 1} }} }} owner {{ pets {{ ...f{i + 1} name }} }} }}") + " fragment f60 on Dog { name }",
        "names as long as the document" => $"{{ {new string('x', 100_000)} dog {{ {Repeat(200, _ => $"{new string('y', 5_000)} ")} }} }}",
        _ => throw new ArgumentException(shape, nameof(shape)),
    };

    private static string Repeat(int count, Func<int, string> text)
    {
        var all = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            all.Append(text(i));
        }

        return all.ToString();
    }
}
