using System.Text;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Tests.Language;

public sealed class ParserTests
{
    [Theory]
    [InlineData("", 1, 1, "Unexpected <EOF>.")]
    [InlineData("{}", 1, 2, "Expected Name, found \"}\".")]
    [InlineData("{ a(", 1, 5, "Expected Name, found <EOF>.")]
    [InlineData("{ a()}", 1, 5, "Expected Name, found \")\".")]
    [InlineData("{ ...on }", 1, 9, "Expected Name, found \"}\".")]
    [InlineData("fragment on on on { on }", 1, 10, "Unexpected Name \"on\".")]
    [InlineData("notAnOperation Foo { field }", 1, 1, "Unexpected Name \"notAnOperation\".")]
    [InlineData("...", 1, 1, "Unexpected \"...\".")]
    [InlineData("{ a(b: 01) }", 1, 9, "Invalid number, unexpected digit after 0: \"1\".")]
    [InlineData("{ a(b: 1.) }", 1, 10, "Invalid number, expected digit but got: \")\".")]
    [InlineData("{ a(b: .5) }", 1, 8, "Invalid number, expected digit before \".\", did you mean \"0.5\"?")]
    [InlineData("{ a(b: 1x) }", 1, 9, "Invalid number, expected digit but got: \"x\".")]
    [InlineData("{ a(b: 'x') }", 1, 8, "Unexpected single quote character ('), did you mean to use a double quote (\")?")]
    [InlineData("{ a(b: \"x\n\") }", 1, 10, "Unterminated string.")]
    [InlineData("{ a(b: \"\"\"x\n\n", 3, 1, "Unterminated string.")]
    [InlineData("{ a(b: \"\\q\") }", 1, 9, "Invalid character escape sequence: \"\\q\".")]
    [InlineData("{ a(b: \"\\u{D800}\") }", 1, 9, "Invalid Unicode escape sequence: \"\\u{D800}\".")]
    [InlineData("{ a(b: \"\\uD800x\") }", 1, 9, "Invalid Unicode escape sequence: \"\\uD800\".")]
    [InlineData("{ a ? }", 1, 5, "Unexpected character: \"?\".")]
    [InlineData("{ a\u0000 }", 1, 4, "Unexpected character: U+0000.")]
    [InlineData("{ a(b: \"😀\" é }", 1, 13, "Unexpected character: U+00E9.")]
    [InlineData("query ($a: Int = $b) { a }", 1, 18, "Unexpected variable \"$b\" in constant value.")]
    [InlineData("\"text\" { a }", 1, 1, "Unexpected description, descriptions are not supported on shorthand queries.")]
    [InlineData("\"text\" extend type A { a: Int }", 1, 1, "Unexpected description, only GraphQL definitions support descriptions.")]
    [InlineData("extend type A", 1, 14, "Unexpected <EOF>.")]
    [InlineData("type A {}", 1, 9, "Expected Name, found \"}\".")]
    [InlineData("enum A { true }", 1, 10, "Name \"true\" is reserved and cannot be used for an enum value.")]
    [InlineData("directive @a on SOMEWHERE", 1, 17, "Unexpected Name \"SOMEWHERE\".")]
    public void Parse_Should_SayWhatAndWhere_When_DocumentIsInvalid(string document, int line, int column, string message)
    {
        var error = Assert.Throws<GraphQLSyntaxException>(() => Utf8Parser.Parse(document));

        Assert.Equal($"Syntax Error: {message}", error.Message);
        Assert.Equal((line, column), (error.Location.Line, error.Location.Column));
        Assert.Equal(ErrorCodes.Syntax, error.Error.Code);
    }

    [Theory]
    [InlineData("{ a \"{0}\" }")]
    [InlineData("{ a \"\"\"{0}\"\"\" }")]
    [InlineData("{0} { a }")]
    public void Parse_Should_ShortenTheMessage_When_TheTokenIsLong(string document)
    {
        var error = Assert.Throws<GraphQLSyntaxException>(() => Utf8Parser.Parse(document.Replace("{0}", new string('x', 100_000), StringComparison.Ordinal)));

        Assert.InRange(error.Message.Length, 500, 2_000);
    }

    [Theory]
    [InlineData("\"a \\\" \\\\ \\/ \\b \\f \\n \\r \\t\"", "a \" \\ / \b \f \n \r \t")]
    [InlineData("\"\\u00e9 \\u{1F600} \\u{00000041} \\uD83D\\uDE00 ü\"", "é 😀 A 😀 ü")]
    [InlineData("\"\"\"\n    Hello,\n      World!\n\n    Yours,\n  \"\"\"", "Hello,\n  World!\n\nYours,")]
    [InlineData("\"\"\"a \\\"\"\" \\n\"\"\"", "a \"\"\" \\n")]
    [InlineData("\"\"\"  a\r\n   b\r   c\"\"\"", "  a\nb\nc")]
    [InlineData("\"\"\"\n \n\"\"\"", "")]
    public void ParseValue_Should_Unescape_When_TextIsAString(string source, string expected) =>
        Assert.Equal(expected, Assert.IsType<StringValueNode>(Utf8Parser.ParseValue(source)).Value);

    [Theory]
    [InlineData("[Run!]!")]
    [InlineData("[[Int]]")]
    [InlineData("ID")]
    public void ParseType_Should_RoundTrip(string source) => Assert.Equal(source, Utf8Parser.ParseType(source).ToString());

    [Fact]
    public void Parse_Should_GivePlacesInBytesAndUtf16Units_When_TextIsNotAscii()
    {
        var document = Utf8Parser.Parse("\uFEFF{\r\n  # é\n  ünused: \"😀\"".Replace("ünused: ", "a(b: ", StringComparison.Ordinal) + ") c }");

        var fields = ((OperationDefinitionNode)document.Definitions[0]).SelectionSet.Selections.Cast<FieldNode>().ToArray();
        Assert.Equal(new Location(15, 27, 3, 3), fields[0].Location);
        Assert.Equal(new Location(28, 29, 3, 14), fields[1].Location);
    }

    [Fact]
    public void Parse_Should_ShareNames_When_TheyOccurTwice()
    {
        var document = Utf8Parser.Parse("{ someName someName }");

        var fields = ((OperationDefinitionNode)document.Definitions[0]).SelectionSet.Selections.Cast<FieldNode>().ToArray();
        Assert.Same(fields[0].Name.Value, fields[1].Name.Value);
    }

    [Fact]
    public void Parse_Should_KeepNamesApart_When_ThereAreThousands()
    {
        var names = Enumerable.Range(0, 5000).Select(i => $"field{i}").ToArray();

        var document = Utf8Parser.Parse($"{{ {string.Join(' ', names)} {new string('x', 1000)} }}");

        var fields = ((OperationDefinitionNode)document.Definitions[0]).SelectionSet.Selections.Cast<FieldNode>().Select(field => field.Name.Value);
        Assert.Equal([.. names, new string('x', 1000)], fields);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)' ', 0xC3, 0x28, (byte)'}' }, 3)]
    [InlineData(new byte[] { 0xFF }, 1)]
    [InlineData(new byte[] { (byte)'#', 0xED, 0xA0, 0x80 }, 2)]
    [InlineData(new byte[] { (byte)'#', 0xE2, 0x82 }, 2)]
    public void Parse_Should_NameTheByte_When_SourceIsNotUtf8(byte[] source, int column)
    {
        var error = Assert.Throws<GraphQLSyntaxException>(() => Utf8Parser.Parse(source));

        Assert.StartsWith("Syntax Error: Invalid UTF-8", error.Message, StringComparison.Ordinal);
        Assert.Equal(column, error.Location.Column);
    }

    [Theory]
    [InlineData("{ a(b: ", "[")]
    [InlineData("{ a(b: ", "{c:")]
    [InlineData("", "{a")]
    [InlineData("", "{...")]
    [InlineData("query($a: ", "[")]
    [InlineData("type A { a: ", "[")]
    [InlineData("directive @a(b: Int = ", "[")]
    public void Parse_Should_StopAtTheLimit_When_NestingIsDeep(string start, string repeated)
    {
        var source = Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat(repeated, 1_000_000 / repeated.Length)));

        var error = Assert.Throws<GraphQLSyntaxException>(() => Utf8Parser.Parse(source));

        Assert.Equal(ErrorCodes.LimitExceeded, error.Error.Code);
        Assert.Contains("200 levels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Should_SurviveItsLargestDepth_When_TheStackIsSmall()
    {
        var depth = ParserLimits.LargestDepth;
        var source = string.Concat(Enumerable.Repeat("{a", depth)) + new string('}', depth);
        string? printed = null;

        var thread = new Thread(() => printed = Printer.Print(Utf8Parser.Parse(source, new ParserLimits { MaxDepth = depth })), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();

        Assert.Equal(depth, printed!.Count(character => character == '}'));
    }

    [Fact]
    public void Parse_Should_Stop_When_ThereAreTooManyTokens()
    {
        var error = Assert.Throws<GraphQLSyntaxException>(() => Utf8Parser.Parse("{ a b c d }", new ParserLimits { MaxTokens = 4 }));

        Assert.Equal("Syntax Error: Document contains more than 4 tokens. Parsing aborted.", error.Message);
        Assert.Equal((1, 9), (error.Location.Line, error.Location.Column));
        Assert.Equal(ErrorCodes.LimitExceeded, error.Error.Code);
    }

    [Theory]
    [InlineData("{ a: x b: x ...F } fragment F on Q { c: x }", "Syntax Error: Document has more than 2 aliases.", 41)]
    [InlineData("query @a { x @b ... @c { y } }", "Syntax Error: Document has more than 2 directives.", 21)]
    public void Parse_Should_Stop_When_ThereAreTooManyAliasesOrDirectives(string source, string message, int column)
    {
        var error = Assert.Throws<GraphQLSyntaxException>(() => Utf8Parser.Parse(source, new ParserLimits { MaxAliases = 2, MaxDirectives = 2 }));

        Assert.Equal((message, column), (error.Message, error.Location.Column));
        Assert.Equal(ErrorCodes.LimitExceeded, error.Error.Code);
    }

    [Fact]
    public void Parse_Should_Stop_When_SourceIsTooLong()
    {
        var error = Assert.Throws<GraphQLSyntaxException>(() => Utf8Parser.Parse(new byte[(1 << 20) + 1]));

        Assert.Equal(ErrorCodes.LimitExceeded, error.Error.Code);
    }

    [Fact]
    public void Parse_Should_ThrowNothingElse_When_BytesAreRandom()
    {
        var random = new Random(1);
        for (var i = 0; i < 3000; i++)
        {
            // Half of them start as a document, so that errors lie deep.
            var source = i % 2 == 0 ? new byte[random.Next(1, 60)] : Encoding.UTF8.GetBytes(new DocumentGenerator(i).Document());
            for (var hits = i % 2 == 0 ? source.Length : random.Next(1, 4); hits > 0; hits--)
            {
                source[random.Next(source.Length)] = (byte)random.Next(256);
            }

            var thrown = Record.Exception(() => Utf8Parser.Parse(source));

            Assert.True(thrown is null or GraphQLSyntaxException, $"{Convert.ToHexString(source)}: {thrown}");
        }
    }
}
