using System.Text.Unicode;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Rows as blocks of ClickHouse: a body in Native format, or what ClickHouse has read of another one.</summary>
internal sealed class BlockRowReader(IAsyncEnumerable<Block> blocks) : RowReader
{
    private IAsyncEnumerator<Block>? _blocks;
    private Block? _block;
    private int _at;

    public override async Task<bool> ReadAsync(RowChunk chunk, CancellationToken ct)
    {
        _blocks ??= blocks.GetAsyncEnumerator(ct);
        while (!chunk.IsFull)
        {
            if (_block is null || _at == _block.RowCount)
            {
                _block?.Dispose();
                _block = null;
                if (!await _blocks.MoveNextAsync().ConfigureAwait(false))
                    return false;
                (_block, _at) = (_blocks.Current, 0);
            }

            var rows = Math.Min(chunk.Room, _block.RowCount - _at);
            Copy(chunk, _block, _at, rows);
            _at += rows;
        }

        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        _block?.Dispose();
        if (_blocks is not null)
            await _blocks.DisposeAsync().ConfigureAwait(false);
    }

    private static void Copy(RowChunk chunk, Block block, int from, int rows)
    {
        chunk.BeginMany(rows);
        var seen = 0UL;
        IngestException? first = null;
        foreach (var column in block.Columns)
        {
            var place = chunk.Stream.Find(System.Text.Encoding.UTF8.GetBytes(column.Name), 0);
            if (place < 0)
                throw new IngestException(ErrorCodes.BadUserInput, $"There is no column '{InputRules.Shortened(column.Name)}'; known are {string.Join(", ", chunk.Stream.ColumnNames)}.");
            if ((seen & (1UL << place)) != 0)
                throw new IngestException(ErrorCodes.BadUserInput, $"The column '{column.Name}' stands twice.") { Column = column.Name };
            seen |= 1UL << place;
            try
            {
                Copy(chunk, place, column, from, rows);
            }
            catch (IngestException wrong) when (wrong.Row is { } row)
            {
                // The first row that is wrong is told, so the other columns are looked at before this one.
                (first, rows) = (wrong, (int)(row - chunk.RowsBefore - chunk.Present) - 1);
            }
        }

        chunk.EndMany(rows);
        if (first is not null)
            throw first;
    }

    private static void Copy(RowChunk chunk, int place, ClickHouseColumn column, int from, int rows)
    {
        var (kind, to) = (chunk.Stream.Columns[place].Kind, chunk.Present - from);
        switch (kind)
        {
            case ColumnKind.Text or ColumnKind.Json when column is ClickHouseStringColumn texts:
                for (var row = from; row < from + rows; row++)
                {
                    if (column.IsNull(row))
                        continue;
                    if (kind == ColumnKind.Json && texts.Utf8(row) is { Length: > 0 } document && !IngestValues.IsObject(document))
                        throw chunk.Wrong(to + row, chunk.Stream.Columns[place].Name, "It must be a JSON object.");
                    chunk.Set(to + row, place, texts.Utf8(row));
                }

                return;
            case ColumnKind.Whole when Whole(column) is { } whole:
                for (var row = from; row < from + rows; row++)
                {
                    if (column.IsNull(row))
                        continue;
                    if (column is ClickHouseColumn<ulong> wide && wide[row] > long.MaxValue)
                        throw chunk.Wrong(to + row, chunk.Stream.Columns[place].Name, $"It is {wide[row]}; the most is {long.MaxValue}.");
                    chunk.Set(to + row, place, whole(row));
                }

                return;
            case ColumnKind.Number when Number(column) is { } number:
                for (var row = from; row < from + rows; row++)
                {
                    if (!column.IsNull(row))
                        chunk.Set(to + row, place, number(row));
                }

                return;
            case ColumnKind.Time when column is ClickHouseStringColumn moments:
                for (var row = from; row < from + rows; row++)
                {
                    if (column.IsNull(row))
                        continue;
                    chunk.Set(to + row, place, IngestValues.TryTime(moments.Utf8(row), out var moment)
                        ? moment
                        : throw chunk.Wrong(to + row, chunk.Stream.Columns[place].Name, $"It must be {IngestValues.ExpectedTime}, not {InputRules.Shortened(moments[row])}."));
                }

                return;
            case ColumnKind.Time when Microseconds(column) is { } time:
                for (var row = from; row < from + rows; row++)
                {
                    if (!column.IsNull(row))
                        chunk.Set(to + row, place, time(row));
                }

                return;
            case ColumnKind.Numbers when column is ClickHouseMapColumn<string, double> maps:
                CopyEntries(chunk, place, maps.Keys, maps.Items, maps.Offsets[from..(from + rows + 1)], (entries, name, at) => entries.Add(name, maps.Items[at]));
                return;
            case ColumnKind.Texts when column is ClickHouseMapColumn<string, string> maps:
                CopyEntries(chunk, place, maps.Keys, maps.Items, maps.Offsets[from..(from + rows + 1)], (entries, name, at) => entries.Add(name, maps.Items[at]));
                return;
        }

        throw new IngestException(ErrorCodes.BadUserInput, $"The column {column.Name} is of the type {column.Type}, which does not fit {chunk.Stream.Columns[place].Type}.") { Column = column.Name };
    }

    private static void CopyEntries(RowChunk chunk, int place, ClickHouseColumn<string> keys, ClickHouseColumn items, ReadOnlySpan<int> offsets, Action<EntryColumn, int, int> add)
    {
        var (entries, names, texts) = (chunk.Entries(place), (ClickHouseStringColumn)keys, items as ClickHouseStringColumn);
        for (var row = 0; row + 1 < offsets.Length; row++)
        {
            for (var at = offsets[row]; at < offsets[row + 1]; at++)
            {
                if (items.IsNull(at))
                    continue;
                if (texts is not null && !Utf8.IsValid(texts.Utf8(at)))
                    throw chunk.NoText(chunk.Present + row, place);
                add(entries, chunk.NameOf(chunk.Present + row, place, names.Utf8(at)), at);
            }

            entries.End();
        }
    }

    private static Func<int, long>? Whole(ClickHouseColumn column) => column switch
    {
        ClickHouseColumn<long> c => row => c[row],
        ClickHouseColumn<int> c => row => c[row],
        ClickHouseColumn<short> c => row => c[row],
        ClickHouseColumn<sbyte> c => row => c[row],
        ClickHouseColumn<uint> c => row => c[row],
        ClickHouseColumn<ushort> c => row => c[row],
        ClickHouseColumn<byte> c => row => c[row],
        ClickHouseColumn<ulong> c => row => (long)Math.Min(c[row], long.MaxValue),
        _ => null,
    };

    private static Func<int, double>? Number(ClickHouseColumn column) => column switch
    {
        ClickHouseColumn<double> c => row => c[row],
        ClickHouseColumn<float> c => row => c[row],
        ClickHouseColumn<ulong> c => row => c[row],
        _ => Whole(column) is { } whole ? row => whole(row) : null,
    };

    private static Func<int, long>? Microseconds(ClickHouseColumn column) => column switch
    {
        ClickHouseColumn<DateTime> c => row => Microseconds(c, row),
        ClickHouseColumn<DateOnly> c => row => (c[row].ToDateTime(TimeOnly.MinValue) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
        _ => Whole(column) is { } whole ? row => IngestValues.TryMilliseconds(whole(row), out var microseconds) ? microseconds : long.MaxValue : null,
    };

    // What .NET has no time for is beyond what the graph has, which is told with its row.
    private static long Microseconds(ClickHouseColumn<DateTime> column, int row)
    {
        try
        {
            return (column[row] - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        }
        catch (Exception beyond) when (beyond is OverflowException or ArgumentOutOfRangeException)
        {
            return long.MaxValue;
        }
    }
}
