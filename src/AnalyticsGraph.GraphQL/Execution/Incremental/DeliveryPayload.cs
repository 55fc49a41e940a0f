using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>What one message of the response tells: which parts are to come, what came of them, and which are complete.</summary>
internal sealed class DeliveryPayload(DeliveryIds ids)
{
    private readonly List<DeliveredPart> _pending = [];
    private readonly List<Incremental> _incremental = [];
    private readonly List<(DeliveredPart Part, ImmutableArray<GraphQLError> Errors)> _completed = [];

    public bool IsEmpty => _pending.Count == 0 && _incremental.Count == 0 && _completed.Count == 0;

    /// <summary>All errors told.</summary>
    public ImmutableArray<GraphQLError> Errors => [.. _incremental.SelectMany(part => part.Errors), .. _completed.SelectMany(part => part.Errors)];

    /// <summary>What a client knows that never sees this message.</summary>
    /// <param name="open">What is open after it.</param>
    public IEnumerable<DeliveredPart> KnownBefore(IEnumerable<DeliveredPart> open) => _completed.Select(completed => completed.Part).Concat(open).Except(_pending);

    public void Announce(DeliveredPart part)
    {
        part.Id = ids.Next();
        _pending.Add(part);
    }

    /// <summary>The fields of a fragment, told by the innermost of the fragments that have them, so that their path is short.</summary>
    public void Deliver(DeferredFragment fragment, DeferredTask task)
    {
        var best = fragment;
        foreach (var other in task.Fragments)
        {
            if (other is { IsOpen: true, IsReleased: true } && other.Path.Length > best.Path.Length)
            {
                best = other;
            }
        }

        _incremental.Add(new Incremental(best.Id!, task.Path[best.Path.Length..], "data", task.Data!, task.Errors));
    }

    /// <summary>Items of a list: a JSON list.</summary>
    public void Deliver(StreamedRest stream, byte[] items, ImmutableArray<GraphQLError> errors) => _incremental.Add(new Incremental(stream.Id!, [], "items", items, errors));

    public void Complete(DeliveredPart part, ImmutableArray<GraphQLError> errors) => _completed.Add((part, errors));

    /// <summary>Writes the members of the message, a comma before each, and <c>hasNext</c>.</summary>
    public void Write(ResponseWriter writer, bool hasNext)
    {
        writer.WriteRaw(hasNext ? "\"hasNext\":true"u8 : "\"hasNext\":false"u8);
        WriteList(writer, "pending", _pending, part =>
        {
            writer.WriteRaw("{\"id\":"u8);
            writer.WriteString(part.Id);
            writer.WriteRaw(",\"path\":"u8);
            ErrorWriter.WriteValue(writer, part.Path);
            if (part.Label is not null)
            {
                writer.WriteRaw(",\"label\":"u8);
                writer.WriteString(part.Label);
            }
        });
        WriteList(writer, "incremental", _incremental, part =>
        {
            writer.WriteRaw("{\"id\":"u8);
            writer.WriteString(part.Id);
            if (part.SubPath.Length > 0)
            {
                writer.WriteRaw(",\"subPath\":"u8);
                ErrorWriter.WriteValue(writer, part.SubPath);
            }

            WriteErrors(writer, part.Errors);
            writer.WriteByte((byte)',');
            writer.WriteString(part.Kind);
            writer.WriteByte((byte)':');
            writer.WriteRaw(part.Json);
        });
        WriteList(writer, "completed", _completed, completed =>
        {
            writer.WriteRaw("{\"id\":"u8);
            writer.WriteString(completed.Part.Id);
            WriteErrors(writer, completed.Errors);
        });
    }

    private static void WriteErrors(ResponseWriter writer, ImmutableArray<GraphQLError> errors)
    {
        if (!errors.IsEmpty)
        {
            writer.WriteRaw(",\"errors\":"u8);
            ErrorWriter.Write(writer, errors);
        }
    }

    private static void WriteList<T>(ResponseWriter writer, string name, List<T> parts, Action<T> write)
    {
        if (parts.Count == 0)
        {
            return;
        }

        writer.WriteByte((byte)',');
        writer.WriteString(name);
        writer.WriteRaw(":["u8);
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0)
            {
                writer.WriteByte((byte)',');
            }

            write(parts[i]);
            writer.WriteByte((byte)'}');
        }

        writer.WriteByte((byte)']');
    }

    private sealed record Incremental(string Id, object[] SubPath, string Kind, byte[] Json, ImmutableArray<GraphQLError> Errors);
}
