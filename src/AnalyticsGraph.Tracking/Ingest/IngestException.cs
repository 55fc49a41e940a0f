namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>A body, or what it asks for, is wrong; nothing of it was stored.</summary>
public sealed class IngestException : Exception
{
    /// <summary>Something that is wrong.</summary>
    /// <param name="code">Its code (<see cref="GraphQL.Errors.ErrorCodes"/>).</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause.</param>
    public IngestException(string code, string message, Exception? inner = null) : base(message, inner) => Code = code;

    /// <summary>The code.</summary>
    public string Code { get; }

    /// <summary>The row it is about, counted from 1 without headers and blank lines; null if it is about none.</summary>
    public long? Row { get; init; }

    /// <summary>The line that the row begins on, counted from 1; null if the body has none.</summary>
    public long? Line { get; init; }

    /// <summary>The column it is about; null if it is about none.</summary>
    public string? Column { get; init; }
}
