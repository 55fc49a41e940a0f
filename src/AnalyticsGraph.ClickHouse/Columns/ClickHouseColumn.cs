using System.Buffers;
using AnalyticsGraph.ClickHouse.Native;

namespace AnalyticsGraph.ClickHouse;

/// <summary>
/// One column of a <see cref="Block"/>: its values as they travel, in arrays. Conversions (dates, decimals, text) happen when a value is asked for, so a column
/// nobody looks at costs the copying of its bytes. A NULL row holds a placeholder (0, an empty text) in the typed views; <see cref="IsNull"/> tells them apart.
/// Disposing gives the arrays back to a pool; nothing of the column may be used after.
/// </summary>
public abstract class ClickHouseColumn : IDisposable
{
    private bool[]? _nulls;
    private bool _nullsRented;

    private protected ClickHouseColumn(ClickHouseType type, int count) => (Type, Count) = (type, count);

    /// <summary>The column's name; empty for what stands inside another column.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>The column's type.</summary>
    public ClickHouseType Type { get; private set; }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>The .NET type of a value, e.g. <see cref="long"/> for both Int64 and Nullable(Int64).</summary>
    public abstract Type ValueType { get; }

    /// <summary>Which rows are NULL; empty when none is.</summary>
    public virtual ReadOnlySpan<bool> Nulls => _nulls is null ? [] : _nulls.AsSpan(0, Count);

    /// <summary>Whether a row is NULL.</summary>
    public virtual bool IsNull(int row) => _nulls is not null && Nulls[row];

    /// <summary>A row's value as an object; null for NULL. Arrays are object arrays, maps arrays of pairs, tuples object arrays.</summary>
    public object? GetValue(int row) => IsNull(row) ? null : GetPresent(row);

    /// <summary>The values as they stand on the wire: e.g. the milliseconds of a DateTime64(3) as <see cref="long"/>, the codes of an Enum8 as <see cref="sbyte"/>.</summary>
    /// <exception cref="InvalidCastException">The column does not stand so on the wire.</exception>
    public virtual ReadOnlySpan<TRaw> RawValues<TRaw>()
        where TRaw : unmanaged => throw new InvalidCastException($"Column '{Name}' ({Type}) has no values of {typeof(TRaw).Name} on the wire.");

    /// <summary>The column with typed values.</summary>
    /// <exception cref="InvalidCastException">The values are of another type; the message says which.</exception>
    public ClickHouseColumn<T> As<T>() => this as ClickHouseColumn<T> ?? throw new InvalidCastException($"Column '{Name}' ({Type}) holds {ValueType}, not {typeof(T)}.");

    /// <summary>A column of the given values for writing. The array is used as it is, not copied, where it stands in memory as on the wire.</summary>
    /// <param name="name">The table's column.</param>
    /// <param name="type">Its type.</param>
    /// <param name="values">One value a row, of the type's .NET type, its raw type (see <see cref="RawValues"/>), or convertible; null entries are NULL.</param>
    /// <param name="nulls">Which rows are NULL, for a Nullable type; null when none is.</param>
    /// <exception cref="ClickHouseFormatException">A value does not fit the type; the message names the row.</exception>
    public static ClickHouseColumn Create<T>(string name, ClickHouseType type, T[] values, bool[]? nulls = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (nulls is not null && nulls.Length < values.Length)
            throw new ArgumentException("There are fewer null flags than values.", nameof(nulls));
        return ColumnFactory.Create(name, type, values, nulls);
    }

    /// <summary>A column of any type from values of any shape: null for NULL, lists for arrays, dictionaries or pairs for maps, lists or tuples for tuples.</summary>
    /// <exception cref="ClickHouseFormatException">A value does not fit the type; the message names the row.</exception>
    public static ClickHouseColumn FromObjects(string name, ClickHouseType type, IReadOnlyList<object?> values) => ColumnFactory.FromObjects(name, type, values);

    /// <summary>Gives pooled arrays back.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives pooled arrays back.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (_nullsRented && _nulls is not null)
            ArrayPool<bool>.Shared.Return(_nulls);
        _nulls = null;
        _nullsRented = false;
    }

    private protected abstract object GetPresent(int row);

    /// <summary>What stands before the column's data: versions of LowCardinality, JSON, Variant.</summary>
    internal virtual void WritePrefix(IBufferWriter<byte> writer)
    {
    }

    /// <summary>The values alone, without null flags.</summary>
    internal abstract void WriteValues(IBufferWriter<byte> writer);

    internal void WriteData(IBufferWriter<byte> writer)
    {
        if (Type.Kind == ClickHouseTypeKind.Nullable)
        {
            if (_nulls is null)
                writer.WriteZeros(Count);
            else
                writer.WriteArray<bool>(_nulls.AsSpan(0, Count));
        }
        WriteValues(writer);
    }

    /// <summary>Makes this column of T one of Nullable(T).</summary>
    internal ClickHouseColumn WithNulls(ClickHouseType nullable, bool[]? nulls, bool rented)
    {
        Type = nullable;
        // Flags without a set one are dropped: readers then skip their checks.
        if (nulls is not null && nulls.AsSpan(0, Count).Contains(true))
            (_nulls, _nullsRented) = (nulls, rented);
        else if (rented && nulls is not null)
            ArrayPool<bool>.Shared.Return(nulls);
        return this;
    }

    /// <summary>The column under a type text that means the same (SimpleAggregateFunction, Nested, Point).</summary>
    internal ClickHouseColumn WithType(ClickHouseType type)
    {
        Type = type;
        return this;
    }

    // Arrays and maps are generic over their items, whose .NET type only the item column knows; it therefore makes the column around itself.
    internal abstract ClickHouseColumn WrapArray(ClickHouseType type, PooledOffsets offsets);

    internal abstract ClickHouseColumn WrapMap(ClickHouseType type, PooledOffsets offsets, ClickHouseColumn values);

    internal abstract ClickHouseColumn WrapMapOf<TKey>(ClickHouseType type, PooledOffsets offsets, ClickHouseColumn<TKey> keys);

    internal abstract ClickHouseColumn WrapDictionary(ClickHouseType type, int[] indices, int count, bool rented);
}

/// <summary>A column whose values are of one .NET type.</summary>
public abstract class ClickHouseColumn<T> : ClickHouseColumn
{
    private protected ClickHouseColumn(ClickHouseType type, int count) : base(type, count)
    {
    }

    /// <inheritdoc />
    public override Type ValueType => typeof(T);

    /// <summary>A row's value; a placeholder where it is NULL.</summary>
    public abstract T this[int row] { get; }

    /// <summary>All values, <see cref="ClickHouseColumn.Count"/> of them. For types converted on access (text, dates) the first call converts all and keeps them.</summary>
    public abstract ReadOnlySpan<T> Values { get; }

    /// <summary>A copy of the values that outlives the block.</summary>
    public T[] ToArray() => Values.ToArray();

    private protected override object GetPresent(int row) => this[row]!;

    internal override ClickHouseColumn WrapArray(ClickHouseType type, PooledOffsets offsets) => new ClickHouseArrayColumn<T>(type, offsets, this);

    internal override ClickHouseColumn WrapMap(ClickHouseType type, PooledOffsets offsets, ClickHouseColumn values) => values.WrapMapOf(type, offsets, this);

    internal override ClickHouseColumn WrapMapOf<TKey>(ClickHouseType type, PooledOffsets offsets, ClickHouseColumn<TKey> keys) =>
        new ClickHouseMapColumn<TKey, T>(type, offsets, keys, this);

    internal override ClickHouseColumn WrapDictionary(ClickHouseType type, int[] indices, int count, bool rented) =>
        new DictionaryColumn<T>(type, this, indices, count, rented);

    private protected int Checked(int row) => (uint)row < (uint)Count ? row : throw new ArgumentOutOfRangeException(nameof(row), row, $"Column '{Name}' has {Count} rows.");
}
