namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Where a syntax node or an error stands in its source text.</summary>
/// <param name="Start">Byte offset of the first byte (UTF-8), from 0.</param>
/// <param name="End">Byte offset just past the last byte.</param>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Column">Column in characters (UTF-16 code units, as graphql-js counts), from 1.</param>
public readonly record struct Location(int Start, int End, int Line, int Column);
