using AnalyticsGraph.ClickHouse.Codecs;

namespace AnalyticsGraph.ClickHouse.Native;

/// <summary>Reads blocks one after another. The codecs are built with the first and kept while names and types stay the same.</summary>
internal sealed class BlockReader(NativeReader reader)
{
    private const int MaxColumns = 100_000;
    private readonly List<(string Name, string Type, ColumnCodec Codec)> _known = [];

    /// <returns>The next block; null after the last.</returns>
    public async ValueTask<Block?> ReadAsync(CancellationToken ct)
    {
        if (await reader.IsAtEndAsync(ct).ConfigureAwait(false))
            return null;
        var columnCount = await reader.ReadVarintAsync(ct).ConfigureAwait(false);
        var rows = NativeReader.CheckedCount(await reader.ReadVarintAsync(ct).ConfigureAwait(false));
        if (columnCount > MaxColumns)
            throw new ClickHouseFormatException($"A block of {columnCount} columns: the answer is not in Native format, or it is damaged.");
        var columns = new List<ClickHouseColumn>((int)columnCount);
        try
        {
            for (var i = 0; i < (int)columnCount; i++)
                columns.Add(await ReadColumnAsync(i, rows, ct).ConfigureAwait(false));
            return new Block(columns);
        }
        catch
        {
            columns.ForEach(column => column.Dispose());
            throw;
        }
    }

    private async ValueTask<ClickHouseColumn> ReadColumnAsync(int index, int rows, CancellationToken ct)
    {
        var name = await reader.ReadTextAsync(ct).ConfigureAwait(false);
        var type = await reader.ReadTextAsync(ct).ConfigureAwait(false);
        var codec = CodecOf(index, name, type);
        if (rows > 0)
            await codec.ReadPrefixAsync(reader, ct).ConfigureAwait(false);
        var column = await codec.ReadAsync(reader, rows, ct).ConfigureAwait(false);
        column.Name = name;
        return column;
    }

    private ColumnCodec CodecOf(int index, string name, string type)
    {
        if (index < _known.Count && _known[index].Name == name && _known[index].Type == type)
            return _known[index].Codec;
        var codec = CodecTable.For(ClickHouseType.Parse(type), name);
        if (index < _known.Count)
            _known[index] = (name, type, codec);
        else
            _known.Add((name, type, codec));
        return codec;
    }
}
