namespace AnalyticsGraph.ClickHouse.Tests.Types;

public sealed class ClickHouseTypeTests
{
    [Theory]
    [InlineData("Int8", ClickHouseTypeKind.Int8)]
    [InlineData("UInt256", ClickHouseTypeKind.UInt256)]
    [InlineData("FixedString(16)", ClickHouseTypeKind.FixedString)]
    [InlineData("DateTime", ClickHouseTypeKind.DateTime)]
    [InlineData("DateTime64(3, 'Europe/Berlin')", ClickHouseTypeKind.DateTime64)]
    [InlineData("Enum8('a' = 1)", ClickHouseTypeKind.Enum8)]
    [InlineData("Nullable(Nothing)", ClickHouseTypeKind.Nullable)]
    [InlineData("LowCardinality(Nullable(String))", ClickHouseTypeKind.LowCardinality)]
    [InlineData("IntervalMonth", ClickHouseTypeKind.Interval)]
    [InlineData("JSON(max_dynamic_paths = 8, a.b UInt32, SKIP c)", ClickHouseTypeKind.Json)]
    [InlineData("Tuple()", ClickHouseTypeKind.Tuple)]
    [InlineData("Polygon", ClickHouseTypeKind.Array)]
    [InlineData("AggregateFunction(quantiles(0.5, 0.9), Float64)", ClickHouseTypeKind.Unknown)]
    [InlineData("AggregateFunction(f, Enum8('(' = 1))", ClickHouseTypeKind.Unknown)]
    public void Parse_Should_KnowTheKind_When_TheTypeIsWhole(string text, ClickHouseTypeKind kind)
    {
        var type = ClickHouseType.Parse(text);

        Assert.Equal(kind, type.Kind);
        Assert.Equal(text, type.Text);
    }

    [Fact]
    public void Parse_Should_ReadNamesTypesAndZones_When_TheyAreNested()
    {
        var type = ClickHouseType.Parse("Map(LowCardinality(String), Array(Tuple(at DateTime64(6, 'Asia/Tokyo'), `odd``na\\`me` Decimal(38, 10), c Array(Nullable(UInt8)))))");
        var tuple = type.Elements[1].Elements[0];

        Assert.Equal(["at", "odd`na`me", "c"], tuple.ElementNames);
        Assert.Equal((6, "Asia/Tokyo"), (tuple.Elements[0].Scale, tuple.Elements[0].TimeZone));
        Assert.Equal((38, 10), (tuple.Elements[1].Precision, tuple.Elements[1].Scale));
        Assert.True(tuple.Elements[2].Elements[0].IsNullable);
    }

    [Fact]
    public void Parse_Should_ReadMembers_When_EnumNamesHaveQuotes()
    {
        var type = ClickHouseType.Parse("Enum16('b\\'c' = -2, '' = 300, 'x, y = 3)' = 4)");

        Assert.Equal([new("b'c", -2), new("", 300), new("x, y = 3)", 4)], type.EnumMembers);
    }

    [Theory]
    [InlineData("Nested(a UInt8, b String)", "Array", "a,b")]
    [InlineData("SimpleAggregateFunction(groupArrayArray(10), Array(UInt64))", "Array", "")]
    public void Parse_Should_ResolveAliases_When_TypesStandForOthers(string text, string kind, string names)
    {
        var type = ClickHouseType.Parse(text);

        Assert.Equal(kind, type.Kind.ToString());
        Assert.Equal(names, string.Join(",", type.Elements[0].ElementNames ?? []));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Array(")]
    [InlineData("Array(Int8))")]
    [InlineData("Map(String)")]
    [InlineData("Decimal(80, 2)")]
    [InlineData("Decimal(5, 6)")]
    [InlineData("DateTime64(10)")]
    [InlineData("Enum8('a = 1)")]
    [InlineData("Tuple(a Int8, String)")]
    public void Parse_Should_SayWhere_When_TheTextIsNoType(string text)
    {
        var error = Assert.Throws<ClickHouseFormatException>(() => ClickHouseType.Parse(text));

        Assert.Contains($"'{text}' is no ClickHouse type", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Should_Refuse_When_TheNestingIsEndless() =>
        Assert.Throws<ClickHouseFormatException>(() => ClickHouseType.Parse(string.Concat(Enumerable.Repeat("Array(", 10_000)) + "Int8" + new string(')', 10_000)));
}
