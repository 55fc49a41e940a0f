using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Where a row stands in its body.</summary>
/// <param name="Row">Its number, counted from 1 without headers and blank lines.</param>
/// <param name="Line">The line that it begins on, counted from 1; null if the body has none.</param>
internal readonly record struct RowPlace(long Row, long? Line)
{
    /// <summary>Something that is wrong with the row.</summary>
    public IngestException Wrong(string? column, string message, string code = ErrorCodes.BadUserInput, Exception? inner = null)
    {
        var place = Line is null ? $"Row {Row}" : Line == Row ? $"Line {Line}" : $"Row {Row}, line {Line}";
        return new IngestException(code, $"{place}{(column is null ? "" : $", {column}")}: {message}", inner) { Row = Row, Line = Line, Column = column };
    }
}
