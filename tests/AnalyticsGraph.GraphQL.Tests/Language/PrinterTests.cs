using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Tests.Language;

public sealed class PrinterTests
{
    private const string KitchenSink =
        """"
        "The operation"
        query queryName(
        "The variable"
        $foo: ComplexType
        $site: Site = MOBILE @onVariable
        ) @onQuery {
          whoever123is: node(id: [123, 456]) {
            id
            ... on User @onInlineFragment {
              field2 {
                alias: field1(first: 10, after: $foo) @include(if: $foo) {
                  ...frag @onFragmentSpread
                }
              }
            }
            ... @skip(unless: $foo) {
              id
            }
            ... {
              id
            }
          }
        }

        mutation ($input: In! = { a: [1, 2.5e3], b: null, c: { d: "x\n" } }) {
          like(
            story: { text: "a long text here", tags: [ONE, TWO, THREE], nested: { deep: true } }
            input: $input
          ) {
            id
          }
        }

        """
        A fragment
          with an indented line
        """
        fragment frag on Friend @onFragmentDefinition {
          foo(size: $size, text: """block "quoted" text""", obj: { key: "value" })
        }

        "The schema"
        schema @a {
          query: Query
          mutation: Mutation
        }

        scalar Long @specifiedBy(url: "https://example.org/long")

        "A type"
        type Foo implements Bar & Baz @onObject {
          one: Int
          "Described"
          two(
            "The argument"
            argument: InputType! = { a: 1 }
            other: [String!]! = ["a"]
          ): [Int!]! @deprecated
          three(argument: Int): Int
        }

        interface Bar implements Baz {
          one: Int
        }

        union Feed @onUnion = Story | Article

        enum Site @onEnum {
          "Large"
          DESKTOP @onEnumValue
          MOBILE
        }

        input InputType @oneOf {
          key: String
          answer: Int = 42 @onField
        }

        directive @delegate(label: String = "x") repeatable on FIELD | FRAGMENT_SPREAD

        extend schema @b

        extend type Foo @onType

        extend enum Site {
          WATCH
        }
        """";

    [Fact]
    public void Print_Should_GiveTheSameText_When_TextIsCanonical() => Assert.Equal(KitchenSink, Printer.Print(Utf8Parser.Parse(KitchenSink)));

    [Fact]
    public void Print_Should_BeAFixpoint_When_DocumentsAreGenerated() => Assert.All(Enumerable.Range(1000, 300), seed =>
    {
        var printed = Printer.Print(Utf8Parser.Parse(new DocumentGenerator(seed).Document()));

        Assert.Equal(printed, Printer.Print(Utf8Parser.Parse(printed)));
    });

    [Theory]
    [InlineData("")]
    [InlineData("  leading")]
    [InlineData("a\n  b\n c")]
    [InlineData("ends in \"")]
    [InlineData("ends in \\")]
    [InlineData("with \"\"\" inside")]
    [InlineData("ends in \"\"\"")]
    [InlineData("a line of more than seventy characters, which is where a single line becomes several lines")]
    public void Print_Should_RoundTrip_When_ValueIsABlockString(string value)
    {
        var printed = Printer.Print(new StringValueNode(value, block: true));

        Assert.Equal(value, Assert.IsType<StringValueNode>(Utf8Parser.ParseValue(printed)).Value);
    }

    [Fact]
    public void Print_Should_EscapeControls_When_ValueIsAString()
    {
        var value = string.Concat(Enumerable.Range(0, 0x100).Select(code => (char)code)) + "😀";

        var printed = Printer.Print(new StringValueNode(value));

        Assert.Contains("\\u0000\\u0001", printed, StringComparison.Ordinal);
        Assert.Equal(value, Assert.IsType<StringValueNode>(Utf8Parser.ParseValue(printed)).Value);
    }
}
