using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace AnalyticsGraph.Benchmarks.Parts;

/// <summary>What the engine's parts cost by themselves, without a server around them.</summary>
internal static class PartsCommand
{
    public static Command Make()
    {
        var command = new Command("parts", "What the engine's parts take and allocate, by BenchmarkDotNet: a minute or two.");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        // Short and within this process: what is looked for are factors, not percents.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(4).WithIterationCount(7).WithIterationTime(TimeInterval.FromMilliseconds(150));
        var config = ManualConfig.CreateEmpty()
            .AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).AddExporter(MarkdownExporter.Console).AddLogger(ConsoleLogger.Unicode)
            .AddColumn(TargetMethodColumn.Method, StatisticColumn.Median, StatisticColumn.Error)
            .AddColumnProvider(DefaultColumnProviders.Metrics)
            .WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(Directory.CreateTempSubdirectory("analyticsgraph-parts-").FullName);
        try
        {
            var summaries = BenchmarkRunner.Run([typeof(LanguageParts), typeof(ValidationParts), typeof(RequestParts), typeof(WriterParts), typeof(NativeParts)], config);
            return summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(config.ArtifactsPath, recursive: true);
        }
    }
}
