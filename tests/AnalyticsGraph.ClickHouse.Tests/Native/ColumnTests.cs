using System.Buffers;

namespace AnalyticsGraph.ClickHouse.Tests.Native;

public sealed class ColumnTests
{
    [Fact]
    public void Values_Should_BeTyped_When_ColumnsAreDecoded()
    {
        using var block = Recoded(
            ClickHouseColumn.Create("n", "Int64", [long.MinValue, 0, long.MaxValue]),
            ClickHouseColumn.Create("f", "Nullable(Float64)", [double.NaN, 0, double.NegativeInfinity], [false, true, false]),
            ClickHouseColumn.Create("s", "String", ["", "ü", "x\0y"]),
            ClickHouseColumn.Create("t", "DateTime64(9)", [-1L, 0L, 1_700_000_000_123_456_789L]));

        Assert.Equal([long.MinValue, 0, long.MaxValue], block.Column<long>("n").ToArray());
        Assert.Equal([double.NaN, 0, double.NegativeInfinity], block.Column<double>("f").ToArray());
        Assert.Equal([false, true, false], block.Column("f").Nulls.ToArray());
        Assert.Null(block.Column("f").GetValue(1));
        Assert.Equal(["", "ü", "x\0y"], block.Column<string>("s").ToArray());
        Assert.Equal("ü"u8, Assert.IsAssignableFrom<ClickHouseStringColumn>(block.Column("s")).Utf8(1));
        Assert.Equal([-1L, 0L, 1_700_000_000_123_456_789L], block.Column("t").RawValues<long>().ToArray());
        Assert.Equal(DateTime.UnixEpoch.AddTicks(-1), block.Column<DateTime>("t")[0]);
    }

    [Fact]
    public void Column_Should_SayWhatThereIs_When_NameOrTypeIsWrong()
    {
        using var block = Recoded(ClickHouseColumn.Create("n", "UInt8", new byte[] { 1 }));

        Assert.Contains("'n'", Assert.Throws<KeyNotFoundException>(() => block.Column("m")).Message, StringComparison.Ordinal);
        Assert.Contains("Column 'n' (UInt8) holds System.Byte, not System.Int64", Assert.Throws<InvalidCastException>(() => block.Column<long>("n")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UInt8", 256)]
    [InlineData("UInt64", -1)]
    [InlineData("Date", "2150-01-01")]
    [InlineData("Decimal(4, 2)", 100.0)]
    [InlineData("FixedString(2)", "abc")]
    [InlineData("Enum8('a' = 1)", "b")]
    [InlineData("UUID", "no uuid")]
    [InlineData("IPv4", "::1")]
    [InlineData("Int64", null)]
    [InlineData("Array(Int64)", "text")]
    public void Create_Should_NameColumnRowAndType_When_AValueDoesNotFit(string type, object? value)
    {
        var error = Assert.Throws<ClickHouseFormatException>(() => ClickHouseColumn.FromObjects("c", type, [value is string text && type == "Date" ? DateOnly.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : value]));

        Assert.Contains("Column 'c': Row 0", error.Message, StringComparison.Ordinal);
        Assert.Contains(type, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_Should_MakeValuesUnreadable_When_ArraysWentBackToThePool()
    {
        var block = Recoded(ClickHouseColumn.Create("n", "Int64", [1L]));
        var column = block.Column<long>("n");
        block.Dispose();
        block.Dispose();

        Assert.Throws<ObjectDisposedException>(() => column[0]);
    }

    [Fact]
    public void Block_Should_Refuse_When_ColumnsDifferInLength() =>
        Assert.Throws<ArgumentException>(() => new Block([ClickHouseColumn.Create("a", "Int64", [1L]), ClickHouseColumn.Create("b", "Int64", [1L, 2L])]));

    [Fact]
    public void Dictionary_Should_HoldEachValueOnce_When_AColumnIsLowCardinality()
    {
        var labels = Enumerable.Range(0, 100_000).Select(i => "label " + (i % 70_000)).ToArray();
        using var block = Recoded(ClickHouseColumn.Create("l", "LowCardinality(String)", labels));
        var encoded = Assert.IsAssignableFrom<IDictionaryEncodedColumn>(block.Columns[0]);

        Assert.Equal(70_001, encoded.Dictionary.Count);
        Assert.Equal(labels, block.Column<string>("l").ToArray());
    }

    [Fact]
    public void Decode_Should_KeepAllStrings_When_TheyAreLongerThanTheReadersBuffer()
    {
        var texts = new[] { "a", new string('b', 3_000_000), "", new string('c', 600_000), "d" };
        using var block = Recoded(ClickHouseColumn.Create("s", "String", texts));

        Assert.Equal(texts, block.Column<string>("s").ToArray());
    }

    [Fact]
    public void ArrayColumn_Should_GiveSpans_When_RowsAreRead()
    {
        using var block = Recoded(ClickHouseColumn.FromObjects("a", "Array(Int32)", [new[] { 1, 2 }, Array.Empty<int>(), new[] { 3 }]));
        var column = Assert.IsType<ClickHouseArrayColumn<int>>(block.Columns[0]);

        Assert.Equal([0, 2, 2, 3], column.Offsets.ToArray());
        Assert.Equal([1, 2], column.Row(0).ToArray());
        Assert.Equal([1, 2, 3], column.Items.ToArray());
    }

    private static Block Recoded(params ClickHouseColumn[] columns)
    {
        var bytes = new ArrayBufferWriter<byte>();
        new Block(columns).Encode(bytes);
        return Block.Decode(new ReadOnlySequence<byte>(bytes.WrittenMemory));
    }
}
