using System.Globalization;

namespace AnalyticsGraph.ClickHouse.Tests.Engine;

/// <summary>Every type both ways with its edge values: the server's literals are read and compared with the server's own text, then written back and compared by the server.</summary>
public sealed class TypesTests(ClickHouseFixture engine) : IClassFixture<ClickHouseFixture>
{
    private const string Max256 = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    private const string Min256 = "-57896044618658097711785492504343953926634992332820282019728792003956564819968";

    /// <summary>A type, and values as SQL expressions.</summary>
    public static TheoryData<string, string[]> Types => new()
    {
        { "Int8", ["-128", "0", "127"] },
        { "Int16", ["-32768", "32767"] },
        { "Int32", ["-2147483648", "2147483647"] },
        { "Int64", ["-9223372036854775808", "9223372036854775807"] },
        { "Int128", ["'-170141183460469231731687303715884105728'", "'170141183460469231731687303715884105727'", "-1"] },
        { "Int256", [$"'{Min256}'", "'57896044618658097711785492504343953926634992332820282019728792003956564819967'", "-1", "0"] },
        { "UInt8", ["0", "255"] },
        { "UInt16", ["0", "65535"] },
        { "UInt32", ["0", "4294967295"] },
        { "UInt64", ["0", "18446744073709551615"] },
        { "UInt128", ["'340282366920938463463374607431768211455'"] },
        { "UInt256", [$"'{Max256}'", "0"] },
        { "Float32", ["nan", "inf", "-inf", "0", "-0.", "3.4028235e38", "1.5", "0.1"] },
        { "Float64", ["nan", "inf", "-inf", "0", "0.1", "1e21", "1.7976931348623157e308", "-123456.789"] },
        { "BFloat16", ["1.5", "-0.25", "nan", "inf"] },
        { "Decimal(9, 4)", ["'-99999.9999'", "'99999.9999'", "0", "'0.0001'"] },
        { "Decimal(18, 0)", ["'-999999999999999999'", "'999999999999999999'"] },
        { "Decimal(38, 10)", ["'-9999999999999999999999999999.9999999999'", "'0.0000000001'"] },
        { "Decimal(76, 38)", ["'99999999999999999999999999999999999999.99999999999999999999999999999999999999'", "'-0.00000000000000000000000000000000000001'"] },
        { "String", ["''", "'ü€𝄞'", "'tab\\tquote\\'back\\\\new\\n'", "'NULL'", "'\\\\N'"] },
        { "FixedString(5)", ["'abcde'", "'äö1'"] },
        { "Bool", ["true", "false"] },
        { "UUID", ["'00112233-4455-6677-8899-aabbccddeeff'", "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"] },
        { "Date", ["'1970-01-01'", "'2149-06-06'", "'2024-02-29'"] },
        { "Date32", ["'1900-01-01'", "'1969-12-31'", "'2299-12-31'"] },
        { "DateTime('UTC')", ["'1970-01-01 00:00:00'", "'2106-02-07 06:28:15'"] },
        { "DateTime('Europe/Berlin')", ["'2024-07-01 12:00:00'", "1729990800"] },
        { "DateTime64(0, 'UTC')", ["'1900-01-01 00:00:00'", "'2299-12-31 23:59:59'"] },
        { "DateTime64(3, 'Asia/Kathmandu')", ["'1969-12-31 23:59:59.999'", "'2024-07-01 12:00:00.123'"] },
        { "DateTime64(6, 'UTC')", ["'1960-01-01 00:00:00.000001'", "'2024-01-01 00:00:00.123456'"] },
        { "DateTime64(9, 'UTC')", ["'1969-12-31 23:59:59.999999900'", "'2262-04-11 23:47:16.854775800'"] },
        { "Time", ["'-999:59:59'", "'00:00:00'", "'999:59:59'"] },
        { "Time64(6)", ["'-12:34:56.000001'", "'12:34:56.123456'"] },
        { "Enum8('a' = -128, 'b\\'c' = 0, '' = 127)", ["'a'", "'b\\'c'", "''"] },
        { "Enum16('x' = -32768, 'y' = 32767)", ["'x'", "'y'"] },
        { "IPv4", ["'0.0.0.0'", "'255.1.2.3'"] },
        { "IPv6", ["'::'", "'2001:db8::1'", "'::ffff:1.2.3.4'"] },
        { "Nullable(Int64)", ["NULL", "0", "-9223372036854775808"] },
        { "Nullable(String)", ["NULL", "''", "'x'"] },
        { "Nullable(Decimal(76, 2))", ["NULL", "'1.25'"] },
        { "Nullable(DateTime64(3, 'UTC'))", ["NULL", "'2024-07-01 12:00:00.123'"] },
        { "Nullable(Enum8('a' = 1))", ["NULL", "'a'"] },
        { "Nullable(UUID)", ["NULL", "'00112233-4455-6677-8899-aabbccddeeff'"] },
        { "Nullable(FixedString(2))", ["NULL", "'xy'"] },
        { "LowCardinality(String)", ["''", "'a'", "'b'", "'a'"] },
        { "LowCardinality(Nullable(String))", ["NULL", "''", "'a'", "NULL"] },
        { "LowCardinality(FixedString(3))", ["'abc'"] },
        { "LowCardinality(UInt32)", ["0", "7", "7"] },
        { "LowCardinality(Nullable(Date))", ["NULL", "'2024-02-29'"] },
        { "Array(Int64)", ["[]", "[1, -2, 3]"] },
        { "Array(Nullable(Float64))", ["[NULL, nan, 1.5]", "[]"] },
        { "Array(String)", ["['', 'it\\'s', 'tab\\t', '\\\\']"] },
        { "Array(Array(Array(UInt8)))", ["[[[1], []], []]", "[]", "[[[]]]"] },
        { "Array(LowCardinality(String))", ["[]", "['a', 'b', 'a']"] },
        { "Array(LowCardinality(Nullable(String)))", ["[NULL, 'a']", "[]"] },
        { "Map(String, UInt64)", ["map()", "map('a', 1, 'b', 18446744073709551615)"] },
        { "Map(LowCardinality(String), Array(Nullable(String)))", ["map('k', ['x', NULL])"] },
        { "Tuple(Int64, String)", ["(1, 'it\\'s')"] },
        { "Tuple(a Int64, `b c` Nullable(String), d Array(Tuple(x Float64, y LowCardinality(String))))", ["(1, NULL, [(1.5, 'p'), (nan, '')])", "(0, 'z', [])"] },
        { "Tuple(Date, DateTime('UTC'), UUID, IPv4)", ["('2024-02-29', '2024-02-29 01:02:03', '00112233-4455-6677-8899-aabbccddeeff', '1.2.3.4')"] },
        { "SimpleAggregateFunction(max, Int64)", ["5"] },
        { "SimpleAggregateFunction(groupArrayArray, Array(String))", ["['a']"] },
        { "Point", ["(1.5, -2)"] },
        { "Polygon", ["[[(0, 0), (1, 0), (1, 1)]]"] },
        { "IntervalDay", ["toIntervalDay(-3)"] },
        { "Variant(Int64, String)", ["5", "'five'", "NULL"] },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Type_Should_SurviveBothWays_When_ValuesAreAtTheEdges(string type, string[] values)
    {
        var (source, copy) = ($"s{Guid.NewGuid():N}", $"c{Guid.NewGuid():N}");
        var settings = new Dictionary<string, string>
        {
            ["allow_suspicious_low_cardinality_types"] = "1",
            ["enable_time_time64_type"] = "1",
            ["output_format_decimal_trailing_zeros"] = "1",
            ["session_timezone"] = "UTC",
            ["allow_suspicious_types_in_group_by"] = "1",
        };
        foreach (var table in new[] { source, copy })
            await engine.Client.ExecuteAsync(new ClickHouseQuery($"CREATE TABLE {table} (id UInt32, v {type}) ENGINE = Memory") { Settings = settings });
        for (var i = 0; i < values.Length; i++)
            await engine.Client.ExecuteAsync(new ClickHouseQuery($"INSERT INTO {source} SELECT {i}, {(values[i].StartsWith('\'') || type is "Decimal(9, 4)" ? $"CAST({values[i]} AS {type})" : $"{values[i]}::{type}")}") { Settings = settings });

        await using (var result = await engine.Client.QueryAsync(new ClickHouseQuery($"SELECT id, v, toString(v) AS text FROM {source} ORDER BY id") { Settings = settings }))
        {
            await foreach (var block in result.ReadBlocksAsync())
            {
                using (block)
                {
                    var column = block.Column("v");
                    for (var row = 0; row < block.RowCount; row++)
                    {
                        var text = block.Column("text");
                        // A Variant's NULL reads as an empty text.
                        var expected = text.IsNull(row) || column.IsNull(row) ? "NULL" : ((ClickHouseStringColumn)text)[row];
                        // The declared type, because over HTTP the server leaves the zone of a DateTime away.
                        Assert.Equal(Comparable(expected), Comparable(ServerText.Of(column.GetValue(row), type)));
                    }
                    var objects = Enumerable.Range(0, block.RowCount).Select(column.GetValue).ToArray();
                    using var rebuilt = new Block([ClickHouseColumn.Create("id", "UInt32", block.Column<uint>("id").ToArray()), ClickHouseColumn.FromObjects("v", type, objects)]);
                    var summary = await engine.Client.InsertAsync(new ClickHouseInsert(copy) { Settings = settings }, rebuilt);
                    Assert.Equal(block.RowCount, summary.WrittenRows);
                }
            }
        }

        Assert.Equal((ulong)values.Length, await engine.Value($"SELECT count() FROM {copy}"));
        var same = await engine.Column(new ClickHouseQuery($"SELECT toString(a.v) IS NOT DISTINCT FROM toString(b.v) FROM {source} a JOIN {copy} b USING (id)") { Settings = settings });
        Assert.All(same, equal => Assert.Equal((byte)1, Convert.ToByte(equal, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Json_Should_TravelAsText_When_ReadAndWritten()
    {
        await engine.Do("CREATE TABLE j (id UInt8, v JSON) ENGINE = Memory");
        using var block = new Block([ClickHouseColumn.Create("id", "UInt8", new byte[] { 1, 2 }), ClickHouseColumn.Create("v", "JSON", ["{\"a\":{\"b\":[1,2]},\"c\":\"x\"}", "{}"])]);
        await engine.Client.InsertAsync(new ClickHouseInsert("j"), block);

        Assert.Equal(["{\"a\":{\"b\":[1,2]},\"c\":\"x\"}", "{}"], await engine.Column("SELECT v FROM j ORDER BY id"));
        Assert.Equal("[1,2]", await engine.Value("SELECT toString(v.a.b) FROM j WHERE id = 1"));
    }

    [Fact]
    public async Task Nothing_Should_BeNull_When_OnlyNullIsSelected()
    {
        Assert.Equal([null, null], await engine.Column("SELECT NULL FROM numbers(2)"));
        Assert.Equal(Array.Empty<object?>(), await engine.Value("SELECT []"));
        Assert.Equal(Array.Empty<object?>(), await engine.Value("SELECT tuple()"));
    }

    [Fact]
    public async Task Type_Should_BeAClearError_When_ItIsNotSupported()
    {
        var error = await Assert.ThrowsAsync<ClickHouseFormatException>(() => engine.Column("SELECT sumState(1::UInt8) AS state"));

        Assert.Contains("Column 'state' has the type AggregateFunction(sum, UInt8)", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Floats may differ in their notation, not in their value.</summary>
    private static string Comparable(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && text.AsSpan().IndexOfAny("e.") >= 0 && text.Length < 25
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : text;
}
