namespace AnalyticsGraph.Mapping.Rows;

/// <summary>Collects one column while rows are read. One instance for each column and statement, never shared.</summary>
internal abstract class ValuesBuilder(int expected)
{
    private bool[]? _nulls;

    protected int Expected { get; } = Math.Max(expected, 1);

    protected int Count { get; private set; }

    /// <summary>Adds a null, as the default value with its mark.</summary>
    public void AddNull()
    {
        if (_nulls is null || _nulls.Length <= Count)
        {
            Array.Resize(ref _nulls, Math.Max(Math.Max(Expected, Count + 1), (_nulls?.Length ?? 0) * 2));
        }

        _nulls[Count] = true;
        AddDefault();
        Count++;
    }

    public abstract RowValues Build();

    protected abstract void AddDefault();

    protected void Added() => Count++;

    protected bool[]? BuildNulls()
    {
        if (_nulls is not null && _nulls.Length < Count)
        {
            Array.Resize(ref _nulls, Count);
        }

        return _nulls;
    }
}

internal sealed class Int64Builder(int expected) : ValuesBuilder(expected)
{
    private GrowingArray<long> _values = new(expected);

    public void Add(long value)
    {
        _values.Add(value);
        Added();
    }

    public override RowValues Build() => new Int64Values(_values.ToArray(exact: false), Count, BuildNulls());

    protected override void AddDefault() => _values.Add(0);
}

internal sealed class DoubleBuilder(int expected) : ValuesBuilder(expected)
{
    private GrowingArray<double> _values = new(expected);

    public void Add(double value)
    {
        _values.Add(value);
        Added();
    }

    public override RowValues Build() => new DoubleValues(_values.ToArray(exact: false), Count, BuildNulls());

    protected override void AddDefault() => _values.Add(0);
}

internal sealed class BooleanBuilder(int expected) : ValuesBuilder(expected)
{
    private GrowingArray<bool> _values = new(expected);

    public void Add(bool value)
    {
        _values.Add(value);
        Added();
    }

    public override RowValues Build() => new BooleanValues(_values.ToArray(exact: false), Count, BuildNulls());

    protected override void AddDefault() => _values.Add(false);
}

internal sealed class UuidBuilder(int expected) : ValuesBuilder(expected)
{
    private GrowingArray<Guid> _values = new(expected);

    public void Add(Guid value)
    {
        _values.Add(value);
        Added();
    }

    public override RowValues Build() => new UuidValues(_values.ToArray(exact: false), Count, BuildNulls());

    protected override void AddDefault() => _values.Add(default);
}

internal sealed class TextBuilder : ValuesBuilder
{
    // What a short text takes, so that a page of names is read without growing.
    private const int ExpectedLength = 32;

    private GrowingArray<byte> _utf8;
    private GrowingArray<int> _offsets;

    public TextBuilder(int expected)
        : base(expected)
    {
        _utf8 = new GrowingArray<byte>(Math.Max(expected, 1) * ExpectedLength);
        _offsets = new GrowingArray<int>(Math.Max(expected, 1) + 1);
        _offsets.Add(0);
    }

    public void Add(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(_utf8.Free(utf8.Length));
        Advance(utf8.Length);
    }

    /// <summary>Room for a text that a reader writes itself: the array and where to begin.</summary>
    public (byte[] Buffer, int Start, int Length) Reserve(int atLeast)
    {
        var free = _utf8.Free(atLeast);
        return (_utf8.Items, _utf8.Count, free.Length);
    }

    /// <summary>Ends a text that was written into the reserved room.</summary>
    public void Advance(int length)
    {
        _utf8.Advance(length);
        _offsets.Add(_utf8.Count);
        Added();
    }

    public override RowValues Build() => new TextValues(_utf8.ToArray(exact: false), _offsets.ToArray(exact: true), BuildNulls());

    protected override void AddDefault() => _offsets.Add(_utf8.Count);
}

internal sealed class ArrayBuilder : ValuesBuilder
{
    private GrowingArray<int> _offsets;
    private int _items;

    public ArrayBuilder(int expected, ValuesBuilder items)
        : base(expected)
    {
        Items = items;
        _offsets = new GrowingArray<int>(Math.Max(expected, 1) + 1);
        _offsets.Add(0);
    }

    public ValuesBuilder Items { get; }

    /// <summary>Ends an array whose items were added to <see cref="Items"/>.</summary>
    public void Add(int count)
    {
        _items += count;
        _offsets.Add(_items);
        Added();
    }

    public override RowValues Build() => new ArrayValues(_offsets.ToArray(exact: true), Items.Build(), BuildNulls());

    protected override void AddDefault() => _offsets.Add(_items);
}
