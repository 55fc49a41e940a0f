using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Fuzz.Running;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Fuzz.Documents;

/// <summary>
/// Documents through the whole engine: parsed, validated, planned, executed, in parts where they say so. Every response must be JSON, no exception may come out or be met within, and what was
/// parsed must be the same after it was printed.
/// </summary>
internal sealed class DocumentFuzzer : IFuzzer
{
    private static readonly Dictionary<string, object> Values = new()
    {
        ["Int"] = 1,
        ["Float"] = 1.5,
        ["Boolean"] = true,
        ["Color"] = "RED",
        ["Order"] = "ASC",
        ["Filter"] = new { name = "n" },
        ["Range"] = new { from = 1, to = 2.5 },
        ["Key"] = new { id = 1 },
    };

    private readonly ConcurrentDictionary<string, Exception> _faults = [];
    private readonly FuzzGraph _graph;
    private readonly DocumentSource _source;
    private long _parsed;
    private long _executed;
    private long _parts;

    public DocumentFuzzer(int seed)
    {
        _graph = new FuzzGraph(error => _faults[error.TraceId] = error.Exception);
        _source = new DocumentSource(_graph.Schema, seed);
    }

    public string Name => "documents";

    public string Remarks => string.Create(CultureInfo.InvariantCulture, $"{_parsed} were syntactically sound, {_executed} were executed, {_parts} parts came after first ones");

    public byte[] Make(long number) => _source.Make(number);

    public string? Try(long number, byte[] input)
    {
        var document = Parse(input);
        return (document is null ? null : Print(document)) ?? ExecuteAsync(number, input, document).AsTask().GetAwaiter().GetResult();
    }

    private static DocumentNode? Parse(byte[] input)
    {
        try
        {
            return Utf8Parser.Parse(input);
        }
        catch (GraphQLSyntaxException)
        {
            return null;
        }
    }

    private string? Print(DocumentNode document)
    {
        Interlocked.Increment(ref _parsed);
        var printed = Printer.Print(document);
        var again = Printer.Print(Utf8Parser.Parse(printed, ParserLimits.Trusted));
        return printed == again ? null : $"Printed twice it is not the same:\n{printed}\n---\n{again}";
    }

    /// <summary>A value that fits for each variable; one value does for a list, too.</summary>
    private static JsonElement VariablesOf(DocumentNode? document)
    {
        var values = new Dictionary<string, object?>();
        foreach (var variable in document?.Definitions.OfType<OperationDefinitionNode>().SelectMany(operation => operation.VariableDefinitions) ?? [])
        {
            values[variable.Variable.Name.Value] = Values.GetValueOrDefault(variable.Type.ToString()!.Trim('[', ']', '!'), "text");
        }

        return JsonSerializer.SerializeToElement(values);
    }

    private async ValueTask<string?> ExecuteAsync(long number, byte[] input, DocumentNode? document)
    {
        var request = new GraphQLRequest { Query = input, Variables = VariablesOf(document), AllowParts = number % 2 == 0, OperationName = number % 3 == 0 ? "A" : null, Configure = context => context.Set(_graph.Root) };
        var result = await _graph.Executor.ExecuteAsync(request);
        var why = Check(result);
        if (!result.IsRequestError)
        {
            Interlocked.Increment(ref _executed);
        }

        if (result is not IncrementalResult incremental)
        {
            result.Dispose();
            return why;
        }

        await using (incremental)
        {
            while (why is null && await incremental.NextAsync() is { } part)
            {
                using (part)
                {
                    Interlocked.Increment(ref _parts);
                    why = Check(part);
                }
            }
        }

        return why;
    }

    private string? Check(ExecutionResult result)
    {
        var reader = new Utf8JsonReader(result.Body.Span, new JsonReaderOptions { MaxDepth = 1_000 });
        while (reader.Read())
        {
        }

        foreach (var error in result.Errors)
        {
            if (error.Code == Errors.ErrorCodes.Internal)
            {
                var trace = error.Extensions?["traceId"] as string ?? "";
                return _faults.TryRemove(trace, out var fault) ? fault.ToString() : error.Message;
            }
        }

        return null;
    }
}
