namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Some rows of a column as a column: parts of lists that are delivered one after another.</summary>
internal static class ChosenRows
{
    /// <summary>The rows as a column of their own, whose objects nobody has resolved.</summary>
    /// <returns>Null if objects among them cannot be divided.</returns>
    public static Column? Of(Column column, int[] rows) => column switch
    {
        ObjectColumn objects => Objects(objects, rows)?.WithErrors(Errors(column, rows)),
        AbstractColumn objects => Objects(objects, rows)?.WithErrors(Errors(column, rows)),
        ListColumn lists => Lists(lists, rows)?.WithErrors(Errors(column, rows)),
        _ => new Leaves((LeafColumn)column, rows).WithErrors(Errors(column, rows)),
    };

    private static Dictionary<int, Errors.GraphQLError>? Errors(Column column, int[] rows)
    {
        if (column.Errors is null)
        {
            return null;
        }

        var errors = new Dictionary<int, Errors.GraphQLError>();
        for (var i = 0; i < rows.Length; i++)
        {
            if (column.Errors.TryGetValue(rows[i], out var error))
            {
                errors.Add(i, error);
            }
        }

        return errors.Count == 0 ? null : errors;
    }

    private static ObjectColumn? Objects(ObjectColumn column, int[] rows)
    {
        var parts = new ObjectParts(column.Objects);
        var places = Array.ConvertAll(rows, row => parts.Add(column.Rows is null ? row : column.Rows[row]));
        return parts.ToBatch() is { } batch ? new ObjectColumn(batch, places) : null;
    }

    private static AbstractColumn? Objects(AbstractColumn column, int[] rows)
    {
        var parts = Array.ConvertAll(column.Batches, batch => new ObjectParts(batch));
        var batchOf = Array.ConvertAll(rows, row => column.BatchOf[row]);
        var rowOf = Array.ConvertAll(rows, row => column.BatchOf[row] is >= 0 and var batch ? parts[batch].Add(column.RowOf[row]) : 0);
        var batches = Array.ConvertAll(parts, part => part.ToBatch()!);
        return Array.Exists(batches, batch => batch is null) ? null : new AbstractColumn(batches, batchOf, rowOf);
    }

    private static ListColumn? Lists(ListColumn column, int[] rows)
    {
        var offsets = new int[rows.Length + 1];
        var items = new List<int>();
        for (var i = 0; i < rows.Length; i++)
        {
            for (var item = column.Offsets[rows[i]]; item < column.Offsets[rows[i] + 1]; item++)
            {
                items.Add(item);
            }

            offsets[i + 1] = items.Count;
        }

        return Of(column.Items, [.. items]) is { } chosen ? new ListColumn(offsets, chosen, column.Nulls is { } nulls ? Array.ConvertAll(rows, row => nulls[row]) : null) : null;
    }

    /// <summary>The distinct objects among rows.</summary>
    private sealed class ObjectParts(ObjectBatch all)
    {
        private readonly OrderedDictionary<int, int> _places = [];

        public int Add(int row)
        {
            if (row >= 0)
            {
                _places.TryAdd(row, _places.Count, out var place);
                return place;
            }

            return -1;
        }

        public ObjectBatch? ToBatch() => all.Take([.. _places.Keys]);
    }

    private sealed class Leaves(LeafColumn all, int[] rows) : LeafColumn
    {
        public override int Count => rows.Length;

        public override bool MayHaveNulls => all.MayHaveNulls;

        public override bool IsNull(int row) => all.IsNull(rows[row]);

        public override void Write(int row, ResponseWriter writer) => all.Write(rows[row], writer);

        public override void WriteRange(int start, int end, ResponseWriter writer)
        {
            // Parts of lists are runs of neighbours, which long columns write faster than one by one.
            for (var next = start; next < end;)
            {
                var length = 1;
                while (next + length < end && rows[next + length] == rows[next] + length)
                {
                    length++;
                }

                if (next > start)
                {
                    writer.WriteByte((byte)',');
                }

                all.WriteRange(rows[next], rows[next] + length, writer);
                next += length;
            }
        }
    }
}
