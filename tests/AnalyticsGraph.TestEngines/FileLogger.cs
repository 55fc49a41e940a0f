using AnalyticsGraph.Engines.Processes;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.TestEngines;

/// <summary>The host's messages in a file; it has no console.</summary>
internal sealed class FileLogger(string path) : ILoggerFactory, ILogger
{
    private readonly RotatingLog _log = new(path);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The host has one log.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Write($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}");

    public void Dispose() => _log.Dispose();

    internal void Write(string message) => _log.Write($"{DateTime.UtcNow:O} {message}");
}
