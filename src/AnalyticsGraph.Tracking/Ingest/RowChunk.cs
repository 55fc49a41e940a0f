using AnalyticsGraph.GraphQL.Errors;

namespace AnalyticsGraph.Tracking.Ingest;

/// <summary>Some rows of a body, column by column, as its reader left them: of the right types, not yet checked. One is filled again and again, so that memory stays the same however long the body.</summary>
internal sealed class RowChunk
{
    /// <summary>The most rows.</summary>
    public const int MostRows = 1 << 17;

    // Beside the rows themselves: texts and entries of maps.
    private const long MostBytes = 24 << 20;
    private const int FewRows = 1024;

    private readonly IngestStream _stream;
    private readonly long[][] _values;
    private readonly TextTable[] _texts;
    private readonly EntryColumn?[] _entries;
    private ulong[] _given = new ulong[FewRows];
    private int[] _lines = [];
    private long _firstLine;

    public RowChunk(IngestStream stream)
    {
        _stream = stream;
        _values = [.. stream.Columns.Select(_ => Array.Empty<long>())];
        _texts = [.. stream.Columns.Select(_ => new TextTable())];
        _entries = [.. stream.Columns.Select(column => IsMap(column.Kind) ? new EntryColumn(column.Kind == ColumnKind.Texts) : null)];
    }

    /// <summary>What its rows are of.</summary>
    public IngestStream Stream => _stream;

    /// <summary>The number of whole rows.</summary>
    public int Count { get; private set; }

    /// <summary>How many rows of the body stand before.</summary>
    public long RowsBefore { get; private set; }

    /// <summary>Whether another row should wait for the next chunk.</summary>
    public bool IsFull => Count == MostRows || Bytes > MostBytes;

    /// <summary>How many more rows fit.</summary>
    public int Room => MostRows - Count;

    private long Bytes => _texts.Sum(texts => texts.Bytes) + _entries.Sum(entries => entries?.Bytes ?? 0);

    /// <summary>The place within <see cref="Count"/> that the present row will have.</summary>
    public int Present => Count;

    /// <summary>The present row begins.</summary>
    /// <param name="line">The line that it begins on; 0 if the body has none.</param>
    public void Begin(long line = 0)
    {
        if (Count == _given.Length)
            Grow(Math.Min(MostRows, _given.Length * 4));
        _given[Count] = 0;
        if (line == 0)
            return;
        if (Count == 0)
            (_firstLine, _lines) = (line, _lines.Length == _given.Length ? _lines : new int[_given.Length]);
        _lines[Count] = (int)Math.Min(int.MaxValue, line - _firstLine);
    }

    /// <summary>The present row is whole.</summary>
    public void End()
    {
        foreach (var entries in _entries)
            entries?.End();
        Count++;
    }

    /// <summary>Makes room for rows whose columns are set one after another.</summary>
    public void BeginMany(int rows)
    {
        if (Count + rows > _given.Length)
            Grow(MostRows);
        _given.AsSpan(Count, rows).Clear();
    }

    /// <summary>The rows of <see cref="BeginMany"/> are whole.</summary>
    public void EndMany(int rows)
    {
        foreach (var entries in _entries)
            entries?.EndUntil(Count + rows);
        Count += rows;
    }

    /// <summary>Goes on behind its rows, empty again.</summary>
    public void Clear()
    {
        RowsBefore += Count;
        Count = 0;
        _lines = [];
        foreach (var texts in _texts)
            texts.Clear();
        foreach (var entries in _entries)
            entries?.Clear();
    }

    /// <summary>Whether the present row has a value of the column already.</summary>
    public bool IsSet(int column) => Has(Count, column);

    /// <summary>The present row has its entries of a column of maps.</summary>
    public void Mark(int column) => _given[Count] |= 1UL << column;

    public void Set(int column, long value) => Set(Count, column, value);

    public void Set(int row, int column, long value)
    {
        // Of columns that no row has there are none.
        if (row >= _values[column].Length)
            Array.Resize(ref _values[column], _given.Length);
        _values[column][row] = value;
        _given[row] |= 1UL << column;
    }

    public void Set(int column, double value) => Set(Count, column, BitConverter.DoubleToInt64Bits(value));

    public void Set(int row, int column, double value) => Set(row, column, BitConverter.DoubleToInt64Bits(value));

    public void Set(int column, ReadOnlySpan<byte> text) => Set(Count, column, text);

    public void Set(int row, int column, ReadOnlySpan<byte> text) =>
        Set(row, column, TextOf(row, column, text, row > 0 && Has(row - 1, column) ? (int)_values[column][row - 1] : -1));

    /// <summary>The entries of a column of maps.</summary>
    public EntryColumn Entries(int column) => _entries[column]!;

    /// <summary>The number of the name of an entry.</summary>
    public int NameOf(int row, int column, ReadOnlySpan<byte> name) => TextOf(row, column, name, -1);

    /// <summary>The different texts of a column, or names of its entries.</summary>
    public TextTable Texts(int column) => _texts[column];

    public bool Has(int row, int column) => (_given[row] & (1UL << column)) != 0;

    /// <summary>A whole number, a moment's microseconds, or a text's number.</summary>
    public long Whole(int row, int column) => _values[column][row];

    public double Number(int row, int column) => BitConverter.Int64BitsToDouble(_values[column][row]);

    /// <summary>A text; null where there is none.</summary>
    public string? Text(int row, int column) => Has(row, column) ? _texts[column][(int)_values[column][row]] : null;

    /// <summary>Something that is wrong with a row.</summary>
    public IngestException Wrong(int row, string? column, string message, string code = ErrorCodes.BadUserInput, Exception? inner = null) =>
        PlaceOf(row).Wrong(column, message, code, inner);

    /// <summary>Where a row stands in the body.</summary>
    public RowPlace PlaceOf(int row) => new(RowsBefore + row + 1, _lines.Length > row ? _firstLine + _lines[row] : null);

    /// <summary>Bytes that are no text.</summary>
    public IngestException NoText(int row, int column) => Wrong(row, _stream.Columns[column].Name, "The text is no UTF-8.");

    private static bool IsMap(ColumnKind kind) => kind is ColumnKind.Numbers or ColumnKind.Texts;

    private int TextOf(int row, int column, ReadOnlySpan<byte> text, int guess)
    {
        var number = _texts[column].NumberOf(text, guess);
        return number >= 0 ? number : throw NoText(row, column);
    }

    private void Grow(int rows)
    {
        Array.Resize(ref _given, rows);
        if (_lines.Length > 0)
            Array.Resize(ref _lines, rows);
    }
}

/// <summary>A column of maps: the entries of all rows one after another.</summary>
internal sealed class EntryColumn(bool holdsTexts)
{
    private readonly List<int> _ends = [];
    private readonly List<int> _names = [];
    private readonly List<double> _numbers = [];
    private readonly List<string> _texts = [];

    /// <summary>About how much it holds.</summary>
    public long Bytes { get; private set; }

    public void Add(int name, double number)
    {
        _names.Add(name);
        _numbers.Add(number);
        Bytes += 12;
    }

    public void Add(int name, string text)
    {
        _names.Add(name);
        _texts.Add(text);
        Bytes += 12 + (2 * text.Length);
    }

    /// <summary>The row has all of its entries.</summary>
    public void End() => _ends.Add(_names.Count);

    /// <summary>As many rows end; those that did not yet have no more entries.</summary>
    public void EndUntil(int rows)
    {
        while (_ends.Count < rows)
            End();
    }

    public void Clear()
    {
        _ends.Clear();
        _names.Clear();
        _numbers.Clear();
        _texts.Clear();
        Bytes = 0;
    }

    /// <summary>Where a row's entries begin and end; those of the row after the last are what was added since.</summary>
    public (int Start, int End) Of(int row) => (row == 0 ? 0 : _ends[row - 1], row < _ends.Count ? _ends[row] : _names.Count);

    public int NameAt(int entry) => _names[entry];

    public double NumberAt(int entry) => _numbers[entry];

    public string TextAt(int entry) => _texts[entry];

    /// <summary>Whether its values are texts.</summary>
    public bool HoldsTexts => holdsTexts;
}
