using System.Globalization;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Numbers the parts of one response.</summary>
internal sealed class DeliveryIds
{
    private int _next;

    public string Next() => (_next++).ToString(CultureInfo.InvariantCulture);
}
