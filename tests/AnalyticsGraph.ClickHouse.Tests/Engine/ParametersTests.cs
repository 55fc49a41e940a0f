using System.Globalization;
using System.Net;
using System.Numerics;

namespace AnalyticsGraph.ClickHouse.Tests.Engine;

public sealed class ParametersTests(ClickHouseFixture engine) : IClassFixture<ClickHouseFixture>
{
    private static readonly string[] Hostile =
    [
        "", "'", "\\", "\\\\", "\\N", "NULL", "\t", "\n", "\r\n", "\0", "\b\f\u001b", "it's \"quoted\" `x`", "'; DROP TABLE t; --", "\\'", "{x:String}", "%27&x=1#+ ",
        "ü€𝄞\u200d", "[1,2]", "(1)", "\\x41\\n", " lead and trail ", "a=b&param_p=c",
    ];

    public static TheoryData<string, object> Values => new()
    {
        { "Int8", sbyte.MinValue },
        { "Int64", long.MinValue },
        { "UInt64", ulong.MaxValue },
        { "Int128", Int128.MinValue },
        { "UInt128", UInt128.MaxValue },
        { "Int256", -BigInteger.Pow(2, 255) },
        { "UInt256", BigInteger.Pow(2, 256) - 1 },
        { "Float32", 0.1f },
        { "Float64", double.NaN },
        { "Float64", double.NegativeInfinity },
        { "Float64", -1.7976931348623157e308 },
        { "Float64", 5e-324 },
        { "Bool", true },
        { "Date", new DateOnly(2149, 6, 6) },
        { "Date32", new DateOnly(1900, 1, 1) },
        { "DateTime", DateTime.UnixEpoch },
        { "DateTime", DateTime.UnixEpoch.AddSeconds(5) },
        { "DateTime('Asia/Tokyo')", new DateTime(2024, 10, 27, 1, 30, 0, DateTimeKind.Utc) },
        { "DateTime64(3)", new DateTime(2024, 10, 27, 1, 30, 0, 123, DateTimeKind.Utc) },
        { "DateTime64(3)", DateTime.UnixEpoch },
        { "DateTime64(3)", DateTime.UnixEpoch.AddMilliseconds(-1001) },
        { "DateTime64(3, 'UTC')", DateTime.UnixEpoch.AddMilliseconds(-1) },
        { "DateTime64(9, 'Asia/Tokyo')", DateTime.UnixEpoch.AddTicks(-1) },
        { "DateTime64(6, 'Europe/Berlin')", new DateTime(1960, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(10) },
        { "DateTime64(0)", new DateTime(1900, 1, 2, 0, 0, 0, DateTimeKind.Utc) },
        { "UUID", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff", CultureInfo.InvariantCulture) },
        { "IPv4", IPAddress.Parse("1.2.3.4") },
        { "IPv6", IPAddress.Parse("2001:db8::1") },
        { "Decimal(18, 4)", -12345678901234.5678m },
        { "Decimal(76, 2)", ClickHouseDecimal.Parse("-99999999999999999999999999999999999999999999999999999999999999999999999999.99") },
        { "Enum8('it\\'s' = 1, 'b' = 2)", "it's" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Parameter_Should_ArriveUnchanged_When_ItIsOfAType(string type, object value)
    {
        var sql = type.StartsWith("Enum", StringComparison.Ordinal) ? $"SELECT {{p:{type}}}" : $"SELECT {{p:{type}}}, [{{p:{type}}}] = {{a:Array({type})}}, tupleElement({{t:Tuple({type}, Nullable(String))}}, 1) = {{p:{type}}}";
        var query = new ClickHouseQuery(sql).With("p", type, value).With("a", $"Array({type})", new[] { value }).With("t", $"Tuple({type}, Nullable(String))", (value, (string?)null));

        await using var result = await engine.Client.QueryAsync(query);
        await foreach (var block in result.ReadBlocksAsync())
        {
            Assert.Equal(value, block.Columns[0].GetValue(0));
            // NaN is not equal to itself, in SQL neither.
            if (block.Columns.Count > 1 && value is not double.NaN)
                Assert.Equal(((byte)1, (byte)1), (block.Columns[1].GetValue(0), block.Columns[2].GetValue(0)));
        }
    }

    [Fact]
    public async Task Parameter_Should_ArriveUnchanged_When_StringsAreHostile()
    {
        foreach (var text in Hostile)
        {
            var query = new ClickHouseQuery("SELECT ({s:String}, {n:Nullable(String)}, {a:Array(String)}, {m:Map(String, String)}, {t:Tuple(String, Array(Nullable(String)))}, {l:LowCardinality(String)})")
                .With("s", "String", text)
                .With("n", "Nullable(String)", text)
                .With("a", "Array(String)", new[] { text, text })
                .With("m", "Map(String, String)", new Dictionary<string, string> { [text] = text })
                .With("t", "Tuple(String, Array(Nullable(String)))", (text, new[] { text, null }))
                .With("l", "LowCardinality(String)", text);

            var row = Assert.IsType<object?[]>((await engine.Column(query)).Single());

            Assert.Equal(text, row[0]);
            Assert.Equal(text, row[1]);
            Assert.Equal([text, text], (object?[])row[2]!);
            Assert.Equal([new(text, text)], (KeyValuePair<object, object?>[])row[3]!);
            var tuple = (object?[])row[4]!;
            Assert.Equal(text, tuple[0]);
            Assert.Equal([text, null], (object?[])tuple[1]!);
            Assert.Equal(text, row[5]);
        }
    }

    [Fact]
    public async Task Parameter_Should_BeNull_When_TheTypeAllowsIt()
    {
        var query = new ClickHouseQuery("SELECT ({s:Nullable(String)}, {i:Nullable(Int64)}, {d:Nullable(Date)}, {l:LowCardinality(Nullable(String))}, {a:Array(Nullable(DateTime64(3)))})")
            .With("s", "Nullable(String)", null).With("i", "Nullable(Int64)", null).With("d", "Nullable(Date)", null).With("l", "LowCardinality(Nullable(String))", null)
            .With("a", "Array(Nullable(DateTime64(3)))", new DateTime?[] { null, DateTime.UnixEpoch });

        var row = Assert.IsType<object?[]>((await engine.Column(query)).Single());

        Assert.Equal([null, null, null, null], row[..4]);
        Assert.Equal([null, DateTime.UnixEpoch], (object?[])row[4]!);
    }

    [Fact]
    public async Task Parameter_Should_NameATable_When_ItIsAnIdentifier()
    {
        await engine.Do("CREATE TABLE `odd name` (x UInt8) ENGINE = Memory");

        Assert.Equal(0UL, (await engine.Column(new ClickHouseQuery("SELECT count() FROM {t:Identifier}").With("t", "Identifier", "odd name"))).Single());
    }

    [Fact]
    public async Task Parameter_Should_GoIntoTheBody_When_ItIsTooLongForAUrl()
    {
        var ids = Enumerable.Range(0, 20_000).ToArray();
        var query = new ClickHouseQuery("SELECT (arraySum({ids:Array(UInt64)}), {s:String})").With("ids", "Array(UInt64)", ids).With("s", "String", "it's\t");

        Assert.Equal([(object?)199_990_000UL, "it's\t"], (object?[])(await engine.Column(query)).Single()!);
    }

    [Fact]
    public async Task ExternalTable_Should_BeReadable_When_ItHas100000Ids()
    {
        using var rows = new Block([
            ClickHouseColumn.Create("id", "UInt64", [.. Enumerable.Range(0, 100_000).Select(i => (ulong)i * 3)]),
            ClickHouseColumn.Create("name of", "LowCardinality(String)", [.. Enumerable.Range(0, 100_000).Select(i => "n" + (i % 5))]),
        ]);
        var query = new ClickHouseQuery("SELECT (count(), sum(number), uniqExact(`name of`)) FROM numbers(1000) n JOIN ids ON n.number = ids.id WHERE number < {below:UInt64}")
        {
            ExternalTables = [new ClickHouseExternalTable("ids", rows)],
        }.With("below", "UInt64", 300);

        Assert.Equal([(object?)100UL, 14_850UL, 5UL], (object?[])(await engine.Column(query)).Single()!);
    }

    [Theory]
    [InlineData("max threads")]
    [InlineData("query")]
    [InlineData("param_x")]
    [InlineData("database")]
    [InlineData("a=1&b")]
    [InlineData("")]
    public async Task Setting_Should_BeRefused_When_ItsNameIsNone(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Column(new ClickHouseQuery("SELECT 1").WithSetting(name, "1")));

    [Fact]
    public async Task Setting_Should_Apply_When_ItIsGiven() =>
        Assert.Equal("7", (await engine.Column(new ClickHouseQuery("SELECT toString(getSetting('max_result_rows'))").WithSetting("max_result_rows", "7"))).Single());
}
