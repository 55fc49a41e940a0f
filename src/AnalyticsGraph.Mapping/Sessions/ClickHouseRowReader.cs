using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Copies blocks into typed columns. Rows of a nested list come by key; they are brought into the order of their parents' slots.</summary>
internal static class ClickHouseRowReader
{
    public static async Task<RowResult> ReadAsync(ClickHouseResult result, StoreQuestion question, CancellationToken cancellationToken)
    {
        var builders = question.Shapes.Select(shape => ClickHouseColumns.NewBuilder(shape, question.Expected)).ToArray();
        var limit = question.Parents is null && question.Limit >= 0 ? question.Limit : int.MaxValue;
        var count = 0;
        var hasMore = false;
        await foreach (var block in result.ReadBlocksAsync(cancellationToken).ConfigureAwait(false))
        {
            using (block)
            {
                var take = Math.Min(block.RowCount, limit - count);
                hasMore |= take < block.RowCount;
                for (var i = 0; i < builders.Length; i++)
                {
                    ClickHouseColumns.Append(builders[i], block.Columns[i], question.Shapes[i], take);
                }

                count += take;
                if (count > question.MaxRows)
                {
                    throw InputErrors.Limit($"The field reads more than {question.MaxRows} rows for all its parents together; read fewer with `first` or `where`.");
                }
            }
        }

        var values = Array.ConvertAll(builders, builder => builder.Build());
        return question.Parents is { } parents ? Group(values, count, parents, question.Limit)
            : new RowResult(values, count, question.Limit < 0 ? null : new RowGroups([0, count], hasMore ? [true] : null));
    }

    private static RowResult Group(RowValues[] values, int count, KeySet parents, int limit)
    {
        var keys = values.AsSpan(values.Length - parents.Columns.Length).ToArray();
        var slots = new int[count];
        var sizes = new int[parents.Count];
        bool[]? hasMore = null;
        for (var row = 0; row < count; row++)
        {
            var slot = parents.Find(keys, row);
            if (slot >= 0 && limit >= 0 && sizes[slot] == limit)
            {
                (hasMore ??= new bool[parents.Count])[slot] = true;
                slot = -1;
            }

            slots[row] = slot;
            if (slot >= 0)
            {
                sizes[slot]++;
            }
        }

        var offsets = new int[parents.Count + 1];
        for (var slot = 0; slot < sizes.Length; slot++)
        {
            offsets[slot + 1] = offsets[slot] + sizes[slot];
        }

        var rows = new int[offsets[^1]];
        var next = offsets.AsSpan(0, parents.Count).ToArray();
        for (var row = 0; row < count; row++)
        {
            if (slots[row] >= 0)
            {
                rows[next[slots[row]]++] = row;
            }
        }

        return new RowResult(Array.ConvertAll(values, column => Gather.Rows(column, rows)), rows.Length, new RowGroups(offsets, hasMore));
    }
}
