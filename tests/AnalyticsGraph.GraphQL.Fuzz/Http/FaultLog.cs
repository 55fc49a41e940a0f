using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.GraphQL.Fuzz.Http;

/// <summary>What the web server logs as an error: an exception that nobody met.</summary>
internal sealed class FaultLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _faults = [];

    public void Add(string fault) => _faults.Enqueue(fault);

    /// <summary>The next fault that nobody took; null if there is none.</summary>
    public string? Take() => _faults.TryDequeue(out var fault) ? fault : null;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        // Kestrel's, of trailers that are no text; the request was refused before.
        if (IsEnabled(logLevel) && !text.Contains("automatic draining of the request body failed", StringComparison.Ordinal))
        {
            Add($"{text}\n{exception}");
        }
    }

    public void Dispose()
    {
    }
}
