using System.Text;
using AnalyticsGraph.Benchmarks.Servers;
using AnalyticsGraph.GraphQL.Language;
using BenchmarkDotNet.Attributes;

namespace AnalyticsGraph.Benchmarks.Parts;

/// <summary>Text to syntax tree and back.</summary>
public class LanguageParts
{
    private static readonly ParserLimits Limits = new() { MaxTokens = 100_000 };
    private readonly byte[] _list = Encoding.UTF8.GetBytes(MemoryServer.ListQuery);
    private readonly byte[] _ordinary = Encoding.UTF8.GetBytes(PartsDocuments.Ordinary);
    private readonly byte[] _large = Encoding.UTF8.GetBytes(PartsDocuments.Large);
    private readonly DocumentNode _parsed = PartsDocuments.Parse(PartsDocuments.Large);

    [Benchmark(Description = "parse: one list")]
    public DocumentNode ParseList() => Utf8Parser.Parse(_list, Limits);

    [Benchmark(Description = "parse: ordinary, with fragments")]
    public DocumentNode ParseOrdinary() => Utf8Parser.Parse(_ordinary, Limits);

    [Benchmark(Description = "parse: large")]
    public DocumentNode ParseLarge() => Utf8Parser.Parse(_large, Limits);

    [Benchmark(Description = "print: large")]
    public string PrintLarge() => Printer.Print(_parsed);
}
