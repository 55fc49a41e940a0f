using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>A schema with resolvers, asked by text and answered by text.</summary>
internal sealed class TestServer
{
    private readonly GraphQLExecutor _executor;

    public TestServer(string sdl, Action<SchemaBindings> bind, GraphQLExecutorOptions? options = null)
    {
        var bindings = new SchemaBindings();
        bind(bindings);
        Schema = SchemaBuilder.Build([Utf8Parser.Parse(sdl)]);
        _executor = new GraphQLExecutor(ExecutableSchema.Create(Schema, bindings), options);
    }

    public Schema Schema { get; }

    public ObjectType Type(string name) => (ObjectType)Schema.Types[name];

    /// <summary>Executes.</summary>
    public ValueTask<ExecutionResult> ExecuteAsync(string query) => _executor.ExecuteAsync(Request(query, null, null, true, null, false));

    /// <summary>Executes and returns the body as it is sent.</summary>
    public async Task<string> AskAsync(
        string query,
        object? variables = null,
        string? operationName = null,
        bool allowMutations = true,
        Action<RequestContext>? configure = null,
        bool reportCost = false,
        CancellationToken cancellationToken = default)
    {
        using var result = await _executor.ExecuteAsync(Request(query, variables, operationName, allowMutations, configure, reportCost), cancellationToken);
        return Encoding.UTF8.GetString(result.Body.Span);
    }

    /// <summary>Begins an operation of any kind.</summary>
    public ValueTask<ResponseStream> SubscribeAsync(string query, object? variables = null, Action<RequestContext>? configure = null, CancellationToken cancellationToken = default) =>
        _executor.SubscribeAsync(Request(query, variables, null, true, configure, false), cancellationToken);

    /// <summary>Executes in parts and returns the bodies as they are sent.</summary>
    public async Task<List<string>> PartsAsync(string query, object? variables = null)
    {
        var parts = new List<string>();
        await foreach (var part in ReadPartsAsync(query, variables))
        {
            parts.Add(part);
        }

        return parts;
    }

    /// <summary>Executes in parts, each as it is asked for.</summary>
    public async IAsyncEnumerable<string> ReadPartsAsync(
        string query, object? variables = null, Action<RequestContext>? configure = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new GraphQLRequest
        {
            Query = Encoding.UTF8.GetBytes(query),
            Variables = variables is null ? null : JsonSerializer.SerializeToElement(variables),
            AllowParts = true,
            Configure = configure,
        };
        using var result = await _executor.ExecuteAsync(request, cancellationToken);
        yield return Encoding.UTF8.GetString(result.Body.Span);
        if (result is IncrementalResult incremental)
        {
            await using var _ = incremental;
            while (await incremental.NextAsync() is { } part)
            {
                using (part)
                {
                    yield return Encoding.UTF8.GetString(part.Body.Span);
                }
            }
        }
    }

    /// <summary>Executes and returns the errors as <c>path CODE</c>, in their order.</summary>
    public async Task<string[]> ErrorsAsync(string query, object? variables = null)
    {
        using var json = JsonDocument.Parse(await AskAsync(query, variables));
        return json.RootElement.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateArray().Select(Describe)]
            : [];
    }

    private static GraphQLRequest Request(string query, object? variables, string? operationName, bool allowMutations, Action<RequestContext>? configure, bool reportCost) => new()
    {
        Query = Encoding.UTF8.GetBytes(query),
        OperationName = operationName,
        Variables = variables is null ? null : JsonSerializer.SerializeToElement(variables),
        AllowMutations = allowMutations,
        ReportCost = reportCost,
        Configure = configure,
    };

    private static string Describe(JsonElement error)
    {
        var path = error.TryGetProperty("path", out var keys) ? string.Join('.', keys.EnumerateArray()) : "-";
        return $"{path} {error.GetProperty("extensions").GetProperty("code").GetString()}";
    }
}
