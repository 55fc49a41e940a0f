using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.Benchmarks.Servers;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Planning;
using BenchmarkDotNet.Attributes;

namespace AnalyticsGraph.Benchmarks.Parts;

/// <summary>The stages of a request, and requests whole, over rows in memory and without HTTP.</summary>
public class RequestParts
{
    private static readonly PlanLimits Limits = new(100, 100_000);
    private readonly ExecutableSchema _schema = MemoryServer.MakeSchema(MemoryRun.Make());
    private readonly DocumentNode _ordinary = PartsDocuments.Parse(PartsDocuments.Ordinary);
    private readonly GraphQLExecutor _executor;
    private readonly byte[] _new = Encoding.UTF8.GetBytes(MemoryServer.NewQuery);
    private readonly int _number;
    private readonly byte[] _variables;
    private readonly OperationDefinitionNode _find;
    private readonly OperationPlan _findPlan;
    private readonly VariableReader _reader;
    private readonly CoercedVariables _coerced;
    private readonly GraphQLRequest _typename = new() { Query = "{ __typename }"u8.ToArray() };
    private readonly GraphQLRequest _list = new() { Query = Encoding.UTF8.GetBytes(MemoryServer.ListQuery) };
    private readonly GraphQLRequest _owners = new() { Query = Encoding.UTF8.GetBytes(MemoryServer.OwnersQuery) };
    private readonly GraphQLRequest _filter;
    private readonly GraphQLRequest _filterInline;
    private int _sent;

    public RequestParts()
    {
        _executor = new GraphQLExecutor(_schema);
        _number = _new.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Load.Number));
        using var filter = JsonDocument.Parse(MemoryServer.FilterAsVariable);
        _variables = Encoding.UTF8.GetBytes(filter.RootElement.GetProperty("variables").GetRawText());
        var query = Encoding.UTF8.GetBytes(filter.RootElement.GetProperty("query").GetString()!);
        _filter = new GraphQLRequest { Query = query, VariablesUtf8 = _variables };
        using var inline = JsonDocument.Parse(MemoryServer.FilterInline);
        _filterInline = new GraphQLRequest { Query = Encoding.UTF8.GetBytes(inline.RootElement.GetProperty("query").GetString()!) };
        var document = Utf8Parser.Parse(query);
        _find = (OperationDefinitionNode)document.Definitions[0];
        _findPlan = OperationPlanner.Plan(_schema, document, _find, Limits).Plan!;
        _reader = new VariableReader(_schema.Schema, _find);
        _coerced = _reader.Read(_variables);
    }

    [Benchmark(Description = "plan: ordinary, with fragments")]
    public object Plan() => OperationPlanner.Plan(_schema, _ordinary, (OperationDefinitionNode)_ordinary.Definitions[0], Limits);

    [Benchmark(Description = "coerce variables: a filter of nine objects")]
    public CoercedVariables Coerce() => _reader.Read(_variables);

    [Benchmark(Description = "cost, arguments included: the same filter")]
    public object Cost() => CostAnalysis.Run(_schema.Costs, new CostOptions(), _findPlan, _coerced.Values, RequestArguments.Of(_findPlan, _coerced.Values));

    [Benchmark(Description = "request: { __typename }")]
    public Task<int> Typename() => RunAsync(_typename);

    [Benchmark(Description = "request: 50 rows")]
    public Task<int> List() => RunAsync(_list);

    [Benchmark(Description = "request: 50 batched child fields")]
    public Task<int> Owners() => RunAsync(_owners);

    [Benchmark(Description = "request: the filter as a variable")]
    public Task<int> Filter() => RunAsync(_filter);

    [Benchmark(Description = "request: the filter in the document")]
    public Task<int> FilterInline() => RunAsync(_filterInline);

    [Benchmark(Description = "request: a document never seen before")]
    public Task<int> New()
    {
        _sent++.TryFormat(_new.AsSpan(_number), out _, "d8", CultureInfo.InvariantCulture);
        return RunAsync(new GraphQLRequest { Query = _new });
    }

    private async Task<int> RunAsync(GraphQLRequest request)
    {
        using var result = await _executor.ExecuteAsync(request);
        return result.Errors.IsEmpty ? result.Body.Length : throw new InvalidDataException(result.Errors[0].Message);
    }
}
