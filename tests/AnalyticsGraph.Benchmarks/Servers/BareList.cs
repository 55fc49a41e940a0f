using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace AnalyticsGraph.Benchmarks.Servers;

/// <summary>
/// What one would write by hand for the list from PostgreSQL: the very statements that the mapping sends, with the values they had, in one batch, prepared on its second use
/// as the server's are; rows into objects, objects into JSON. It does less than it could in earnest: it knows the keys of each level before it has read the level above.
/// </summary>
internal sealed class BareList(NpgsqlDataSource source, CapturedStatements statements)
{
    /// <summary>The list that is asked for.</summary>
    public const string Query =
        $$"""{ experiment(name: "{{SampleData.ListExperiment}}") { runs(first: 50) { nodes { id uuid name user status lifecycleStage startTime endTime updateTime artifactUri params { key value } } } } }""";

    private const int Rows = 50;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _threadBody;

    public async Task AnswerAsync(HttpContext http)
    {
        await BareRequest.ReadAsync(http);
        var runs = await ReadAsync(http.RequestAborted);
        var body = _threadBody ??= new ArrayBufferWriter<byte>(32 * 1024);
        body.ResetWrittenCount();
        var writer = BareRequest.WriterTo(body);
        Write(writer, runs);
        writer.Flush();
        http.Response.ContentType = BareRequest.ContentType;
        http.Response.ContentLength = body.WrittenCount;
        http.Response.BodyWriter.Write(body.WrittenSpan);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private async Task<List<Run>> ReadAsync(CancellationToken cancellation)
    {
        await using var batch = source.CreateBatch();
        foreach (var (sql, parameters) in statements.Commands)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var parameter in parameters)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = parameter.Value, NpgsqlDbType = parameter.NpgsqlDbType });
            }

            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        var runs = new List<Run>(Rows);
        while (await reader.ReadAsync(cancellation))
        {
            // One row more comes, by which the mapping knows whether there is a next page.
            if (runs.Count < Rows)
            {
                runs.Add(ReadRun(reader));
            }
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            runs[(int)reader.GetInt64(3) - 1].Params.Add(new Param(reader.GetString(1), reader.GetString(2)));
        }

        return runs;
    }

    private static Run ReadRun(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        reader.GetString(1),
        Text(reader, 2),
        Text(reader, 3),
        reader.GetString(4),
        reader.GetString(5),
        Time(reader, 6),
        Time(reader, 7),
        Time(reader, 8),
        Text(reader, 9),
        new List<Param>(5));

    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    private static DateTime? Time(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDateTime(ordinal);

    private static void Write(Utf8JsonWriter writer, List<Run> runs)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("data"u8);
        writer.WriteStartObject("experiment"u8);
        writer.WriteStartObject("runs"u8);
        writer.WriteStartArray("nodes"u8);
        foreach (var run in runs)
        {
            Write(writer, run);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Run run)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, Convert.ToBase64String(Encoding.UTF8.GetBytes($"Run:{run.Id}")));
        writer.WriteString("uuid"u8, run.Uuid);
        writer.WriteString("name"u8, run.Name);
        writer.WriteString("user"u8, run.User);
        writer.WriteString("status"u8, run.Status);
        writer.WriteString("lifecycleStage"u8, run.LifecycleStage);
        Write(writer, "startTime"u8, run.StartTime);
        Write(writer, "endTime"u8, run.EndTime);
        Write(writer, "updateTime"u8, run.UpdateTime);
        writer.WriteString("artifactUri"u8, run.ArtifactUri);
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

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTime? time)
    {
        if (time is { } known)
        {
            writer.WriteString(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private sealed record Run(
        long Id, string Uuid, string? Name, string? User, string Status, string LifecycleStage, DateTime? StartTime, DateTime? EndTime, DateTime? UpdateTime, string? ArtifactUri, List<Param> Params);

    private sealed record Param(string Key, string Value);
}
