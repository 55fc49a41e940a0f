using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Cost;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>
/// Says what the engine makes of a document, so that it can be compared with another implementation. A question is a line of JSON,
/// <c>{id, sdl, query, variables?, operationName?, rootValue?, mode}</c>; the answer is one, too: <c>{id, ok, errors: [{message, locations: [[line, column]], path}], data, text}</c>.
/// Modes: <c>parse</c> and <c>print</c> (<c>text</c> is the printed document, or the printed schema of <c>sdl</c> if there is no <c>query</c>) read <c>query</c> alone; <c>validate</c> and
/// <c>execute</c> read <c>sdl</c> as well. In execution, fields resolve from the properties of <c>rootValue</c> by name, and <c>__typename</c> decides of which type an object is where several
/// are possible; a subscription runs on <c>rootValue</c> as its one event. <c>incremental</c> executes with <c>@defer</c> and <c>@stream</c>; <c>data</c> then is the list of the response's
/// parts. Values are what JSON.parse makes of them: numbers are doubles. No limits hold but one: documents may nest 500 levels deep, values 1,000.
/// </summary>
public sealed class Oracle
{
    private const int MostGraphs = 100;

    private static readonly ParserLimits Limits = ParserLimits.Trusted with { MaxDepth = ParserLimits.LargestDepth };

    private static readonly ValidationOptions Validation = new() { MaxSteps = int.MaxValue };

    // What is compared is what the language says, not what a server takes.
    private static readonly GraphQLExecutorOptions Options = new()
    {
        ParserLimits = Limits,
        Validation = Validation,
        MaxErrors = int.MaxValue,
        MaxDepth = int.MaxValue,
        MaxPlannedFields = int.MaxValue,
        Timeout = Timeout.InfiniteTimeSpan,
        Cost = new CostOptions { MaxFieldCost = double.MaxValue, MaxTypeCost = double.MaxValue },
    };

    private readonly Dictionary<string, Graph> _graphs = new(StringComparer.Ordinal);

    /// <summary>Answers a question. Whatever is wrong with it is an error of the answer; its <c>id</c> is told as far as it can be read.</summary>
    /// <param name="line">A line of JSON.</param>
    /// <returns>A line of JSON, without a line break.</returns>
    public async Task<string> AnswerAsync(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        string? id = null;
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = JavaScriptJson.MaxDepth });
            var question = document.RootElement;
            if (question.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("A question must be a JSON object.");
            }

            id = question.TryGetProperty("id", out var given) ? given.GetRawText() : null;
            return (await AnswerAsync(JavaScriptJson.Reread(question))).ToJson(id);
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
        switch (mode)
        {
            case "print" when Property(question, "query") is null:
                return new Answer([]) { Text = SchemaPrinter.Print(GraphOf(question).Schema) };
            case "print":
                return new Answer([]) { Text = Printer.Print(Document(question)) };
            case "parse":
                Document(question);
                return new Answer([]);
            case "validate":
                var schema = GraphOf(question).Schema;
                return new Answer(DocumentValidator.Validate(schema, Document(question), Validation));
            case "execute":
                return await ExecuteAsync(GraphOf(question), question);
            case "incremental":
                return await ExecuteInPartsAsync(GraphOf(question), question);
            default:
                throw new FormatException($"There is no mode \"{mode}\"; it is one of parse, validate, execute, incremental, print.");
        }
    }

    private static async Task<Answer> ExecuteAsync(Graph graph, JsonElement question)
    {
        // A subscription runs, too: on the root value, as if it were an event.
        await using var responses = await graph.Executor.SubscribeAsync(Request(question, allowParts: false));
        using var result = (await responses.ReadAsync())!;
        return new Answer(result.Errors) { Data = JavaScriptJson.Parse(Encoding.UTF8.GetString(result.Body.Span)).TryGetProperty("data", out var data) ? data : default };
    }

    private static async Task<Answer> ExecuteInPartsAsync(Graph graph, JsonElement question)
    {
        using var result = await graph.Executor.ExecuteAsync(Request(question, allowParts: true));
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

        return new Answer([]) { Data = JavaScriptJson.Parse(parts.Append(']').ToString()) };
    }

    private static GraphQLRequest Request(JsonElement question, bool allowParts) => new()
    {
        Query = Encoding.UTF8.GetBytes(Text(question, "query")),
        Variables = Property(question, "variables"),
        OperationName = Property(question, "operationName") is { } ? Text(question, "operationName") : null,
        AllowParts = allowParts,
        Configure = context => context.Set(new RootValue(Property(question, "rootValue") ?? default)),
    };

    private static DocumentNode Document(JsonElement question) => Utf8Parser.Parse(Text(question, "query"), Limits);

    private Graph GraphOf(JsonElement question)
    {
        var sdl = Text(question, "sdl");
        if (!_graphs.TryGetValue(sdl, out var graph))
        {
            if (_graphs.Count == MostGraphs)
            {
                _graphs.Clear();
            }

            graph = new Graph(SchemaBuilder.Build([Utf8Parser.Parse(sdl, Limits)]));
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

        public GraphQLExecutor Executor { get; } = new(ExecutableSchema.Create(schema, RootValueResolvers.For(schema)), Options);
    }
}
