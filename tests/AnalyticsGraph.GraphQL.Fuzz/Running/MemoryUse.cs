namespace AnalyticsGraph.GraphQL.Fuzz.Running;

/// <summary>Bytes that live on the heap, and bytes that the process holds.</summary>
internal sealed record MemoryUse(long Heap, long Resident)
{
    public static MemoryUse Now() => new(GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
}
