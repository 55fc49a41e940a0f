using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The next items of all lists of one field.</summary>
internal sealed class StreamedCohort : DeliveryCohort
{
    // So many objects are resolved, or so many scalars written, before they are sent.
    private const int MostObjects = 100;
    private const int MostScalars = 20_000;

    private readonly List<(StreamedRest Stream, int Count)> _parts = [];
    private readonly Column _items;

    public StreamedCohort(OperationRun run, IReadOnlyList<StreamedRest> streams)
        : base(run)
    {
        var most = streams[0].Lists.Items is LeafColumn ? MostScalars : MostObjects;
        var share = Math.Max(1, most / streams.Count);
        var rows = new List<int>();
        foreach (var stream in streams)
        {
            var count = Math.Min(share, stream.End - stream.Next);
            rows.AddRange(Enumerable.Range(stream.Next, count));
            _parts.Add((stream, count));
        }

        // The first items could be chosen, or nothing would stream.
        _items = ChosenRows.Of(streams[0].Lists.Items, [.. rows])!;
        run.Add(_items, streams[0].Field);
    }

    public bool Has(StreamedRest stream) => _parts.Exists(part => part.Stream == stream);

    public override void Deliver(DeliveryGraph graph, DeliveryPayload payload, GraphQLExecutorOptions options)
    {
        var row = 0;
        foreach (var (stream, count) in _parts)
        {
            Deliver(stream, row, count, graph, payload, options);
            row += count;
        }
    }

    private void Deliver(StreamedRest stream, int first, int count, DeliveryGraph graph, DeliveryPayload payload, GraphQLExecutorOptions options)
    {
        var (writer, errors, work) = BeginPart(options);
        using var _ = writer;
        writer.WriteByte((byte)'[');
        var itemType = ((ListType)stream.Field.Definition.Type.Nullable).ItemType;
        if (_items is LeafColumn { Errors: null } leaf && (!leaf.MayHaveNulls || itemType is not NonNullType))
        {
            leaf.WriteRange(first, first + count, writer);
            stream.Index += count;
            End();
            return;
        }

        for (var i = 0; i < count; i++)
        {
            var end = writer.Length;
            if (i > 0)
            {
                writer.WriteByte((byte)',');
            }

            var told = errors.Count;
            if (!Run.Writer.WriteItem(stream, _items, first + i))
            {
                // What was read before stays delivered; nothing comes after.
                writer.Truncate(end);
                work.Truncate(end);
                var all = errors.ToImmutable();
                Send(i, all[..told]);
                graph.Finish(stream, all[told..], payload);
                return;
            }

            stream.Index++;
        }

        End();

        void End()
        {
            stream.Next += count;
            Send(count, errors.ToImmutable());
            if (stream.IsAtEnd)
            {
                graph.Finish(stream, [], payload);
            }
        }

        void Send(int sent, ImmutableArray<GraphQLError> sentErrors)
        {
            if (sent > 0)
            {
                writer.WriteByte((byte)']');
                payload.Deliver(stream, writer.Written.ToArray(), sentErrors);
                graph.Begin(work, payload);
            }
        }
    }
}
