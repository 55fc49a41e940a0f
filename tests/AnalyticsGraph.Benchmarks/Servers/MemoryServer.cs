using System.Text.Json;
using System.Text.RegularExpressions;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>A graph over rows in memory, and beside it what one would write by hand for the same answers.</summary>
internal static partial class MemoryServer
{
    /// <summary>The list that is asked for.</summary>
    public const string ListQuery = "{ runs { id name user status startTime endTime steps loss isBest params { key value } } }";

    /// <summary>A field that is looked up for all rows at once, and not at hand.</summary>
    public const string OwnersQuery = "{ runs { owner { name } } }";

    /// <summary>A document of its own for each request.</summary>
    public const string NewQuery = $"query Q{Load.Number} {{ run {{ id name status loss isBest }} }}";

    private const string Filter = """{ and: [{ name: { eq: "bright-swan-7" } }, { steps: { gte: 0, lt: 1000000 } }, { or: [{ user: { eq: "ada" } }, { user: { eq: "eve" } }] }] }""";

    private const string Sdl =
        """
        type Query { runs: [Run!]! run: Run! find(where: RunFilter): Run! }
        input RunFilter { and: [RunFilter!] or: [RunFilter!] name: TextFilter user: TextFilter steps: LongFilter }
        input TextFilter { eq: String in: [String!] }
        input LongFilter { gte: Long lt: Long }
        type Owner { name: String! }
        enum Status { RUNNING FINISHED FAILED }
        scalar DateTime
        scalar Long
        type Param { key: String! value: String! }
        type Run {
          id: ID! name: String! user: String status: Status! startTime: DateTime endTime: DateTime steps: Long! loss: Float! isBest: Boolean! params: [Param!]! owner: Owner!
        }
        """;

    private static readonly string[] StatusNames = ["RUNNING", "FINISHED", "FAILED"];

    /// <summary>A request with its filter in the document.</summary>
    public static string FilterInline { get; } = JsonSerializer.Serialize(new { query = $"{{ find(where: {Filter}) {{ id }} }}" });

    /// <summary>The same request with its filter as a variable.</summary>
    public static string FilterAsVariable { get; } = JsonSerializer.Serialize(new
    {
        query = "query($where: RunFilter) { find(where: $where) { id } }",
        variables = new { where = JsonSerializer.Deserialize<JsonElement>(FilterNames().Replace(Filter, "\"$1\":")) },
    });

    /// <summary>The graph over rows.</summary>
    public static GraphQLExecutor MakeExecutor(MemoryRun[] runs) => new(MakeSchema(runs));

    /// <summary>The schema over rows.</summary>
    public static ExecutableSchema MakeSchema(MemoryRun[] runs)
    {
        var bindings = new SchemaBindings()
            .Bind("Query", "runs", FieldResolver.FromRequest(_ => new ValueTask<MemoryRun[]>(runs)))
            .Bind("Query", "run", FieldResolver.FromRequest(_ => new ValueTask<MemoryRun>(runs[7])))
            .Bind("Query", "find", FieldResolver.FromRequest(context => new ValueTask<MemoryRun>(context.Arguments.Get<ArgumentValues>("where") is null ? runs[0] : runs[7])))
            .Bind("Run", "owner", FieldResolver.FromBatch(OwnersAsync))
            .BindType<MemoryOwner>("Owner")
            .BindType<MemoryRun>("Run")
            .BindType<MemoryParam>("Param");
        return ExecutableSchema.Create(SchemaBuilder.Build([Utf8Parser.Parse(Sdl)]), bindings);
    }

    public static Task RunAsync()
    {
        var runs = MemoryRun.Make();
        var executor = MakeExecutor(runs);
        var typenameLength = Measure(WriteTypename);
        var listLength = Measure(writer => WriteList(writer, runs));
        var ownersLength = Measure(writer => WriteOwners(writer, runs, MemoryOwner.All));
        var runLength = Measure(writer => WriteRun(writer, runs[7]));
        return ChildHost.RunAsync(app =>
        {
            app.MapGraphQL("/graphql", executor);
            app.Map("/bare/typename", http => AnswerAsync(http, typenameLength, WriteTypename));
            app.Map("/bare/owners", async http =>
            {
                // What is looked up is not at hand here either.
                await Task.Yield();
                await AnswerAsync(http, ownersLength, writer => WriteOwners(writer, runs, MemoryOwner.All));
            });
            app.Map("/bare/run", http => AnswerAsync(http, runLength, writer => WriteRun(writer, runs[7])));
            app.Map("/bare/list", http => AnswerAsync(http, listLength, writer => WriteList(writer, runs)));
        });
    }

    private static async Task AnswerAsync(HttpContext http, long length, Action<Utf8JsonWriter> write)
    {
        await BareRequest.ReadAsync(http);
        http.Response.ContentType = BareRequest.ContentType;
        http.Response.ContentLength = length;
        Write(http.Response, write);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private static void Write(HttpResponse response, Action<Utf8JsonWriter> write)
    {
        var writer = BareRequest.WriterTo(response.BodyWriter);
        write(writer);
        writer.Flush();
    }

    private static void WriteTypename(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("data"u8);
        writer.WriteString("__typename"u8, "Query"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static async ValueTask<Column> OwnersAsync(ObjectBatch parents, StepContext context)
    {
        await Task.Yield();
        var type = (ObjectType)context.Request.Schema.Types["Owner"];
        var owners = new MemoryOwner[parents.Count];
        var rows = (MemoryRun[])parents.Source;
        for (var i = 0; i < owners.Length; i++)
        {
            owners[i] = MemoryOwner.All[rows[i].Id];
        }

        return new ObjectColumn(ObjectBatch.Of(type, owners));
    }

    private static void WriteOwners(Utf8JsonWriter writer, MemoryRun[] runs, Dictionary<string, MemoryOwner> owners)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("data"u8);
        writer.WriteStartArray("runs"u8);
        foreach (var run in runs)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("owner"u8);
            writer.WriteString("name"u8, owners[run.Id].Name);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter writer, MemoryRun run)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("data"u8);
        writer.WriteStartObject("run"u8);
        writer.WriteString("id"u8, run.Id);
        writer.WriteString("name"u8, run.Name);
        writer.WriteString("status"u8, StatusNames[(int)run.Status]);
        writer.WriteNumber("loss"u8, run.Loss);
        writer.WriteBoolean("isBest"u8, run.IsBest);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, MemoryRun[] runs)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("data"u8);
        writer.WriteStartArray("runs"u8);
        foreach (var run in runs)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, run.Id);
            writer.WriteString("name"u8, run.Name);
            writer.WriteString("user"u8, run.User);
            writer.WriteString("status"u8, StatusNames[(int)run.Status]);
            writer.WriteString("startTime"u8, run.StartTime.UtcDateTime);
            if (run.EndTime is { } end)
            {
                writer.WriteString("endTime"u8, end.UtcDateTime);
            }
            else
            {
                writer.WriteNull("endTime"u8);
            }

            writer.WriteNumber("steps"u8, run.Steps);
            writer.WriteNumber("loss"u8, run.Loss);
            writer.WriteBoolean("isBest"u8, run.IsBest);
            writer.WriteStartArray("params"u8);
            foreach (var param in run.Params)
            {
                writer.WriteStartObject();
                writer.WriteString("key"u8, param.Key);
                writer.WriteString("value"u8, param.Value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static long Measure(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new Utf8JsonWriter(stream);
        write(writer);
        writer.Flush();
        return stream.Length;
    }

    [GeneratedRegex(@"(\w+):")]
    private static partial Regex FilterNames();
}
