using System.Text;

namespace AnalyticsGraph.ClickHouse;

/// <summary>A column of text: String, FixedString, Enum, JSON, and LowCardinality of these.</summary>
public abstract class ClickHouseStringColumn : ClickHouseColumn<string>
{
    private string[]? _values;

    private protected ClickHouseStringColumn(ClickHouseType type, int count) : base(type, count)
    {
    }

    /// <summary>A row's text, decoded anew with each call; bytes that are not UTF-8 become U+FFFD (see <see cref="Utf8"/>).</summary>
    public override string this[int row] => _values is null ? Encoding.UTF8.GetString(Utf8(row)) : _values[row];

    /// <inheritdoc />
    public override ReadOnlySpan<string> Values
    {
        get
        {
            if (_values is null)
            {
                var values = new string[Count];
                for (var i = 0; i < values.Length; i++)
                    values[i] = this[i];
                _values = values;
            }
            return _values;
        }
    }

    /// <summary>A row's bytes, exactly as they came; valid until the block is disposed.</summary>
    public abstract ReadOnlySpan<byte> Utf8(int row);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _values = null;
    }

    internal override ClickHouseColumn WrapDictionary(ClickHouseType type, int[] indices, int count, bool rented) => new DictionaryStringColumn(type, this, indices, count, rented);
}
