using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>
/// Says what the engine makes of a document, so that it can be compared with another implementation. A question is a line of JSON,
/// <c>{id, sdl, query, variables?, operationName?, rootValue?, mode}</c>; the answer is one, too: <c>{id, ok, errors: [{message, locations: [[line, column]], path}], data, text}</c>.
/// Modes: <c>parse</c> and <c>print</c> (<c>text</c> is the printed document) read <c>query</c> alone; <c>validate</c> and <c>execute</c> read <c>sdl</c> as well. In execution, fields resolve from the
/// properties of <c>rootValue</c> by name, and <c>__typename</c> decides of which type an object is where several are possible. <c>incremental</c> executes with <c>@defer</c> and
/// <c>@stream</c>; <c>data</c> then is the list of the response's parts.
/// </summary>
public sealed class Oracle
{
    private const int MostGraphs = 100;

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 1_000 };

    private readonly Dictionary<string, Graph> _graphs = new(StringComparer.Ordinal);

    /// <summary>Answers a question. Whatever is wrong with it is an error of the answer; its <c>id</c> is told as far as it can be read.</summary>
    /// <param name="line">A line of JSON.</param>
    /// <returns>A line of JSON, without a line break.</returns>
    public async Task<string> AnswerAsync(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        JsonElement id = default;
        try
        {
            using var document = JsonDocument.Parse(line, Json);
            var question = document.RootElement;
            if (question.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("A question must be a JSON object.");
            }

            id = question.TryGetProperty("id", out var given) ? given.Clone() : default;
            return (await AnswerAsync(question)).ToJson(id);
        }
        catch (SchemaException exception)
        {
            return new Answer([.. exception.Errors.Select(ToError)]).ToJson(id);
        }
        catch (GraphQLException exception)
        {
            return new Answer([exception.Error]).ToJson(id);
        }
        catch (Exception exception)
        {
            return new Answer([new GraphQLError(exception is FormatException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}", ErrorCodes.BadRequest)]).ToJson(id);
        }
    }

    private async Task<Answer> AnswerAsync(JsonElement question)
    {
        var mode = Text(question, "mode");
        var query = Text(question, "query");
        switch (mode)
        {
            case "parse":
                Utf8Parser.Parse(query);
                return new Answer([]);
            case "print":
                return new Answer([]) { Text = Printer.Print(Utf8Parser.Parse(query)) };
            case "validate":
                var schema = GraphOf(Text(question, "sdl")).Schema;
                return new Answer(DocumentValidator.Validate(schema, Utf8Parser.Parse(query)));
            case "execute":
                return await ExecuteAsync(GraphOf(Text(question, "sdl")), query, question);
            case "incremental":
                return await ExecuteInPartsAsync(GraphOf(Text(question, "sdl")), query, question);
            default:
                throw new FormatException($"There is no mode \"{mode}\"; it is one of parse, validate, execute, incremental, print.");
        }
    }

    private static async Task<Answer> ExecuteAsync(Graph graph, string query, JsonElement question)
    {
        using var result = await graph.Executor.ExecuteAsync(Request(query, question, allowParts: false));
        using var body = JsonDocument.Parse(result.Body, Json);
        return new Answer(result.Errors) { Data = body.RootElement.TryGetProperty("data", out var data) ? data.Clone() : default };
    }

    private static async Task<Answer> ExecuteInPartsAsync(Graph graph, string query, JsonElement question)
    {
        using var result = await graph.Executor.ExecuteAsync(Request(query, question, allowParts: true));
        if (result.IsRequestError)
        {
            return new Answer(result.Errors);
        }

        var parts = new StringBuilder("[").Append(Encoding.UTF8.GetString(result.Body.Span));
        if (result is IncrementalResult incremental)
        {
            await using var _ = incremental;
            while (await incremental.NextAsync() is { } next)
            {
                using (next)
                {
                    parts.Append(',').Append(Encoding.UTF8.GetString(next.Body.Span));
                }
            }
        }

        using var body = JsonDocument.Parse(parts.Append(']').ToString(), Json);
        return new Answer([]) { Data = body.RootElement.Clone() };
    }

    private static GraphQLRequest Request(string query, JsonElement question, bool allowParts) => new()
    {
        Query = Encoding.UTF8.GetBytes(query),
        Variables = Property(question, "variables"),
        OperationName = Property(question, "operationName") is { } ? Text(question, "operationName") : null,
        AllowParts = allowParts,
        Configure = context => context.Set(new RootValue(Property(question, "rootValue") ?? default)),
    };

    private Graph GraphOf(string sdl)
    {
        if (!_graphs.TryGetValue(sdl, out var graph))
        {
            if (_graphs.Count == MostGraphs)
            {
                _graphs.Clear();
            }

            graph = new Graph(SchemaBuilder.Build([Utf8Parser.Parse(sdl, ParserLimits.Trusted)]));
            _graphs.Add(sdl, graph);
        }

        return graph;
    }

    private static string Text(JsonElement question, string name) => Property(question, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        null => throw new FormatException($"The question has no \"{name}\"."),
        _ => throw new FormatException($"\"{name}\" must be a string."),
    };

    /// <summary>A property; null where it is absent or null.</summary>
    private static JsonElement? Property(JsonElement question, string name)
        => question.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static GraphQLError ToError(SchemaError error)
        => new(error.Message, ErrorCodes.BadRequest) { Locations = [.. error.Places.Select(place => place.Location)] };

    private sealed class Graph(Schema schema)
    {
        public Schema Schema { get; } = schema;

        // Errors are not left out: they are what is compared.
        public GraphQLExecutor Executor { get; } = new(ExecutableSchema.Create(schema, RootValueResolvers.For(schema)), new GraphQLExecutorOptions { MaxErrors = int.MaxValue });
    }
}
