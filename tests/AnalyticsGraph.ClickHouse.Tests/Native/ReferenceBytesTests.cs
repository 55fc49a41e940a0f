using System.Buffers;
using System.Globalization;
using System.Net;

namespace AnalyticsGraph.ClickHouse.Tests.Native;

/// <summary>Blocks as ClickHouse 26.7 itself wrote them: one row of one column each, read and written back byte by byte.</summary>
public sealed class ReferenceBytesTests
{
    public static TheoryData<string, string> Blocks => new()
    {
        { "01 01 01 61 0c 41 72 72 61 79 28 55 49 6e 74 38 29 02 00 00 00 00 00 00 00 01 02", "[1, 2]" },
        { "01 01 01 61 1d 41 72 72 61 79 28 4c 6f 77 43 61 72 64 69 6e 61 6c 69 74 79 28 53 74 72 69 6e 67 29 29 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "[]" },
        { "01 01 01 61 16 4c 6f 77 43 61 72 64 69 6e 61 6c 69 74 79 28 53 74 72 69 6e 67 29 01 00 00 00 00 00 00 00 00 06 00 00 00 00 00 00 02 00 00 00 00 00 00 00 00 01 78 01 00 00 00 00 00 00 00 01", "x" },
        { "01 01 01 61 28 54 75 70 6c 65 28 61 20 55 49 6e 74 38 2c 20 62 20 4c 6f 77 43 61 72 64 69 6e 61 6c 69 74 79 28 53 74 72 69 6e 67 29 29 01 00 00 00 00 00 00 00 01 00 06 00 00 00 00 00 00 02 00 00 00 00 00 00 00 00 01 78 01 00 00 00 00 00 00 00 01", "[1, x]" },
        { "01 01 01 61 07 54 75 70 6c 65 28 29 30", "[]" },
        { "01 01 01 61 11 4e 75 6c 6c 61 62 6c 65 28 4e 6f 74 68 69 6e 67 29 01 30", "null" },
        { "01 01 01 61 04 4a 53 4f 4e 01 00 00 00 00 00 00 00 07 7b 22 61 22 3a 31 7d", "{\"a\":1}" },
        { "01 01 01 61 12 4d 61 70 28 53 74 72 69 6e 67 2c 20 55 49 6e 74 38 29 01 00 00 00 00 00 00 00 01 61 01", "[a=1]" },
        { "01 01 01 61 04 55 55 49 44 77 66 55 44 33 22 11 00 ff ee dd cc bb aa 99 88", "00112233-4455-6677-8899-aabbccddeeff" },
        { "01 01 01 62 04 49 50 76 34 04 03 02 01", "1.2.3.4" },
        { "01 01 01 63 04 49 50 76 36 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01", "2001:db8::1" },
        { "01 01 01 61 08 42 46 6c 6f 61 74 31 36 c0 3f", "1.5" },
        { "01 01 01 62 0d 44 65 63 69 6d 61 6c 28 39 2c 20 32 29 96 00 00 00", "1.50" },
        { "01 01 01 63 04 54 69 6d 65 f0 b0 00 00", "12:34:56" },
        { "01 01 01 64 09 54 69 6d 65 36 34 28 33 29 95 2c b3 02 00 00 00 00", "12:34:56.7890000" },
        { "01 01 01 61 0b 49 6e 74 65 72 76 61 6c 44 61 79 03 00 00 00 00 00 00 00", "3" },
        { "01 01 01 62 04 44 61 74 65 01 00", "1970-01-02" },
        { "01 01 01 63 06 44 61 74 65 33 32 bb f1 ff ff", "1960-01-01" },
        { "01 01 01 64 14 44 61 74 65 54 69 6d 65 36 34 28 31 2c 20 27 55 54 43 27 29 05 55 e0 43 ff ff ff ff", "1960-01-01T00:00:00.5000000Z" },
        { "01 01 01 65 08 44 61 74 65 54 69 6d 65 f0 d2 0b 5e", "2019-12-31T23:00:00.0000000Z" },
        { "01 01 01 78 1b 45 6e 75 6d 38 28 27 62 5c 27 63 27 20 3d 20 2d 32 2c 20 27 61 27 20 3d 20 31 29 01", "a" },
        { "01 01 01 72 04 52 69 6e 67 01 00 00 00 00 00 00 00 00 00 00 00 00 00 f0 3f 00 00 00 00 00 00 00 40", "[[1, 2]]" },
        { "01 01 01 76 16 56 61 72 69 61 6e 74 28 53 74 72 69 6e 67 2c 20 55 49 6e 74 38 29 00 00 00 00 00 00 00 00 01 01", "1" },
        { "01 01 01 76 1e 4e 75 6c 6c 61 62 6c 65 28 54 75 70 6c 65 28 55 49 6e 74 38 2c 20 53 74 72 69 6e 67 29 29 00 01 01 61", "[1, a]" },
        { "01 01 01 76 19 4e 65 73 74 65 64 28 61 20 55 49 6e 74 38 2c 20 62 20 53 74 72 69 6e 67 29 01 00 00 00 00 00 00 00 01 01 61", "[[1, a]]" },
        { "01 01 01 76 24 53 69 6d 70 6c 65 41 67 67 72 65 67 61 74 65 46 75 6e 63 74 69 6f 6e 28 73 75 6d 2c 20 55 49 6e 74 36 34 29 01 00 00 00 00 00 00 00", "1" },
    };

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Decode_Should_GiveTheValueAndEncodeTheBytes_When_TheServerWroteThem(string hex, string expected)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

        using var block = Block.Decode(bytes);
        var written = new ArrayBufferWriter<byte>();
        block.Encode(written);

        Assert.Equal(expected, Show(block.Columns[0].GetValue(0)));
        Assert.Equal(hex, Convert.ToHexStringLower(written.WrittenSpan).Chunk(2).Select(pair => new string(pair)).Aggregate((a, b) => a + " " + b));
    }

    [Fact]
    public void Decode_Should_TellNullsFromPlaceholders_When_ADictionaryIsNullable()
    {
        // [['a'], []] of Array(Array(LowCardinality(Nullable(String)))): entries 0 (NULL) and 1 (default) stand before 'a'.
        var bytes = Convert.FromHexString(
            "010101612e4172726179284172726179284c6f7743617264696e616c697479284e756c6c61626c6528537472696e672929292901000000000000000200000000000000010000000000000001000000000000000006000000000000030000000000000000000161010000000000000002");

        using var block = Block.Decode(bytes);

        Assert.Equal("[[a], []]", Show(block.Columns[0].GetValue(0)));
    }

    [Fact]
    public void Decode_Should_NameColumnAndType_When_TheTypeIsUnknown()
    {
        var bytes = Convert.FromHexString("01010173 1d 41676772656761746546756e6374696f6e2873756d2c2055496e743829 0100000000000000".Replace(" ", "", StringComparison.Ordinal));

        var error = Assert.Throws<ClickHouseFormatException>(() => Block.Decode(bytes));

        Assert.Contains("Column 's' has the type AggregateFunction(sum, UInt8)", error.Message, StringComparison.Ordinal);
    }

    internal static string Show(object? value) => value switch
    {
        null => "null",
        string text => text,
        object?[] items => "[" + string.Join(", ", items.Select(Show)) + "]",
        KeyValuePair<object, object?>[] pairs => "[" + string.Join(", ", pairs.Select(pair => $"{Show(pair.Key)}={Show(pair.Value)}")) + "]",
        DateTime instant => instant.ToString("O", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IPAddress address => address.ToString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
