using AnalyticsGraph.Benchmarks;
using AnalyticsGraph.Benchmarks.Scaling;
using AnalyticsGraph.Benchmarks.Servers;

switch (args)
{
    case ["serve", "memory"]:
        await MemoryServer.RunAsync();
        return 0;
    case ["serve", "live"]:
        await LiveServer.RunAsync();
        return 0;
    case ["serve", "stores", var data]:
        await StoresServer.RunAsync(data);
        return 0;
    case ["serve", "comparison", var data]:
        await ComparisonServer.RunAsync(data);
        return 0;
    case ["serve", "scale", var data, var kind, var size]:
        await ScaleServer.RunAsync(data, ScaleSize.Parse(size, kind == ScaleSize.Runs));
        return 0;
    case ["serve", "ingest", var data]:
        await IngestServer.RunAsync(data);
        return 0;
    default:
        return await BenchmarkCommand.RunAsync(args);
}
