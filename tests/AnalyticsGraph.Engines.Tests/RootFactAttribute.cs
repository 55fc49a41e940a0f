using AnalyticsGraph.Engines.Processes;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>A test that changes users: it needs root.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (LibC.EffectiveUser != 0) Skip = "Needs root.";
    }
}
