using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Types;

/// <summary>The SDL for clients that handle errors themselves.</summary>
public sealed class SemanticNonNullTests
{
    [Theory]
    [InlineData("a: Int", "a: Int")]
    [InlineData("a: Int!", "a: Int @semanticNonNull")]
    [InlineData("a: [Int]!", "a: [Int] @semanticNonNull")]
    [InlineData("a: [Int!]", "a: [Int] @semanticNonNull(levels: [1])")]
    [InlineData("a: [[Int!]!]!", "a: [[Int]] @semanticNonNull(levels: [0, 1, 2])")]
    [InlineData("a(x: Int! = 1, y: [Int!]!): Int! @deprecated", "a(x: Int! = 1, y: [Int!]!): Int @deprecated @semanticNonNull")]
    public void Print_Should_TellNonNullOutputsAsSemanticOnes(string field, string expected)
    {
        var printed = SemanticNonNull.Print($"interface I {{ {field} }} type Query implements I {{ {field} }} input In {{ a: Int! }}");

        Assert.Contains($"interface I {{\n  {expected}\n}}", printed, StringComparison.Ordinal);
        Assert.Contains($"type Query implements I {{\n  {expected}\n}}", printed, StringComparison.Ordinal);
        Assert.Contains("input In {\n  a: Int!\n}", printed, StringComparison.Ordinal);
        Assert.NotNull(SchemaBuilder.Build([Utf8Parser.Parse(printed)]));
    }
}
