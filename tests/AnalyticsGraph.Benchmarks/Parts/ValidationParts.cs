using System.Collections.Immutable;
using AnalyticsGraph.Benchmarks.Servers;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;
using BenchmarkDotNet.Attributes;

namespace AnalyticsGraph.Benchmarks.Parts;

/// <summary>Validation of a parsed document.</summary>
public class ValidationParts
{
    private readonly Schema _schema = MemoryServer.MakeSchema(MemoryRun.Make()).Schema;
    private readonly DocumentNode _list = PartsDocuments.Parse(MemoryServer.ListQuery);
    private readonly DocumentNode _ordinary = PartsDocuments.Parse(PartsDocuments.Ordinary);
    private readonly DocumentNode _large = PartsDocuments.Parse(PartsDocuments.Large);
    private readonly DocumentNode _equalFields = PartsDocuments.Parse(PartsDocuments.EqualFields);
    private readonly DocumentNode _chain = PartsDocuments.Parse(PartsDocuments.Chain);

    [Benchmark(Description = "validate: one list")]
    public ImmutableArray<GraphQLError> One() => Valid(_list);

    [Benchmark(Description = "validate: ordinary, with fragments")]
    public ImmutableArray<GraphQLError> Ordinary() => Valid(_ordinary);

    [Benchmark(Description = "validate: large")]
    public ImmutableArray<GraphQLError> Large() => Valid(_large);

    [Benchmark(Description = "validate: 1,000 equal fields that merge")]
    public ImmutableArray<GraphQLError> EqualFields() => Valid(_equalFields);

    [Benchmark(Description = "validate: a chain of 200 fragments")]
    public ImmutableArray<GraphQLError> Chain() => Valid(_chain);

    private ImmutableArray<GraphQLError> Valid(DocumentNode document)
    {
        var errors = DocumentValidator.Validate(_schema, document);
        return errors.IsEmpty ? errors : throw new InvalidDataException(errors[0].Message);
    }
}
