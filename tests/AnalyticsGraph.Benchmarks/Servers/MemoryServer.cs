using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Http;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>A graph over rows in memory, and beside it what one would write by hand for the same answers.</summary>
internal static class MemoryServer
{
    /// <summary>The list that is asked for.</summary>
    public const string ListQuery = "{ runs { id name user status startTime endTime steps loss isBest params { key value } } }";

    private const string Sdl =
        """
        type Query { runs: [Run!]! }
        enum Status { RUNNING FINISHED FAILED }
        scalar DateTime
        scalar Long
        type Param { key: String! value: String! }
        type Run {
          id: ID! name: String! user: String status: Status! startTime: DateTime endTime: DateTime steps: Long! loss: Float! isBest: Boolean! params: [Param!]!
        }
        """;

    private static readonly string[] StatusNames = ["RUNNING", "FINISHED", "FAILED"];

    public static Task RunAsync()
    {
        var runs = MemoryRun.Make();
        var bindings = new SchemaBindings()
            .Bind("Query", "runs", FieldResolver.FromRequest(_ => new ValueTask<MemoryRun[]>(runs)))
            .BindType<MemoryRun>("Run")
            .BindType<MemoryParam>("Param");
        var executor = new GraphQLExecutor(ExecutableSchema.Create(SchemaBuilder.Build([Utf8Parser.Parse(Sdl)]), bindings));
        var typenameLength = Measure(WriteTypename);
        var listLength = Measure(writer => WriteList(writer, runs));
        return ChildHost.RunAsync(app =>
        {
            app.MapGraphQL("/graphql", executor);
            app.Map("/bare/typename", http => AnswerAsync(http, typenameLength, WriteTypename));
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
}
