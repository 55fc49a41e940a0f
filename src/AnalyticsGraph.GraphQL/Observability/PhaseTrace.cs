using System.Diagnostics;

namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>A phase of a request: parsing, validation and so on. Ends when it is disposed.</summary>
internal sealed class PhaseTrace(string name) : IDisposable
{
    // Operations are told by a span of the request's parent; a phase is a step inside of it.
    private readonly Activity? _activity = GraphQLTelemetry.Source.StartActivity($"graphql.{name}");

    public string Name { get; } = name;

    public TraceClock Clock { get; } = new();

    public void Dispose()
    {
        Clock.Stop();
        _activity?.Dispose();
    }
}
