using System.Text;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Section 2: reads documents of the September 2025 edition, executable and type system alike.</summary>
public static class Utf8Parser
{
    /// <summary>Reads a document.</summary>
    /// <param name="source">UTF-8.</param>
    /// <param name="limits">How large it may be; <see cref="ParserLimits.Default"/> if null.</param>
    /// <exception cref="GraphQLSyntaxException">It is no document, no UTF-8, or larger than the limits allow.</exception>
    public static DocumentNode Parse(ReadOnlySpan<byte> source, ParserLimits? limits = null)
    {
        var parser = new DocumentParser(source, limits ?? ParserLimits.Default);
        try
        {
            return parser.ParseDocument();
        }
        finally
        {
            parser.Dispose();
        }
    }

    /// <summary>Reads a document.</summary>
    /// <param name="source">The text. A lone surrogate reads as U+FFFD.</param>
    /// <param name="limits">How large it may be (bytes count as UTF-8); <see cref="ParserLimits.Default"/> if null.</param>
    /// <exception cref="GraphQLSyntaxException">It is no document, or larger than the limits allow.</exception>
    public static DocumentNode Parse(string source, ParserLimits? limits = null) => Parse(Encoding.UTF8.GetBytes(source), limits);

    /// <summary>Reads a single value, variables allowed.</summary>
    /// <param name="source">The text.</param>
    /// <param name="limits">How large it may be; <see cref="ParserLimits.Default"/> if null.</param>
    /// <exception cref="GraphQLSyntaxException">It is no value, or larger than the limits allow.</exception>
    public static ValueNode ParseValue(string source, ParserLimits? limits = null)
    {
        var parser = new DocumentParser(Encoding.UTF8.GetBytes(source), limits ?? ParserLimits.Default);
        try
        {
            return parser.ParseLoneValue();
        }
        finally
        {
            parser.Dispose();
        }
    }

    /// <summary>Reads a single type reference, such as <c>[Run!]!</c>.</summary>
    /// <param name="source">The text.</param>
    /// <param name="limits">How large it may be; <see cref="ParserLimits.Default"/> if null.</param>
    /// <exception cref="GraphQLSyntaxException">It is no type reference, or larger than the limits allow.</exception>
    public static TypeNode ParseType(string source, ParserLimits? limits = null)
    {
        var parser = new DocumentParser(Encoding.UTF8.GetBytes(source), limits ?? ParserLimits.Default);
        try
        {
            return parser.ParseLoneType();
        }
        finally
        {
            parser.Dispose();
        }
    }
}
