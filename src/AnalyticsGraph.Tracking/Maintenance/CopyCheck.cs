using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking.Dimensions;
using AnalyticsGraph.Tracking.Points;
using Npgsql;

namespace AnalyticsGraph.Tracking.Maintenance;

/// <summary>Holds ClickHouse's copies of entities against PostgreSQL.</summary>
internal sealed class CopyCheck(NpgsqlDataSource postgres, ClickHouseClient clickHouse, DimensionCopier copier)
{
    private const int EntitiesPerPage = 5000;

    // Their writers wait meanwhile.
    private const int EntitiesPerLock = 1000;

    /// <summary>The entities whose copy says something else, is missing, or is of nothing.</summary>
    public async IAsyncEnumerable<(Dimension Dimension, long Id, string Message)> FindAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        foreach (var dimension in Dimension.All)
        {
            for (long[] ids = []; (ids = await NextIdsAsync(connection, dimension, ids.Length == 0 ? long.MinValue : ids[^1], ct).ConfigureAwait(false)).Length > 0;)
            {
                foreach (var (id, message) in await CompareAsync(connection, dimension, ids, ct).ConfigureAwait(false))
                    yield return (dimension, id, message);
            }

            await foreach (var id in FindStrangersAsync(connection, dimension, ct).ConfigureAwait(false))
                yield return (dimension, id, "ClickHouse has a copy, PostgreSQL has no such record");
        }
    }

    /// <summary>Those of the entities whose copy still differs while nobody can change them, and when all changes are copied: what differs now does differ.</summary>
    /// <param name="dimension">What they are.</param>
    /// <param name="ids">The entities.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<List<(long Id, string Message)>> CompareLockedAsync(Dimension dimension, long[] ids, CancellationToken ct)
    {
        await using var connection = await postgres.OpenConnectionAsync(ct).ConfigureAwait(false);
        var faults = new List<(long, string)>();
        foreach (var some in ids.Order().Chunk(EntitiesPerLock))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await LockAsync(connection, dimension, some, ct).ConfigureAwait(false);
            await copier.CopyAsync(ct).ConfigureAwait(false);
            faults.AddRange(await CompareAsync(connection, dimension, some, ct).ConfigureAwait(false));
        }

        return faults;
    }

    // Whoever changes a run holds its counter, and takes that before the run.
    private static async Task LockAsync(NpgsqlConnection connection, Dimension dimension, long[] ids, CancellationToken ct)
    {
        if (dimension.Kind == "run")
        {
            await RunCounterRows.LockAsync(connection, ids, ct).ConfigureAwait(false);
            return;
        }

        await using var take = new NpgsqlCommand($"SELECT 1 FROM {dimension.Kind} WHERE id = ANY ($1) ORDER BY id FOR SHARE", connection) { Parameters = { new() { Value = ids } } };
        await take.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private async Task<List<(long Id, string Message)>> CompareAsync(NpgsqlConnection connection, Dimension dimension, long[] ids, CancellationToken ct)
    {
        using var truth = await ReadTruthAsync(connection, dimension, ids, ct).ConfigureAwait(false);
        var columns = string.Join(", ", dimension.Columns.Select(column => column.Name));
        var copies = new Dictionary<long, string[]>();
        await using (var result = await clickHouse.QueryAsync(
            new ClickHouseQuery($$"""SELECT {{columns}} FROM {{dimension.Table}} FINAL WHERE deleted = 0 AND id IN {ids:Array(Int64)}""").With("ids", "Array(Int64)", ids), ct).ConfigureAwait(false))
        {
            await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
            {
                using (block)
                {
                    for (var row = 0; row < block.RowCount; row++)
                        copies.Add(block.Column<long>("id")[row], Texts(block, dimension, row));
                }
            }
        }

        var faults = new List<(long, string)>();
        for (var row = 0; row < truth.RowCount; row++)
        {
            var id = truth.Column<long>("id")[row];
            var isGone = truth.Column<byte>("deleted")[row] == 1;
            copies.TryGetValue(id, out var copy);
            if (isGone || copy is null)
            {
                if (isGone != copy is null)
                    faults.Add((id, isGone ? "ClickHouse has a copy, PostgreSQL has no such record" : "ClickHouse has no copy"));
                continue;
            }

            var said = Texts(truth, dimension, row);
            var different = Enumerable.Range(0, said.Length).Where(i => said[i] != copy[i]).Select(i => $"{dimension.Columns[i].Name} is {copy[i]} instead of {said[i]}").ToArray();
            if (different.Length > 0)
                faults.Add((id, string.Join("; ", different)));
        }

        return faults;
    }

    /// <summary>The entities as ClickHouse would hold them: rounded as its types round, and missing texts as its columns have them.</summary>
    private static async Task<Block> ReadTruthAsync(NpgsqlConnection connection, Dimension dimension, long[] ids, CancellationToken ct)
    {
        using var read = await dimension.ReadAsync(connection, ids, 0, ct).ConfigureAwait(false);
        var native = new ArrayBufferWriter<byte>();
        read.Encode(native);
        return Block.Decode(native.WrittenSpan);
    }

    private static async Task<long[]> NextIdsAsync(NpgsqlConnection connection, Dimension dimension, long after, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"SELECT id FROM {dimension.Kind} WHERE id > $1 ORDER BY id LIMIT {EntitiesPerPage}", connection) { Parameters = { new() { Value = after } } };
        await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        var ids = new List<long>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            ids.Add(reader.GetInt64(0));
        return [.. ids];
    }

    private async IAsyncEnumerable<long> FindStrangersAsync(NpgsqlConnection connection, Dimension dimension, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var result = await clickHouse.QueryAsync(new ClickHouseQuery($"SELECT id FROM {dimension.Table} FINAL WHERE deleted = 0"), ct).ConfigureAwait(false);
        await foreach (var block in result.ReadBlocksAsync(ct).ConfigureAwait(false))
        {
            long[] ids;
            using (block)
                ids = block.Column<long>("id").ToArray();
            await using var command = new NpgsqlCommand($"SELECT id FROM unnest($1) AS copy (id) WHERE NOT EXISTS (SELECT FROM {dimension.Kind} t WHERE t.id = copy.id)", connection)
            {
                Parameters = { new() { Value = ids } },
            };
            await using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                yield return reader.GetInt64(0);
        }
    }

    private static string[] Texts(Block block, Dimension dimension, int row) => [.. dimension.Columns.Select(column => Text(block.Column(column.Name).GetValue(row)))];

    private static string Text(object? value) => value switch
    {
        null => "missing",
        string text => $"'{text}'",
        KeyValuePair<object, object?>[] map => $"{{{string.Join(", ", map.Select(pair => $"{Text(pair.Key)}: {Text(pair.Value)}").Order(StringComparer.Ordinal))}}}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable => throw new InvalidOperationException($"A copy has a column of {value.GetType()}, which cannot be compared."),
        _ => value.ToString()!,
    };
}
