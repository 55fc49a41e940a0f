using System.Globalization;
using System.Net;
using System.Numerics;
using AnalyticsGraph.ClickHouse.Http;

namespace AnalyticsGraph.ClickHouse.Tests.Http;

public sealed class ParameterTextTests
{
    public static TheoryData<string, object?, string> Values => new()
    {
        { "String", "a\tb\n'c'\\", "a\\tb\\n\\'c\\'\\\\" },
        { "Nullable(String)", null, "\\N" },
        { "Nullable(String)", "\\N", "\\\\N" },
        { "Array(String)", new[] { "a'b", "\\", "" }, "['a\\'b','\\\\','']" },
        { "Array(Nullable(Int64))", new object?[] { 1, null }, "[1,NULL]" },
        { "Map(String, Array(UInt8))", new Dictionary<string, byte[]> { ["k"] = [1, 2] }, "{'k':[1,2]}" },
        { "Tuple(UInt8, String)", (1, "x"), "(1,'x')" },
        { "Float64", double.NaN, "nan" },
        { "Array(Float64)", new[] { double.PositiveInfinity, double.NegativeInfinity, 0.1, 5e-324 }, "[inf,-inf,0.1,5E-324]" },
        { "Bool", true, "true" },
        { "Date", new DateOnly(2024, 2, 29), "2024-02-29" },
        { "DateTime64(3)", DateTime.UnixEpoch.AddMilliseconds(-1500), "-1.500" },
        { "DateTime", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.FromHours(1)), "1577833200" },
        { "Decimal(10, 3)", 1.5m, "1.500" },
        { "UInt256", BigInteger.Pow(2, 256) - 1, (BigInteger.Pow(2, 256) - 1).ToString(CultureInfo.InvariantCulture) },
        { "UUID", Guid.Empty, "00000000-0000-0000-0000-000000000000" },
        { "Array(IPv6)", new[] { IPAddress.IPv6Loopback }, "['::1']" },
        { "LowCardinality(Nullable(String))", null, "\\N" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Of_Should_WriteWhatTheServerReads_When_TheValueFits(string type, object? value, string expected) =>
        Assert.Equal(expected, ParameterText.Of("p", new ClickHouseParameter(type, value)));

    [Theory]
    [InlineData("UInt8", 256)]
    [InlineData("Int64", null)]
    [InlineData("Array(String)", "text")]
    [InlineData("Enum8('a' = 1)", "b")]
    [InlineData("UUID", "x")]
    [InlineData("Nonsense", 1)]
    [InlineData("DateTime64(3)", "the last millisecond before 1970")]
    public void Of_Should_NameTheParameter_When_TheValueDoesNotFit(string type, object? value) =>
        Assert.Contains("Parameter 'p'", Assert.Throws<ClickHouseFormatException>(() => ParameterText.Of("p", new ClickHouseParameter(type, type == "DateTime64(3)" ? DateTime.UnixEpoch.AddMilliseconds(-1) : value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("select 1", true)]
    [InlineData("  -- hello\n/* insert */ (SELECT 1)", true)]
    [InlineData("WITH 1 AS x SELECT x", true)]
    [InlineData("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", false)]
    [InlineData("INSERT INTO t SELECT 1", false)]
    [InlineData("KILL QUERY WHERE 1", false)]
    [InlineData("", false)]
    public void OnlyReads_Should_JudgeByTheFirstWord_When_CommentsStandBefore(string sql, bool reads) => Assert.Equal(reads, StatementKind.OnlyReads(sql));
}
