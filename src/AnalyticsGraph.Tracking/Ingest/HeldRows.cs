using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Bodies in ClickHouse's own formats, and those that ClickHouse reads: it takes the body as a table of one request, and gives its rows back in blocks.</summary>
internal static partial class HeldRows
{
    private const int MemoryLimitExceeded = 241;

    /// <summary>A body in Native format.</summary>
    public static async IAsyncEnumerable<Block> NativeAsync(Stream body, IngestLimits limits, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var blocks = Block.ReadAllAsync(body, limits.MaxPieceBytes, ct).GetAsyncEnumerator(ct);
        for (var number = 1; ; number++)
        {
            try
            {
                if (!await blocks.MoveNextAsync().ConfigureAwait(false))
                    yield break;
            }
            catch (ClickHouseFormatException fault)
            {
                throw new IngestException(ErrorCodes.BadUserInput, $"Block {number} of the body: {fault.Message}", fault);
            }

            yield return blocks.Current;
        }
    }

    /// <summary>A body that ClickHouse reads, once it has come: a query of ClickHouse must not wait for a client.</summary>
    public static async IAsyncEnumerable<Block> ReadAsync(
        ClickHouseClient clickHouse, IngestRequest request, Stream body, IngestLimits limits, TemporarySpace space, SemaphoreSlim turns, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var kept = HeldBody.Create(space);
        await kept.FillAsync(body, ct).ConfigureAwait(false);
        var held = kept.File;
        held.Position = 0;
        var header = request.Format == IngestFormat.RowBinaryWithNamesAndTypes ? await ReadHeaderAsync(request.Stream, held, ct).ConfigureAwait(false) : null;
        await turns.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var structure = header ?? Structure(request.Stream.Columns, await ReadTypesAsync(clickHouse, request, held, limits, ct).ConfigureAwait(false));
            await using var result = await Asked(() => clickHouse.QueryAsync(Query("SELECT * FROM body", request.Format, structure, held, limits), ct)).ConfigureAwait(false);
            await using var blocks = result.ReadBlocksAsync(ct).GetAsyncEnumerator(ct);
            while (await Asked(() => blocks.MoveNextAsync().AsTask()).ConfigureAwait(false))
                yield return blocks.Current;
        }
        finally
        {
            turns.Release();
        }
    }

    private static ClickHouseQuery Query(string sql, IngestFormat format, string structure, FileStream held, IngestLimits limits)
    {
        held.Position = 0;
        return new ClickHouseQuery(sql)
        {
            ExternalStreams = [new ClickHouseExternalStream("body", format.ToString(), structure, held)],
            Timeout = limits.HeldTimeout,

            // One thread keeps the order of the rows.
            Settings = new Dictionary<string, string> { ["max_threads"] = "1", ["input_format_skip_unknown_fields"] = "0" },
        };
    }

    /// <summary>
    /// The types that the body's columns have. What it is told to read them as, ClickHouse makes of them without a word: NULL of a text that is no number or time, -1 of a number of 64 bits without sign, 1 of 1.5.
    /// </summary>
    /// <returns>For each column the types of its values; none for a column that is missing, or has no values. Maps are as they are told.</returns>
    private static async Task<string[][]> ReadTypesAsync(ClickHouseClient clickHouse, IngestRequest request, FileStream held, IngestLimits limits, CancellationToken ct)
    {
        var columns = request.Stream.Columns;
        var structure = string.Join(", ", columns.Select(column => $"`{column.Name}` {(column.IsMap ? column.Type : "Dynamic")}"));
        var types = string.Join(", ", columns.Select(column => column.IsMap ? "[]" : $"arrayFilter(type -> type != 'None', groupUniqArray(dynamicType(`{column.Name}`)))"));
        var query = Query($"SELECT arrayJoin(arrayMap(types -> arrayStringConcat(types, '\n'), [{types}])) AS types FROM body", request.Format, structure, held, limits);
        await using var result = await Asked(() => clickHouse.QueryAsync(query, ct)).ConfigureAwait(false);
        return Array.ConvertAll(await Asked(() => result.ReadColumnAsync<string>("types", ct)).ConfigureAwait(false), text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The types to read a body's columns as: those that they have where it would lose something to read them as another, and then <see cref="BlockRowReader"/> looks at each value.</summary>
    private static string Structure(IReadOnlyList<IngestColumn> columns, string[][] types) =>
        string.Join(", ", columns.Select((column, i) => Typed(column.Name, types[i] is [var only] && !column.IsReadWhole(only) ? $"Nullable({only})" : column.Type)));

    // A body's own words become a part of a statement only as a type that was understood.
    private static string Typed(string name, string type)
    {
        try
        {
            return $"`{name}` {ClickHouseType.Parse(type).Text}";
        }
        catch (ClickHouseFormatException fault)
        {
            throw new IngestException(ErrorCodes.BadUserInput, $"The column {name} has no known type: {fault.Message}", fault) { Column = name };
        }
    }

    private static async Task<T> Asked<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (ClickHouseException fault) when (ClickHouseAbsence.IsCause(fault))
        {
            throw new GraphQLException(new GraphQLError("The body could not be read, because ClickHouse does not answer, or has too much to do. Send it again later.", ErrorCodes.StoreUnavailable), fault);
        }
        catch (ClickHouseException fault) when (fault.Code == MemoryLimitExceeded)
        {
            throw new IngestException(ErrorCodes.LimitExceeded, "ClickHouse has not the memory to read the body as a whole. Send it in parts, or in another format.", fault);
        }
        catch (ClickHouseException fault)
        {
            var message = fault.Message.ReplaceLineEndings(" ");
            var row = AtRow().Match(message) is { Success: true } match ? long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : (long?)null;
            throw new IngestException(ErrorCodes.BadUserInput, $"ClickHouse cannot read the body: {(message.Length > 500 ? message[..500] + "..." : message)}", fault) { Row = row };
        }
    }

    /// <summary>The names and types that the body begins with, which become the table's.</summary>
    private static async Task<string> ReadHeaderAsync(IngestStream stream, Stream body, CancellationToken ct)
    {
        var columns = await LengthAsync().ConfigureAwait(false);
        if (columns is 0 or > 1000)
            throw Damaged();
        var texts = new List<string>();
        for (var i = 0; i < 2 * columns; i++)
            texts.Add(await TextAsync().ConfigureAwait(false));
        var structure = new List<string>();
        foreach (var (name, type) in texts.Take(columns).Zip(texts.Skip(columns)))
        {
            if (stream.Find(Encoding.UTF8.GetBytes(name), 0) < 0)
                throw new IngestException(ErrorCodes.BadUserInput, $"There is no column '{Rules.InputRules.Shortened(name)}'; known are {string.Join(", ", stream.ColumnNames)}.");
            structure.Add(Typed(name, type));
        }

        return string.Join(", ", structure);

        async Task<int> LengthAsync()
        {
            var length = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = (await BytesAsync(1).ConfigureAwait(false))[0];
                length |= (next & 0x7F) << shift;
                if (next < 0x80)
                    return length;
                if (shift == 21)
                    throw Damaged();
            }
        }

        async Task<string> TextAsync()
        {
            var length = await LengthAsync().ConfigureAwait(false);
            return length <= 10_000 ? Encoding.UTF8.GetString(await BytesAsync(length).ConfigureAwait(false)) : throw Damaged();
        }

        async Task<byte[]> BytesAsync(int count)
        {
            var bytes = new byte[count];
            return await body.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, ct).ConfigureAwait(false) == count ? bytes : throw Damaged();
        }

        static IngestException Damaged() => new(ErrorCodes.BadUserInput, "The body does not begin with the number, names and types of its columns, as RowBinaryWithNamesAndTypes has it.");
    }

    [GeneratedRegex(@"\(at row (\d+)\)")]
    private static partial Regex AtRow();
}
