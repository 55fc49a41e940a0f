using System.Buffers;
using System.Runtime.CompilerServices;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>
/// Some rows of a result or of an insert, column by column, and the unit of ClickHouse's Native format. Disposing gives the columns' arrays back to a pool;
/// a block nobody disposes is left to the garbage collector.
/// </summary>
public sealed class Block : IDisposable
{
    /// <summary>A block of columns with equally many rows and different names.</summary>
    /// <exception cref="ArgumentException">The columns do not go together.</exception>
    public Block(IReadOnlyList<ClickHouseColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Columns = columns;
        RowCount = columns.Count == 0 ? 0 : columns[0].Count;
        foreach (var column in columns)
        {
            if (column.Count != RowCount)
                throw new ArgumentException($"Column '{column.Name}' has {column.Count} rows, column '{columns[0].Name}' has {RowCount}.", nameof(columns));
        }
    }

    /// <summary>The number of rows.</summary>
    public int RowCount { get; }

    /// <summary>The columns in their order.</summary>
    public IReadOnlyList<ClickHouseColumn> Columns { get; }

    /// <summary>A column by name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public ClickHouseColumn Column(string name)
    {
        foreach (var column in Columns)
        {
            if (column.Name == name)
                return column;
        }
        throw new KeyNotFoundException($"There is no column '{name}' among {string.Join(", ", Columns.Select(column => $"'{column.Name}'"))}.");
    }

    /// <summary>A column by name, with typed values.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    /// <exception cref="InvalidCastException">Its values are of another type; the message says which.</exception>
    public ClickHouseColumn<T> Column<T>(string name) => Column(name).As<T>();

    /// <summary>Writes the block in Native format.</summary>
    public void Encode(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        EncodeHeader(writer);
        for (var i = 0; i < Columns.Count; i++)
            EncodeColumn(writer, i);
    }

    /// <summary>Reads one block in Native format. Its columns own copies of the data.</summary>
    /// <exception cref="ClickHouseFormatException">The bytes are not exactly one block, or hold an unsupported type.</exception>
    public static Block Decode(ReadOnlySpan<byte> native)
    {
        var rented = ArrayPool<byte>.Shared.Rent(native.Length);
        try
        {
            native.CopyTo(rented);
            return DecodeFrom(rented, native.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Reads one block in Native format. Its columns own copies of the data.</summary>
    /// <exception cref="ClickHouseFormatException">The bytes are not exactly one block, or hold an unsupported type.</exception>
    public static Block Decode(ReadOnlySequence<byte> native)
    {
        var length = checked((int)native.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            native.CopyTo(rented);
            return DecodeFrom(rented, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Reads blocks in Native format one after another, each to be disposed by the caller.</summary>
    /// <param name="native">The bytes.</param>
    /// <param name="mostBytes">The most bytes of a block.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="ClickHouseFormatException">The bytes are no blocks, end within one, hold an unsupported type, or a block is too large.</exception>
    public static async IAsyncEnumerable<Block> ReadAllAsync(Stream native, long mostBytes, [EnumeratorCancellation] CancellationToken ct = default)
    {
        using var reader = new NativeReader(native) { MostBytes = mostBytes };
        var blocks = new BlockReader(reader);
        while (true)
        {
            Block? block;
            reader.BeginPiece();
            try
            {
                block = await blocks.ReadAsync(ct).ConfigureAwait(false);
            }
            catch (NativeStreamEndedException ended)
            {
                throw new ClickHouseFormatException("The bytes end in the middle of the block.", ended);
            }
            if (block is null)
                yield break;
            yield return block;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var column in Columns)
            column.Dispose();
    }

    internal void EncodeHeader(IBufferWriter<byte> writer)
    {
        writer.WriteVarint((ulong)Columns.Count);
        writer.WriteVarint((ulong)RowCount);
    }

    internal void EncodeColumn(IBufferWriter<byte> writer, int index)
    {
        var column = Columns[index];
        writer.WriteText(column.Name);
        writer.WriteText(column.Type.Text);
        // As ClickHouse itself: a column without rows has neither prefix nor data.
        if (RowCount == 0)
            return;
        column.WritePrefix(writer);
        column.WriteData(writer);
    }

    private static Block DecodeFrom(byte[] bytes, int length)
    {
        using var reader = new NativeReader(bytes, length);
        var blocks = new BlockReader(reader);
        var reading = blocks.ReadAsync(CancellationToken.None);
        if (!reading.IsCompleted)
            throw new InvalidOperationException("Reading from memory cannot wait.");
        try
        {
            var block = reading.GetAwaiter().GetResult() ?? throw new ClickHouseFormatException("There are no bytes: even an empty block has two.");
            return reader.Unread.IsEmpty ? block : throw new ClickHouseFormatException($"{reader.Unread.Length} bytes follow the block.");
        }
        catch (NativeStreamEndedException ended)
        {
            throw new ClickHouseFormatException($"The {length} bytes end in the middle of the block.", ended);
        }
    }
}
